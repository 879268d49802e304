import { dequantizeOne, quantizeOne } from '../../assembly/num/code';
import { codes4, quotientFloor, roundingMagic } from '../../assembly/num/lanes';
import { MAGIC, MAGIC_BITS, roundHalfToEven } from '../../assembly/num/rounding';

describe('roundHalfToEven', () => {
  test('ties -> the even neighbour', () => {
    expect(roundHalfToEven(0.5)).toBe(0);
    expect(roundHalfToEven(1.5)).toBe(2);
    expect(roundHalfToEven(2.5)).toBe(2);
    expect(roundHalfToEven(-0.5)).toBe(0);
    expect(roundHalfToEven(-1.5)).toBe(-2);
    expect(roundHalfToEven(-2.5)).toBe(-2);
  });

  test('the floats next to a tie -> the nearest integer', () => {
    expect(roundHalfToEven(reinterpret<f32>(reinterpret<i32>(<f32>0.5) - 1))).toBe(0);
    expect(roundHalfToEven(reinterpret<f32>(reinterpret<i32>(<f32>0.5) + 1))).toBe(1);
    expect(roundHalfToEven(reinterpret<f32>(reinterpret<i32>(<f32>2.5) + 1))).toBe(3);
  });

  test('NaN and numbers beyond i32 -> 0 and the ends of i32', () => {
    expect(roundHalfToEven(NaN)).toBe(0);
    expect(roundHalfToEven(1e30)).toBe(i32.MAX_VALUE);
    expect(roundHalfToEven(-Infinity)).toBe(i32.MIN_VALUE);
  });

  test('adding MAGIC at every quarter in [-2^12, 2^12] and at ±2^22 -> the same integer', () => {
    let differences = 0;
    for (let quarter = -16384; quarter <= 16384; quarter++) {
      const y = f32(quarter) / 4;
      if (reinterpret<i32>(y + MAGIC) - MAGIC_BITS != roundHalfToEven(y)) differences++;
    }
    expect(differences).toBe(0);
    expect(reinterpret<i32>(<f32>4194304 + MAGIC) - MAGIC_BITS).toBe(4194304);
    expect(reinterpret<i32>(<f32>-4194304 + MAGIC) - MAGIC_BITS).toBe(-4194304);
  });
});

describe('quantizeOne', () => {
  test('a number inside the range -> its code, shifted by the zero point', () => {
    expect(quantizeOne(1, 0.5, 10, -128, 127)).toBe(12);
    expect(quantizeOne(-1, 0.5, 10, -128, 127)).toBe(8);
  });

  test('a number outside the range -> the end of the range', () => {
    expect(quantizeOne(1e30, 0.5, 0, -7, 7)).toBe(7);
    expect(quantizeOne(-Infinity, 0.5, 0, -7, 7)).toBe(-7);
    expect(quantizeOne(Infinity, 0.5, 0, 0, 65535)).toBe(65535);
    expect(quantizeOne(-1e30, 1e-30, 65535, 0, 65535)).toBe(0);
  });

  test('NaN -> the zero point', () => {
    expect(quantizeOne(NaN, 0.5, 3, -128, 127)).toBe(3);
  });

  test('ties of many scales -> not always what the product with the reciprocal gives', () => {
    let apart = 0;
    for (let denominator = 3; denominator < 100; denominator++) {
      const scale = <f32>1 / f32(denominator);
      for (let k = 0; k < 200; k++) {
        const x = (f32(k) + 0.5) * scale;
        if (roundHalfToEven(x * (<f32>1 / scale)) != quantizeOne(x, scale, 0, -32768, 32767)) apart++;
      }
    }
    expect(apart).toBeGreaterThan(0);
  });
});

describe('codes4', () => {
  test('four numbers, one NaN and one infinite -> codes before saturation', () => {
    const x = f32x4(2.5, NaN, Infinity, -1e30);
    const shift = i32x4.splat(MAGIC_BITS - 100);
    const codes = codes4(x, f32x4.splat(1), shift, quotientFloor(), roundingMagic());
    expect(i32x4.extract_lane(codes, 0)).toBe(102);
    expect(i32x4.extract_lane(codes, 1)).toBe(100);
    expect(i32x4.extract_lane(codes, 2)).toBeGreaterThan(65535);
    expect(i32x4.extract_lane(codes, 3)).toBe(-131072 + 100);
  });
});

describe('dequantizeOne', () => {
  test('a code -> its distance to the zero point times the scale', () => {
    expect(dequantizeOne(12, 0.5, 10)).toBe(1);
    expect(dequantizeOne(-128, 0.25, 127)).toBe(-63.75);
  });
});
