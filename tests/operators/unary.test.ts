// Functions of one float tensor.

import { erf } from '../support/erf-oracle.js';
import {
  type Bound,
  exact,
  feed,
  numbersOf,
  operatorCases,
  operatorRefuses,
  pick,
  type RandomOptions,
  type Rng,
  random,
  shape,
  ulps,
} from './harness.js';

interface Function {
  readonly opType: string;
  readonly bound?: Bound;
  /** First operator set that has it. */
  readonly since?: number;
  readonly range?: RandomOptions;
  /** Judge of float64, where onnxruntime has no kernel or, for Sin and Cos, one that is 5 ulp off. */
  readonly oracle64?: (x: number) => number;
}

const FUNCTIONS: readonly Function[] = [
  { opType: 'Relu', bound: exact },
  { opType: 'Abs', bound: exact },
  { opType: 'Neg', bound: exact },
  { opType: 'Ceil', bound: exact },
  { opType: 'Floor', bound: exact },
  { opType: 'Round', bound: exact, since: 11 },
  { opType: 'Sqrt', bound: exact },
  { opType: 'Reciprocal', bound: exact },
  { opType: 'Sign', bound: exact, since: 9 },
  { opType: 'Exp', range: { low: -20, high: 20 } },
  { opType: 'Log', range: { low: 0, high: 30 } },
  { opType: 'Erf', since: 9, oracle64: erf },
  { opType: 'Sin', range: { low: -100, high: 100 }, oracle64: Math.sin },
  { opType: 'Cos', range: { low: -100, high: 100 }, oracle64: Math.cos },
  { opType: 'Tan', oracle64: Math.tan },
  { opType: 'Asin', range: { low: -1, high: 1 }, oracle64: Math.asin },
  { opType: 'Acos', range: { low: -1, high: 1 }, oracle64: Math.acos },
  { opType: 'Atan', oracle64: Math.atan },
  { opType: 'Sinh', since: 9, oracle64: Math.sinh },
  { opType: 'Cosh', since: 9, oracle64: Math.cosh },
  { opType: 'Asinh', since: 9, oracle64: Math.asinh },
  { opType: 'Acosh', since: 9, range: { low: 1, high: 9 }, oracle64: Math.acosh },
  { opType: 'Atanh', since: 9, range: { low: -1, high: 1 }, oracle64: Math.atanh },
];

const OPSETS = [7, 9, 11, 13, 15, 17, 19, 21];

function anyShape(rng: Rng): number[] {
  return shape(rng, rng.int(0, 4), rng.float() < 0.1 ? 0 : 1, 7);
}

for (const { opType, bound = ulps(4), since = 7, range = {}, oracle64 } of FUNCTIONS) {
  operatorCases(opType, {
    cases: 24,
    bound,
    make: (rng, index) => {
      const dtype = index % 2 === 0 ? 'float32' : 'float64';
      const opset = Math.max(since, pick(rng, OPSETS));
      const x = random(rng, dtype, anyShape(rng), { ...range, specials: index % 4 > 1 ? 0.2 : 0 });
      const judged = dtype === 'float32' || oracle64 === undefined;
      return judged
        ? { opset, inputs: [x] }
        : {
            opset,
            inputs: [x],
            expected: [
              feed(
                dtype,
                x.dims,
                numbersOf(x).map((v) => oracle64(Number(v))),
              ),
            ],
          };
    },
  });
}

operatorRefuses('Sqrt', 'of bool', 'UNSUPPORTED_DTYPE', { inputs: [feed('bool', [1], [1])] });
