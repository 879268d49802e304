import { lowMask, putCode, streamBytes, takeCode } from '../../assembly/num/bits';

const STREAM = memory.data(64);

describe('streamBytes', () => {
  test('counts and widths -> bytes rounded up', () => {
    expect(streamBytes(0, 5)).toBe(0);
    expect(streamBytes(1, 1)).toBe(1);
    expect(streamBytes(8, 5)).toBe(5);
    expect(streamBytes(9, 5)).toBe(6);
  });

  test('2^31 codes of 15 bits -> no overflow', () => {
    expect(streamBytes(0x80000000, 15)).toBe(0xf0000000);
  });
});

describe('putCode and takeCode', () => {
  test('every width, all places -> what was put, and zero bits after', () => {
    let wrong = 0;
    for (let bits: u32 = 1; bits <= 16; bits++) {
      memory.fill(STREAM, 0, 64);
      for (let i: usize = 0; i < 19; i++) putCode(STREAM, i, bits, <u32>i * 0x9e3779b1);
      for (let i: usize = 0; i < 19; i++) {
        if (takeCode(STREAM, i, bits) != ((<u32>i * 0x9e3779b1) & lowMask(bits))) wrong++;
      }
      if (takeCode(STREAM, 19, bits) != 0) wrong++;
    }
    expect(wrong).toBe(0);
  });

  test('three codes of three bits -> low bits first', () => {
    memory.fill(STREAM, 0, 64);
    putCode(STREAM, 0, 3, 5);
    putCode(STREAM, 1, 3, 3);
    putCode(STREAM, 2, 3, 7);
    expect(load<u8>(STREAM)).toBe(0b11_011_101);
    expect(load<u8>(STREAM, 1)).toBe(1);
  });
});
