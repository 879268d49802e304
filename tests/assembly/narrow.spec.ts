import { storeCode, storeCodes4, storeCodes16 } from '../../assembly/num/narrow';
import { highCodes4, loadCodes4, loadCodes8, lowCodes4 } from '../../assembly/num/widen';

const out = memory.data(64);

describe('storeCodes', () => {
  test('i32 lanes beyond i8 -> saturated, then clamped to [qmin, qmax]', () => {
    storeCodes4<i8>(out, i32x4(200, -100000, 5, -8), i8x16.splat(-7), i8x16.splat(7));
    expect(load<i8>(out)).toBe(7);
    expect(load<i8>(out, 1)).toBe(-7);
    expect(load<i8>(out, 2)).toBe(5);
    expect(load<i8>(out, 3)).toBe(-7);
  });

  test('i32 lanes beyond u8, through i16 -> saturated', () => {
    storeCodes4<u8>(out, i32x4(-5, 40000, 1 << 30, 255), i8x16.splat(0), i8x16.splat(-1));
    expect(load<u8>(out)).toBe(0);
    expect(load<u8>(out, 1)).toBe(255);
    expect(load<u8>(out, 2)).toBe(255);
    expect(load<u8>(out, 3)).toBe(255);
  });

  test('i32 lanes beyond u16 -> saturated, unsigned clamp', () => {
    storeCodes4<u16>(out, i32x4(-1, 65536, 40000, 3), i16x8.splat(0), i16x8.splat(<i16>50000));
    expect(load<u16>(out)).toBe(0);
    expect(load<u16>(out, 2)).toBe(50000);
    expect(load<u16>(out, 4)).toBe(40000);
    expect(load<u16>(out, 6)).toBe(3);
  });

  test('sixteen lanes of i16 -> in order', () => {
    const low = i16x8.splat(-32768);
    const high = i16x8.splat(32767);
    storeCodes16<i16>(out, i32x4(0, 1, 2, 3), i32x4(4, 5, 6, 7), i32x4(8, 9, 10, 11), i32x4(12, 13, 14, 99999), low, high);
    for (let k = 0; k < 15; k++) expect(load<i16>(out + 2 * k)).toBe(<i16>k);
    expect(load<i16>(out, 30)).toBe(32767);
  });

  test('one lane -> one byte written', () => {
    store<u8>(out, 0x55, 1);
    storeCode<i8>(out, i32x4.splat(-3), i8x16.splat(-128), i8x16.splat(127));
    expect(load<i8>(out)).toBe(-3);
    expect(load<u8>(out, 1)).toBe(0x55);
  });
});

describe('loadCodes4', () => {
  test('bytes and halves -> sign or zero extended', () => {
    store<u32>(out, 0x80ff7f01);
    expect(i32x4.extract_lane(loadCodes4<i8>(out), 3)).toBe(-128);
    expect(i32x4.extract_lane(loadCodes4<i8>(out), 2)).toBe(-1);
    expect(i32x4.extract_lane(loadCodes4<u8>(out), 3)).toBe(128);
    store<u64>(out, 0x8000ffff7fff0001);
    expect(i32x4.extract_lane(loadCodes4<i16>(out), 3)).toBe(-32768);
    expect(i32x4.extract_lane(loadCodes4<u16>(out), 2)).toBe(65535);
  });
});

describe('loadCodes8', () => {
  test('bytes -> low and high four, sign or zero extended', () => {
    store<u64>(out, 0xff00000000000080);
    expect(i32x4.extract_lane(lowCodes4<i8>(loadCodes8<i8>(out)), 0)).toBe(-128);
    expect(i32x4.extract_lane(highCodes4<i8>(loadCodes8<i8>(out)), 3)).toBe(-1);
    expect(i32x4.extract_lane(lowCodes4<u8>(loadCodes8<u8>(out)), 0)).toBe(128);
    expect(i32x4.extract_lane(highCodes4<u8>(loadCodes8<u8>(out)), 3)).toBe(255);
  });
});
