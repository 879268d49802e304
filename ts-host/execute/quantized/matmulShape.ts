// Shapes of a product with numpy's broadcasting: which matrices are multiplied, and where their result goes.

import { elementCount } from '../../ir/tensor.js';
import type { NodeContext } from '../node.js';
import { describeType, type TensorType } from '../value.js';

export interface MatmulShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Dims of the result. */
  readonly dims: readonly number[];
  /** How many products there are. Several matrices A that meet one B are one taller A. */
  readonly products: number;
  /** Which matrix of A, and of B, product `index` takes. */
  matrices(index: number): readonly [a: number, b: number];
  /** Matrices of B. */
  readonly bCount: number;
}

/** @throws OctavoError `SHAPE_MISMATCH` when the depths differ or the outer dims do not broadcast. */
export function matmulShape(node: NodeContext, a: TensorType, b: TensorType): MatmulShape {
  const misfit = (): never => node.fail(`${describeType(a)} and ${describeType(b)} do not multiply`);
  if (a.dims.length === 0 || b.dims.length === 0) return misfit();
  const aDims = a.dims.length === 1 ? [1, ...a.dims] : a.dims;
  const bDims = b.dims.length === 1 ? [...b.dims, 1] : b.dims;
  const [m, k] = aDims.slice(-2) as [number, number];
  const [depth, n] = bDims.slice(-2) as [number, number];
  if (k !== depth) return misfit();
  const aOuter = aDims.slice(0, -2);
  const bOuter = bDims.slice(0, -2);
  const outer = broadcast(aOuter, bOuter) ?? misfit();
  const dims = [...outer, ...(a.dims.length === 1 ? [] : [m]), ...(b.dims.length === 1 ? [] : [n])];
  const bCount = elementCount(bOuter);
  if (bCount === 1 && elementCount(outer) === elementCount(aOuter)) {
    return { m: m * elementCount(aOuter), n, k, dims, products: 1, matrices: () => [0, 0], bCount };
  }
  return {
    m,
    n,
    k,
    dims,
    products: elementCount(outer),
    matrices: (index) => [matrixOf(outer, aOuter, index), matrixOf(outer, bOuter, index)],
    bCount,
  };
}

function broadcast(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const dims: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    dims.push(x === 1 ? y : x);
  }
  return dims;
}

/** Index in a tensor of outer dims `own` of what lies at `index` of the broadcast dims. */
function matrixOf(outer: readonly number[], own: readonly number[], index: number): number {
  let matrix = 0;
  let stride = 1;
  let rest = index;
  for (let i = outer.length - 1; i >= 0; i--) {
    const position = rest % outer[i]!;
    rest = Math.floor(rest / outer[i]!);
    const dim = own[i - outer.length + own.length] ?? 1;
    if (dim !== 1) matrix += position * stride;
    stride *= dim;
  }
  return matrix;
}
