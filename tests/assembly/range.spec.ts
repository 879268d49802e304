import { affineScale, affineZeroPoint, SMALLEST_SCALE, symmetricScale } from '../../assembly/num/range';

describe('affineScale', () => {
  test('a range on one side of 0 -> widened to hold 0', () => {
    expect(affineScale(2, 25.5, 0, 255)).toBe(<f32>0.1);
    expect(affineScale(-25.5, -2, 0, 255)).toBe(<f32>0.1);
    expect(affineZeroPoint(2, 0.1, 0, 255)).toBe(0);
    expect(affineZeroPoint(-25.5, 0.1, 0, 255)).toBe(255);
  });

  test('the whole of f32 -> no overflow', () => {
    expect(affineScale(-f32.MAX_VALUE, f32.MAX_VALUE, 0, 255)).toBe(f32(2.0 * f64(f32.MAX_VALUE) / 255.0));
    expect(affineZeroPoint(-f32.MAX_VALUE, f32(2.0 * f64(f32.MAX_VALUE) / 255.0), 0, 255)).toBe(128);
  });

  test('a range of 0 or none -> scale 1, zero point qmin', () => {
    expect(affineScale(0, 0, -8, 7)).toBe(1);
    expect(affineScale(Infinity, -Infinity, -8, 7)).toBe(1);
    expect(affineZeroPoint(Infinity, 1, -8, 7)).toBe(-8);
  });

  test('a range too narrow for a normal scale -> the smallest normal scale', () => {
    expect(affineScale(0, 1e-44, 0, 65535)).toBe(SMALLEST_SCALE);
  });
});

describe('symmetricScale', () => {
  test('the longer side -> decides', () => {
    expect(symmetricScale(-12.7, 3, 127)).toBe(<f32>12.7 / 127);
    expect(symmetricScale(-3, 12.7, 127)).toBe(<f32>12.7 / 127);
  });

  test('no width -> 1', () => {
    expect(symmetricScale(-0.0, 0, 127)).toBe(1);
    expect(symmetricScale(Infinity, -Infinity, 127)).toBe(1);
  });
});
