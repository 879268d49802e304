import { bf16FromF32, f16FromF32, f32FromBf16, f32FromF16, f32FromF64 } from '../../assembly/num/half';

function half(x: f32): u32 {
  return f16FromF32(reinterpret<u32>(x));
}

describe('f16FromF32', () => {
  test('a tie between two floats -> the even one', () => {
    expect(half(1 + 1.0 / 2048)).toBe(0x3c00);
    expect(half(1 + 3.0 / 2048)).toBe(0x3c02);
  });

  test('a value just off the tie -> the nearer one', () => {
    expect(half(reinterpret<f32>(reinterpret<u32>(<f32>(1 + 1.0 / 2048)) + 1))).toBe(0x3c01);
    expect(half(reinterpret<f32>(reinterpret<u32>(<f32>(1 + 3.0 / 2048)) - 1))).toBe(0x3c01);
  });

  test('65519.996 and 65520 -> the largest float and infinity', () => {
    expect(half(65519.996)).toBe(0x7bff);
    expect(half(65520)).toBe(0x7c00);
    expect(half(-65520)).toBe(0xfc00);
    expect(half(Infinity)).toBe(0x7c00);
  });

  test('2^-24, 2^-25 and a little more than that -> one step, zero, one step', () => {
    expect(half(reinterpret<f32>(0x33800000))).toBe(1);
    expect(half(reinterpret<f32>(0x33000000))).toBe(0);
    expect(half(reinterpret<f32>(0x33000001))).toBe(1);
    expect(half(-reinterpret<f32>(0x33000000))).toBe(0x8000);
  });

  test('the largest subnormal float16 and what rounds up from it -> no gap', () => {
    expect(f16FromF32(f32FromF16(0x3ff))).toBe(0x3ff);
    expect(f16FromF32(f32FromF16(0x400) - 1)).toBe(0x400);
  });

  test('any NaN -> the canonical one', () => {
    expect(f16FromF32(0x7f800001)).toBe(0x7e00);
    expect(f16FromF32(0xffffffff)).toBe(0x7e00);
  });
});

describe('f32FromF16', () => {
  test('every finite float16 -> back to itself', () => {
    let lost = 0;
    for (let bits: u32 = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) != 0x7c00 && f16FromF32(f32FromF16(bits)) != bits) lost++;
    }
    expect(lost).toBe(0);
  });

  test('infinities and NaN -> infinities and the canonical NaN', () => {
    expect(f32FromF16(0x7c00)).toBe(0x7f800000);
    expect(f32FromF16(0xfc00)).toBe(0xff800000);
    expect(f32FromF16(0xfc01)).toBe(0x7fc00000);
  });
});

describe('bf16FromF32', () => {
  test('ties -> even, overflow -> infinity, NaN -> canonical', () => {
    expect(bf16FromF32(0x3f808000)).toBe(0x3f80);
    expect(bf16FromF32(0x3f818000)).toBe(0x3f82);
    expect(bf16FromF32(0x3f808001)).toBe(0x3f81);
    expect(bf16FromF32(0x7f7fffff)).toBe(0x7f80);
    expect(bf16FromF32(0xff800001)).toBe(0x7fc0);
  });

  test('back to float32 -> the upper half, NaN canonical', () => {
    expect(f32FromBf16(0xbf81)).toBe(0xbf810000);
    expect(f32FromBf16(0xff81)).toBe(0x7fc00000);
  });
});

describe('f32FromF64', () => {
  test('a tie, an overflow, NaN -> even, infinity, canonical', () => {
    expect(f32FromF64(1 + 1.0 / 16777216)).toBe(0x3f800000);
    expect(f32FromF64(1e300)).toBe(0x7f800000);
    expect(f32FromF64(reinterpret<f64>(0xfff0000000000001))).toBe(0x7fc00000);
  });
});
