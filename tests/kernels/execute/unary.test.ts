// Unary operators: SIMD equals the scalar reference bit for bit at every length around the lanes, misaligned and in place;
// both equal their formulas, or are as near the truth as the table in docs/kernels.md says.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import { type Unary, unary } from '../../../ts-host/wasm/kernels/execute/unary.js';
import * as precise from '../../support/precise-oracle.js';
import { Rng } from '../../support/rng.js';
import { ENGINES } from './engines.js';
import { withHeapGuards } from './guarded-heap.js';
import { sameFloats, statedBounds } from './stated-bounds.js';

type Width = 'float32' | 'float64';
type Floats = Float32Array | Float64Array;

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const SPECIALS = [
  nan,
  inf,
  -inf,
  0,
  -0,
  1e-45,
  -1e-40,
  1.17549435e-38,
  3.4028234e38,
  -3.4028234e38,
  0.5,
  -2.5,
];
const PARAMETERS: Partial<Record<Unary, readonly number[]>> = {
  leakyRelu: [0.3],
  divide: [7],
  elu: [1.5, 0.7, 1.25],
  threshold: [0.4],
  hardSigmoid: [0.2, 0.5],
  hardSwish: [1 / 6, 0.5],
  swish: [1.7],
  clip: [-0.8, 1.1],
  shrink: [0.5, 0.2],
};

/** A function of x and parameters, each step rounded by r. */
type Formula = (x: number, r: (v: number) => number, a: number, b: number) => number;

/** What is computed exactly. */
const FORMULAS: Partial<Record<Unary, Formula>> = {
  abs: Math.abs,
  neg: (x) => -x,
  ceil: Math.ceil,
  floor: Math.floor,
  round: roundEven,
  sqrt: (x, r) => r(Math.sqrt(x)),
  reciprocal: (x, r) => r(1 / x),
  relu: (x) => (x < 0 ? 0 : x),
  leakyRelu: (x, r, a) => (x < 0 ? r(a * x) : x),
  divide: (x, r, a) => r(x / a),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : x + 0),
  threshold: (x, _, a) => (x > a ? x : 0),
  hardSigmoid: (x, r, a, b) => gate(r(r(a * x) + b)),
  hardSwish: (x, r, a, b) => r(x * gate(r(r(a * x) + b))),
  softsign: (x, r) => r(x / r(1 + Math.abs(x))),
  clip: (x, _, a, b) => (x < a ? a : x > b ? b : x),
  shrink: (x, r, a, b) => (x < -a ? r(x + b) : x > a ? r(x - b) : 0),
};

function roundEven(x: number): number {
  const rounded = Math.round(x);
  const even = rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
  return even === 0 ? x * 0 : even;
}

