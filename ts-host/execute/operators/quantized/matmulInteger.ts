// MatMulInteger: the exact product of 8-bit codes less their zero points, as int32.

import { endAsIntegers } from '../../../wasm/kernels/execute/gemm-int.js';
import type { NodeContext } from '../../node.js';
import type { Operator, Plan } from '../../operator.js';
import { fusedIntegers } from '../../quantized/fusedEnding.js';
import { planFusedMatmul } from '../../quantized/fusedMatmul.js';
import { matmulShape } from '../../quantized/matmulShape.js';
import { planProduct } from '../../quantized/product.js';
import { productSteps } from '../../quantized/productRun.js';
import { ScratchPlan } from '../../quantized/scratch.js';

function plan(node: NodeContext): Plan {
  const shape = matmulShape(node, node.input(0), node.input(1));
  const scratch = new ScratchPlan();
  const inputs = { a: 0, b: 1, aZeroPoint: 2, bZeroPoint: 3 };
  const fused = planFusedMatmul(node, scratch, inputs, shape, () => fusedIntegers);
  if (fused !== undefined) return fused;
  const product = planProduct(node, scratch, inputs, shape);
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype: 'int32', dims: shape.dims }],
    scratch: scratch.size,
    packs: product.packs,
    reads: product.reads,
    multiplyAdds: product.multiplyAdds,
    bind: (at) =>
      productSteps(product, at, {
        elementBytes: 4,
        begin: () => undefined,
        end: (_, tile) => endAsIntegers(kernels, tile),
      }),
  };
}

export const matmulInteger: readonly Operator[] = [{ opType: 'MatMulInteger', domain: '', plan }];
