// DynamicQuantizeLinear, and DynamicQuantizeMatMul, which multiplies its codes by quantized weights.

import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan } from '../../operator.js';
import { DynamicQuantization } from '../../quantized/dynamic.js';
import { fusedFloats } from '../../quantized/fusedEnding.js';
import { planFusedMatmul } from '../../quantized/fusedMatmul.js';
import { matmulShape } from '../../quantized/matmulShape.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { sizeOf } from '../../value.js';

function planLinear(node: NodeContext): Plan {
  const scratch = new ScratchPlan();
  const quantization = new DynamicQuantization(node, scratch, 0);
  const { dims } = node.input(0);
  const spare = scratch.take(8);
  return {
    outputs: [
      { dtype: 'uint8', dims },
      { dtype: 'float32', dims: [] },
      { dtype: 'uint8', dims: [] },
    ],
    scratch: scratch.size,
    // An output nobody wants has no address: scale and zero point are made all the same.
    bind: (at) =>
      quantization.steps(at, {
        codes: at.output(0),
        scale: at.output(1) || at.scratch + spare,
        zeroPoint: at.output(2) || at.scratch + spare + 4,
      }),
  };
}

const A = 0;
/** Indices of what the quantization of A makes. */
const A_SCALE = -1;
const A_ZERO_POINT = -2;

function planMatMul(node: NodeContext): Plan {
  const shape = matmulShape(node, node.input(A), node.input(1));
  const scratch = new ScratchPlan();
  const quantization = new DynamicQuantization(node, scratch, A);
  const [codes, scale, zeroPoint] = [scratch.take(sizeOf(node.input(A))), scratch.take(4), scratch.take(1)];
  const inputs = { a: A, b: 1, aZeroPoint: A_ZERO_POINT, bZeroPoint: 3, computedA: true };
  const columns = { n: shape.n, matrices: shape.bCount };
  const scales = { aScale: A_SCALE, bScale: 2, yScale: -3, yZeroPoint: -3, addend: 4 };
  const product =
    planFusedMatmul(node, scratch, inputs, shape, () => fusedFloats(node, scales, columns)) ??
    node.fail('DynamicQuantizeMatMul has one zero point of A');
  return {
    ...product,
    bind: (at) => {
      const made = new Map([
        [A, at.scratch + codes],
        [A_SCALE, at.scratch + scale],
        [A_ZERO_POINT, at.scratch + zeroPoint],
      ]);
      const moved: Addresses = {
        input: (index) => made.get(index) ?? at.input(index),
        output: (index) => at.output(index),
        scratch: at.scratch,
        pack: (index) => at.pack(index),
      };
      const to = { codes: made.get(A)!, scale: made.get(A_SCALE)!, zeroPoint: made.get(A_ZERO_POINT)! };
      return [...quantization.steps(at, to), ...product.bind(moved)];
    },
  };
}

export const dynamicQuantize: readonly Operator[] = [
  { opType: 'DynamicQuantizeLinear', domain: '', plan: planLinear },
  { opType: 'DynamicQuantizeMatMul', domain: 'com.microsoft', plan: planMatMul },
];
