import { errorUpTo } from '../../assembly/num/code-error';
import { binOf } from '../../assembly/num/observe';

describe('binOf', () => {
  test('widths of powers of two -> floor(x / width)', () => {
    expect(binOf(1.75, 2, 1)).toBe(3);
    expect(binOf(-0.25, 2, 1)).toBe(-1);
    expect(binOf(7, 1, 0.25)).toBe(1);
    expect(binOf(-1, 1, 0.25)).toBe(-1);
    expect(binOf(-0.0, 1, 1)).toBe(0);
  });

  test('a subnormal far below the width -> the bin of its sign', () => {
    const smallest = reinterpret<f32>(1);
    expect(binOf(smallest, 1, <f32>1.1754943508222875e-38)).toBe(0);
    expect(binOf(-smallest, 1, <f32>1.1754943508222875e-38)).toBe(-1);
    expect(binOf(-smallest, <f32>8.507059173023462e37, 1)).toBe(-1);
  });
});

describe('errorUpTo', () => {
  test('a step around a code -> 1/4 and 1/12', () => {
    expect(errorUpTo(3.5, -8, 7, false) - errorUpTo(2.5, -8, 7, false)).toBeCloseTo(0.25, 12);
    expect(errorUpTo(3.5, -8, 7, true) - errorUpTo(2.5, -8, 7, true)).toBeCloseTo(1.0 / 12.0, 12);
  });

  test('beyond the outermost codes -> the integral of the distance to them', () => {
    expect(errorUpTo(9, -8, 7, false) - errorUpTo(7, -8, 7, false)).toBeCloseTo(2, 12);
    expect(errorUpTo(-8, -8, 7, true) - errorUpTo(-11, -8, 7, true)).toBeCloseTo(9, 12);
  });

  test('ties -> no step, whichever code they go to', () => {
    for (let code = -9; code < 9; code++) {
      const tie = f64(code) + 0.5;
      expect(errorUpTo(tie + 1e-9, -8, 7, true)).toBeCloseTo(errorUpTo(tie - 1e-9, -8, 7, true), 7);
      expect(errorUpTo(tie + 1e-9, -8, 7, false)).toBeCloseTo(errorUpTo(tie - 1e-9, -8, 7, false), 7);
    }
  });
});
