import { log10 } from '../../assembly/num/log';

describe('log10', () => {
  test('1 -> 0 exactly', () => {
    expect(log10(1)).toBe(0);
  });

  test('powers of ten -> their exponents within 2 ulp', () => {
    expect(abs(log10(1e3) - 3) <= 2 * 4.440892098500626e-16).toBe(true);
    expect(abs(log10(1e-100) + 100) <= 2 * 1.4210854715202004e-14).toBe(true);
  });

  test('the smallest and the largest number -> finite, in order', () => {
    expect(abs(log10(5e-324) + 323.30621534311580) <= 2 * 5.684341886080802e-14).toBe(true);
    expect(abs(log10(1.7976931348623157e308) - 308.25471555991674) <= 2 * 5.684341886080802e-14).toBe(true);
  });

  test('zero, infinity, negative numbers and NaN -> -Infinity, Infinity, NaN, NaN', () => {
    expect(log10(0)).toBe(-Infinity);
    expect(log10(-0)).toBe(-Infinity);
    expect(log10(Infinity)).toBe(Infinity);
    expect(log10(-1) != log10(-1)).toBe(true);
    expect(log10(NaN) != log10(NaN)).toBe(true);
  });
});
