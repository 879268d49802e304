import { affineScale, affineZeroPoint, finiteScale, largestScale, SMALLEST_SCALE, symmetricScale } from '../../assembly/num/range';

describe('affineScale', () => {
  test('a range on one side of 0 -> widened to hold 0', () => {
    expect(affineScale(2, 25.5, 0, 255)).toBe(<f32>0.1);
    expect(affineScale(-25.5, -2, 0, 255)).toBe(<f32>0.1);
    expect(affineZeroPoint(2, 0.1, 0, 255)).toBe(0);
    expect(affineZeroPoint(-25.5, 0.1, 0, 255)).toBe(255);
  });

  test('the whole of f32 -> no overflow', () => {
    const scale = affineScale(-f32.MAX_VALUE, f32.MAX_VALUE, 0, 255);
    expect(scale).toBe(f32(2.0 * f64(f32.MAX_VALUE) / 255.0));
    expect(affineZeroPoint(-f32.MAX_VALUE, scale, 0, 255)).toBe(128);
    expect(finiteScale(scale, 128, 0, 255) * <f32>128).toBeFinite();
  });

  test('the largest scale for every count of steps -> finite, and the next float is not', () => {
    let wrong = 0;
    for (let steps = 1; steps <= 65535; steps++) {
      const scale = largestScale(steps);
      const next = reinterpret<f32>(reinterpret<i32>(scale) + 1);
      if (!isFinite(scale * f32(steps)) || isFinite(next * f32(steps))) wrong++;
    }
    expect(wrong).toBe(0);
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
