// What the sums of a fused product become, checked, and where the kernel finds what that takes:
//
//   codes    cut(roundHalfToEven(fl(sum) · m) + zp)     m = fl(fl(alpha · sa) · sb[column]) / sy      as onnxruntime does
//   floats   fl(sum) · m + addend[column]               m = fl(fl(alpha · sa) · sb[column])
//   int32    sum
//
// Attributes code_min and code_max, which fusing a Relu or Clip leaves, cut codes; rounding keeps order, so this is exact.

import { elementCount } from '../../ir/tensor.js';
import type { ProductOperands } from '../../wasm/kernels/execute/product-int.js';
import type { NodeContext } from '../node.js';
import type { Addresses } from '../operator.js';
import { describeType } from '../value.js';
import { byteType, codeRange } from './codes.js';
import { type Columns, type EndingInputs, requireOneScale, scaleSpread } from './endings.js';

type EndingOperands = Pick<
  ProductOperands,
  'ending' | 'aScale' | 'bScale' | 'bScaleStep' | 'yScale' | 'yZero' | 'alpha' | 'codes' | 'addend'
>;

export interface FusedEnding {
  readonly ending: ProductOperands['ending'];
  readonly reads: readonly number[];
  operands(at: Addresses, matrix: number): EndingOperands;
}

const NONE: EndingOperands = {
  ending: 'int32',
  ...{ aScale: 0, bScale: 0, bScaleStep: 0, yScale: 0, yZero: 0, alpha: 1, codes: [0, 255], addend: 0 },
};

export const fusedIntegers: FusedEnding = {
  ending: 'int32',
  reads: [],
  operands: () => NONE,
};

/** Type and range of the output's codes: the zero point tells the type. */
export function outputCodes(
  node: NodeContext,
  yZeroPoint: number,
): { readonly dtype: 'int8' | 'uint8'; readonly codes: readonly [number, number] } {
  const given = node.has(yZeroPoint);
  const dtype = given ? byteType(node, yZeroPoint) : 'uint8';
  if (given && elementCount(node.input(yZeroPoint).dims) !== 1) {
    node.fail(`input ${yZeroPoint} is ${describeType(node.input(yZeroPoint))}, needs one zero point`);
  }
  return { dtype, codes: codeRange(node, dtype) };
}

export function fusedCodes(node: NodeContext, inputs: EndingInputs, columns: Columns): FusedEnding {
  const { aScale, bScale, yScale, yZeroPoint, alpha = 1 } = inputs;
  requireOneScale(node, yScale);
  const { dtype, codes } = outputCodes(node, yZeroPoint);
  const given = node.has(yZeroPoint);
  const scales = bScaleOf(node, inputs, columns);
  return {
    ending: dtype,
    reads: [aScale, bScale, yScale, ...(given ? [yZeroPoint] : [])],
    operands: (at, matrix) => ({
      ...{ ...NONE, ...scales(at, matrix), ending: dtype, codes, alpha },
      ...{ yScale: at.input(yScale), yZero: given ? at.input(yZeroPoint) : 0 },
    }),
  };
}

export function fusedFloats(node: NodeContext, inputs: EndingInputs, columns: Columns): FusedEnding {
  const { aScale, bScale, addend = -1, alpha = 1 } = inputs;
  const added = node.has(addend);
  if (added) {
    node.requireDType(addend, 'float32');
    const type = node.input(addend);
    if (type.dims.at(-1) !== columns.n || elementCount(type.dims) !== columns.n) {
      node.fail(`bias ${describeType(type)} does not fit ${columns.n} columns`);
    }
  }
  const scales = bScaleOf(node, inputs, columns);
  return {
    ending: 'float32',
    reads: [...(aScale < 0 ? [] : [aScale]), bScale, ...(added ? [addend] : [])],
    operands: (at, matrix) => ({
      ...{ ...NONE, ...scales(at, matrix), ending: 'float32' as const, alpha },
      addend: added ? at.input(addend) : 0,
    }),
  };
}

/** Scales of both operands. The convolution's groups are one matrix to the kernel. */
function bScaleOf(node: NodeContext, { aScale, bScale }: EndingInputs, columns: Columns) {
  if (aScale >= 0) requireOneScale(node, aScale);
  const spread = scaleSpread(node, bScale, columns);
  const perMatrix = spread === 'matrices' && columns.flat !== true ? columns.n * 4 : 0;
  const bScaleStep: 0 | 1 = spread === 'one' ? 0 : 1;
  return (at: Addresses, matrix: number) => ({
    aScale: at.input(aScale),
    bScale: at.input(bScale) + matrix * perMatrix,
    bScaleStep,
  });
}
