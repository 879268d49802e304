// octavo.TensorErrors: the sums behind the error of one tensor against another. An operator of the executor's own, so that
// two models in one graph are compared value by value, each pair in memory only while it lives anyway.
//
//   inputs   a, b: what should be, what is
//   output   float64 [18]: the sums of assembly/num/error-sums.ts, then the number of pairs; [0] where the two cannot be
//            compared: not float32, or of different dims

import { addErrors, ERROR_SUMS } from '../../wasm/kernels/execute/errors.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { sizeOf, type TensorType } from '../value.js';

/** Domain of operators that only the executor's own graphs use. */
export const OWN_DOMAIN = 'octavo';

/** Pairs added in one step, a multiple of 4: some milliseconds. */
const STEP = 1 << 20;

function tensorErrors(node: NodeContext): Plan {
  const [a, b] = [node.optional(0), node.optional(1)];
  if (!comparable(a, b)) return { outputs: [{ dtype: 'float64', dims: [0] }], reads: [], bind: () => [] };
  const count = sizeOf(a!);
  const { engine } = node;
  return {
    outputs: [{ dtype: 'float64', dims: [ERROR_SUMS + 1] }],
    bind: (at) => {
      const sums = at.output(0);
      const begin = (): void => {
        const state = new Float64Array(engine.heap.memory.buffer, sums, ERROR_SUMS + 1).fill(0);
        state[ERROR_SUMS] = count;
      };
      const steps = Array.from({ length: Math.ceil(count / STEP) }, (_, i) => () => {
        const from = i * STEP;
        const length = Math.min(STEP, count - from);
        addErrors(engine, at.input(0) + 4 * from, at.input(1) + 4 * from, sums, length, from);
      });
      return [begin, ...steps];
    },
  };
}

function comparable(a: TensorType | undefined, b: TensorType | undefined): boolean {
  if (a?.dtype !== 'float32' || b?.dtype !== 'float32') return false;
  return a.dims.length === b.dims.length && a.dims.every((dim, i) => dim === b.dims[i]);
}

export const TENSOR_ERRORS: readonly Operator[] = [
  { opType: 'TensorErrors', domain: OWN_DOMAIN, plan: tensorErrors },
];
