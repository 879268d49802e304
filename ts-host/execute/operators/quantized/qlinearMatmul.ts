// QLinearMatMul, MatMulIntegerToFloat, QGemm and DequantizedMatMul: products of codes that end as codes or floats.

import type { NodeContext } from '../../node.js';
import type { Operator, Plan } from '../../operator.js';
import { codeEnding, type EndingInputs, floatEnding, type PlannedEnding } from '../../quantized/endings.js';
import { fusedCodes, fusedFloats } from '../../quantized/fusedEnding.js';
import { planFusedMatmul } from '../../quantized/fusedMatmul.js';
import { type MatmulShape, matmulShape } from '../../quantized/matmulShape.js';
import { planProduct } from '../../quantized/product.js';
import type { ProductInputs } from '../../quantized/productInputs.js';
import { productSteps } from '../../quantized/productRun.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import type { TensorType } from '../../value.js';

type Ends = 'codes' | 'floats';

function planScaled(
  node: NodeContext,
  shape: MatmulShape,
  inputs: ProductInputs,
  scales: EndingInputs,
  ends: Ends,
): Plan {
  const scratch = new ScratchPlan();
  const columns = { n: shape.n, matrices: shape.bCount };
  const fused = planFusedMatmul(node, scratch, inputs, shape, () =>
    ends === 'codes' ? fusedCodes(node, scales, columns) : fusedFloats(node, scales, columns),
  );
  if (fused !== undefined) return fused;
  const product = planProduct(node, scratch, inputs, shape);
  const codes = ends === 'codes' ? codeEnding(node, scratch, scales, columns) : undefined;
  const ending: PlannedEnding = codes ?? floatEnding(node, scratch, scales, columns);
  return {
    outputs: [{ dtype: codes?.dtype ?? 'float32', dims: shape.dims }],
    scratch: scratch.size,
    packs: product.packs,
    reads: [...product.reads, ...ending.reads],
    multiplyAdds: product.multiplyAdds,
    bind: (at) => productSteps(product, at, ending),
  };
}

function planQLinearMatMul(node: NodeContext): Plan {
  const shape = matmulShape(node, node.input(0), node.input(3));
  const inputs = { a: 0, b: 3, aZeroPoint: 2, bZeroPoint: 5 };
  return planScaled(node, shape, inputs, { aScale: 1, bScale: 4, yScale: 6, yZeroPoint: 7 }, 'codes');
}

function planToFloat(node: NodeContext): Plan {
  const shape = matmulShape(node, node.input(0), node.input(1));
  const inputs = { a: 0, b: 1, aZeroPoint: 4, bZeroPoint: 5 };
  const scales = { aScale: 2, bScale: 3, yScale: -1, yZeroPoint: -1, addend: 6 };
  return planScaled(node, shape, inputs, scales, 'floats');
}

function turned({ dtype, dims }: TensorType, transposed: boolean): TensorType {
  return { dtype, dims: transposed ? [dims[1]!, dims[0]!] : dims };
}

function planQGemm(node: NodeContext): Plan {
  node.requireRank(0, 2);
  node.requireRank(3, 2);
  const [transposedA, transposedB] = [node.flag('transA'), node.flag('transB')];
  const shape = matmulShape(node, turned(node.input(0), transposedA), turned(node.input(3), transposedB));
  const inputs = { a: 0, b: 3, aZeroPoint: 2, bZeroPoint: 5, bias: 6, transposedA, transposedB };
  const scales = { aScale: 1, bScale: 4, yScale: 7, yZeroPoint: 8, alpha: node.float('alpha', 1) };
  return planScaled(node, shape, inputs, scales, node.has(7) ? 'codes' : 'floats');
}

/** As QLinearMatMul, with a bias instead of the scale and zero point of codes. */
function planDequantized(node: NodeContext): Plan {
  const shape = matmulShape(node, node.input(0), node.input(3));
  const inputs = { a: 0, b: 3, aZeroPoint: 2, bZeroPoint: 5, bias: 6 };
  return planScaled(node, shape, inputs, { aScale: 1, bScale: 4, yScale: -1, yZeroPoint: -1 }, 'floats');
}

export const qlinearMatmul: readonly Operator[] = [
  { opType: 'QLinearMatMul', domain: '', plan: planQLinearMatMul },
  { opType: 'MatMulIntegerToFloat', domain: 'com.microsoft', plan: planToFloat },
  { opType: 'DequantizedMatMul', domain: 'octavo', plan: planDequantized },
  { opType: 'QGemm', domain: 'com.microsoft', plan: planQGemm },
];