/** NaN stays. */
function gate(x: number): number {
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

/** What is computed within a bound, as it truly is. */
const TRUTHS: Partial<Record<Unary, (x: precise.Real) => precise.Real>> = {
  exp: precise.exp,
  log: precise.ln,
  tanh: precise.tanh,
  sigmoid: precise.sigmoid,
  erf: precise.erf,
  elu: (x) => precise.exp(x) - precise.real(1),
  softplus: precise.softplus,
  mish: precise.mish,
  swish: precise.swish,
  gelu: precise.gelu,
  geluTanh: precise.geluTanh,
  sin: precise.sin,
  cos: precise.cos,
  tan: precise.tan,
  asin: precise.asin,
  acos: precise.acos,
  atan: precise.atan,
  sinh: precise.sinh,
  cosh: precise.cosh,
  asinh: precise.asinh,
  acosh: precise.acosh,
  atanh: precise.atanh,
};

const ALL = [...Object.keys(FORMULAS), ...Object.keys(TRUTHS)] as Unary[];

const LENGTHS = [...Array.from({ length: 14 }, (_, i) => i), 31, 32, 33, 66];

function floats(width: Width, length: number, make: (i: number) => number): Floats {
  const values = Array.from({ length }, (_, i) => make(i));
  return width === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
}

function apply(
  engine: ExecutionEngine,
  op: Unary,
  width: Width,
  x: Floats,
  { shift = 0, inPlace = false, parameters = PARAMETERS[op] } = {},
): Floats {
  const [given, out] = [x.slice(), x.slice()];
  withHeapGuards(engine, [given, out], shift, (from, to) =>
    unary(engine.kernels, op, width, inPlace ? to! : from!, to!, x.length, parameters),
  );
  sameFloats(given, x, 'the input');
  return out;
}

const [SIMD, REFERENCE] = ENGINES.map(([, engine]) => engine) as [ExecutionEngine, ExecutionEngine];

describe('unary', () => {
  for (const width of ['float32', 'float64'] as const) {
    it(`${width}, every operator, length and misalignment -> equal bits in both engines, in place too`, () => {
      const rng = new Rng(11);
      for (const op of ALL) {
        for (const [n, length] of LENGTHS.entries()) {
          const x = floats(width, length, (i) =>
            (i + n) % 3 === 0 ? SPECIALS[rng.int(0, 11)]! : (rng.float() - 0.5) * 2 ** rng.int(-9, 9),
          );
          const shift = [0, 4, 8, 12][n % 4]!;
          const simd = apply(SIMD, op, width, x, { shift });
          sameFloats(simd, apply(REFERENCE, op, width, x), `${op} of ${length}`);
          sameFloats(simd, apply(SIMD, op, width, x, { inPlace: true }), `${op} of ${length} in place`);
        }
      }
    });

    it(`${width}, arithmetic and piecewise functions -> their formulas, each step rounded`, () => {
      const rng = new Rng(12);
      const round = width === 'float32' ? Math.fround : (v: number) => v;
      for (const [op, formula] of Object.entries(FORMULAS) as [Unary, Formula][]) {
        const ties = [0.5, 1.5, 2.5, -0.5, -1.5, 8388607.5, -0.3, 0.2, 4503599627370495.5];
        const exact = [...SPECIALS, ...ties, ...(PARAMETERS[op] ?? []), ...rng.normal(200, 2)];
        const x = floats(width, exact.length, (i) => exact[i]!);
        const [a = 0, b = 0] = (PARAMETERS[op] ?? []).map(round);
        const expected = floats(width, x.length, (i) => formula(x[i]!, round, a, b));
        sameFloats(apply(SIMD, op, width, x), expected, op, x);
      }
    });
  }
});

// Bounds: the arguments are spread over the exponents and over the range where something happens, and sit at the borders
// between two formulas.

const SIGN_FREE: readonly Unary[] = ['log', 'acosh'];
const UNIT: readonly Unary[] = ['asin', 'acos', 'atanh'];
const BORDERS = [
  ...[0.625, 1, 3.95, 20, 22, 40, 87.3365, 88.72, 89, 103.97, 104, Math.LN2 / 2, Math.SQRT1_2, 2 ** -24],
  ...[0.125, 0.375, 0.875, Math.PI / 4, Math.PI / 2, Math.PI, 2.83, 5.9, 6.1, 2 ** 28],
];

function argumentOf(op: Unary, width: Width, rng: Rng, i: number): number {
  const sign = SIGN_FREE.includes(op) || rng.int(0, 1) === 1 ? 1 : -1;
  const [most, reach] = width === 'float32' ? [126, 20] : [1000, 40];
  const border = BORDERS[i % BORDERS.length]! * (1 + (rng.float() - 0.5) * 2 ** -rng.int(8, 22));
  let x = [border, 2 ** (rng.float() * 40 - 34), 2 ** ((2 * rng.float() - 1) * most), rng.float() * reach][
    i % 4
  ]!;
  if (op === 'acosh') x = 1 + x;
  if (UNIT.includes(op)) x = Math.min(x, 1 / x) * (1 - 2 ** -40);
  return sign * x;
}

/** Where the true value is a normal number that can be written down, and the oracle is quick. */
function isJudged(op: Unary, width: Width, x: number): boolean {
  const size = Math.abs(x);
  const largest = width === 'float32' ? 88 : 709;
  if (['exp', 'sinh', 'cosh', 'elu'].includes(op)) return size < largest && !(op === 'elu' && x > 0);
  if (op === 'erf' || op === 'gelu') return size < 8;
  if (['sigmoid', 'softplus', 'mish', 'swish', 'geluTanh', 'tanh'].includes(op)) return size < largest / 2;
  return true;
}

describe('bounds of unary functions', () => {
  const bounds = statedBounds();
  for (const width of ['float32', 'float64'] as const) {
    for (const [op, truthOf] of Object.entries(TRUTHS) as [Unary, (x: precise.Real) => precise.Real][]) {
      it(`${op} of ${width} -> within what docs/kernels.md says`, () => {
        const bound = bounds.get(op)?.[width];
        assert.ok(bound !== undefined, `docs/kernels.md states no bound of ${op}`);
        const rng = new Rng(op.length);
        const made = floats(width, 240, (i) => argumentOf(op, width, rng, i));
        const x = made.filter((each) => isJudged(op, width, each)) as Floats;
        assert.ok(x.length > 60, `${x.length} arguments`);
        const y = apply(SIMD, op, width, x, { parameters: [1, 1, 1] });
        y.forEach((value, i) => {
          const truth = truthOf(precise.real(x[i]!));
          const off = bound.off(value, truth, x[i]!);
          assert.ok(off <= bound.ulps, `${op}(${x[i]}) = ${value}: ${off} ulp, stated ${bound.ulps}`);
        });
      });
    }
  }

  it('functions of no, too small and too large numbers -> limits, as IEEE 754 has them', () => {
    const limits: Partial<Record<Unary, readonly (readonly [number, number])[]>> = {
      exp: [
        [nan, nan],
        [-inf, 0],
        [inf, inf],
        [-1000, 0],
        [1000, inf],
        [-0, 1],
      ],
      log: [
        [nan, nan],
        [-1, nan],
        [-inf, nan],
        [0, -inf],
        [-0, -inf],
        [inf, inf],
        [1, 0],
      ],
      tanh: [
        [nan, nan],
        [-inf, -1],
        [inf, 1],
        [-0, -0],
        [1000, 1],
      ],
      sigmoid: [
        [nan, nan],
        [-inf, 0],
        [inf, 1],
        [0, 0.5],
        [1000, 1],
      ],
      erf: [
        [nan, nan],
        [-inf, -1],
        [inf, 1],
        [-0, -0],
        [100, 1],
      ],
      elu: [
        [nan, nan],
        [-inf, -1],
        [inf, inf],
        [-1000, -1],
      ],
      softplus: [
        [nan, nan],
        [-inf, 0],
        [inf, inf],
      ],
      sin: [
        [nan, nan],
        [inf, nan],
        [-inf, nan],
        [-0, -0],
      ],
      cos: [
        [nan, nan],
        [inf, nan],
        [0, 1],
      ],
      tan: [
        [nan, nan],
        [-inf, nan],
        [-0, -0],
      ],
      asin: [
        [nan, nan],
        [1.5, nan],
        [-inf, nan],
        [-0, -0],
      ],
      acos: [
        [nan, nan],
        [-2, nan],
        [1, 0],
      ],
      atan: [
        [nan, nan],
        [-0, -0],
        [inf, Math.PI / 2],
        [-inf, -Math.PI / 2],
      ],
      sinh: [
        [nan, nan],
        [-0, -0],
        [inf, inf],
        [-inf, -inf],
        [-1000, -inf],
      ],
      cosh: [
        [nan, nan],
        [0, 1],
        [-inf, inf],
        [1000, inf],
      ],
      asinh: [
        [nan, nan],
        [-0, -0],
        [inf, inf],
        [-inf, -inf],
      ],
      acosh: [
        [nan, nan],
        [0.5, nan],
        [-inf, nan],
        [1, 0],
        [inf, inf],
      ],
      atanh: [
        [nan, nan],
        [1, inf],
        [-1, -inf],
        [-0, -0],
        [2, nan],
        [inf, nan],
      ],
    };
    for (const [op, pairs] of Object.entries(limits) as [Unary, (readonly [number, number])[]][]) {
      for (const width of ['float32', 'float64'] as const) {
        const x = floats(width, pairs.length, (i) => pairs[i]![0]);
        const expected = floats(width, pairs.length, (i) => pairs[i]![1]);
        sameFloats(apply(SIMD, op, width, x, { parameters: [1, 1, 1] }), expected, `${op} of ${width}`, x);
      }
    }
  });
});
