// Matrix products of codes: in one kernel where zero points are one of A and any of B, and the bias is one a column; all
// others (a zero point a row, a bias a row) as product.ts does it.

import type { NodeContext } from '../node.js';
import { byteType } from './codes.js';
import { type FusedPlan, type FusedRequest, matrixShape, planFused } from './fused.js';
import type { FusedEnding } from './fusedEnding.js';
import type { MatmulShape } from './matmulShape.js';
import { biasSpread, columnZeroPoints, type ProductInputs, rowZeroPoints } from './productInputs.js';
import type { ScratchPlan } from './scratch.js';

/** @returns undefined for what the kernel does not do */
export function planFusedMatmul(
  node: NodeContext,
  scratch: ScratchPlan,
  inputs: ProductInputs,
  shape: MatmulShape,
  ending: () => FusedEnding,
): FusedPlan | undefined {
  const computed = inputs.computedA === true;
  const bias = biasSpread(node, inputs, shape);
  const signedWeights = byteType(node, inputs.b) === 'int8';
  const signedX = !computed && byteType(node, inputs.a) === 'int8';
  const zeros = columnZeroPoints(node, inputs, shape);
  if (!computed && rowZeroPoints(node, inputs) !== 'one') return undefined;
  if (inputs.transposedA === true || bias === 'column' || bias === 'all') return undefined;
  const { m, n, k, products, bCount, dims } = shape;
  const lie = inputs.transposedB
    ? { columnStride: k, channelStride: 1, tapStride: 0 }
    : { columnStride: 1, channelStride: n, tapStride: 0 };
  const request: FusedRequest = {
    ...{
      dims,
      shape: matrixShape(m, n, k),
      lie,
      x: inputs.a,
      xZeroPoint: inputs.aZeroPoint,
      signedX,
      signedWeights,
    },
    weights: {
      ...{ weights: inputs.b, zeroPoint: inputs.bZeroPoint, count: bCount },
      zerosPerMatrix: zeros === 'matrices' ? n : 0,
    },
    zeroStep: zeros === 'one' ? 0 : 1,
    bias: bias === 'none' ? undefined : { input: inputs.bias!, step: bias === 'row' ? 1 : 0 },
    ...(computed ? { computedX: true } : {}),
    products,
    matrices: (index) => shape.matrices(index),
  };
  return planFused(node, scratch, request, ending());
}
