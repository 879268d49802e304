// The batched matrix product that MatMul, Gemm, Einsum and their fused kin are made of: operands are matrices seen
// through strides, so transposes and broadcasts cost nothing here. float32 goes through the packed product; the other
// types through the general contraction.
//
//   out[batch, m, n] = sum over k of a[batch, m, k] · b[batch, k, n]         out dense, or its rows `rowStride` apart

import type { ExecutionEngine } from '../../../wasm/execution.js';
import {
  type Contraction,
  type ContractionDType,
  contract,
  contractionRows,
  contractionTableBytes,
} from '../../../wasm/kernels/execute/contract.js';
import type { Step } from '../../operator.js';
import { cutRows, multiplyAddsOf } from './cutRows.js';
import type { PlannedProduct, Product, ProductAddresses } from './operands.js';
import { planPacked } from './packed.js';

export function planProduct(engine: ExecutionEngine, product: Product): PlannedProduct {
  const merged = mergeRows(product);
  return merged.dtype === 'float32' ? planPacked(engine, merged) : planContraction(engine, merged);
}

/** A batch whose matrices share b, and whose rows of a follow each other, is one tall matrix. */
function mergeRows(product: Product): Product {
  const { batch, m, a, b } = product;
  const inner = batch.length - 1;
  if (inner < 0 || b.batchStrides[inner] !== 0) return product;
  const between = a.batchStrides[inner]!;
  if (batch[inner] !== 1 && m !== 1 && between !== m * a.rowStride) return product;
  return mergeRows({
    ...product,
    batch: batch.slice(0, inner),
    m: m * batch[inner]!,
    a: { ...a, batchStrides: a.batchStrides.slice(0, inner), rowStride: m === 1 ? between : a.rowStride },
    b: { ...b, batchStrides: b.batchStrides.slice(0, inner) },
  });
}

function planContraction(engine: ExecutionEngine, product: Product): PlannedProduct {
  const { dtype, batch, m, n, k, a, b } = product;
  const contraction: Contraction = {
    out: [
      ...batch.map((size, dim) => ({ size, a: a.batchStrides[dim]!, b: b.batchStrides[dim]! })),
      { size: m, a: a.rowStride, b: 0 },
      { size: n, a: 0, b: b.columnStride },
    ],
    sum: [{ size: k, a: a.columnStride, b: b.rowStride }],
  };
  return {
    multiplyAdds: multiplyAddsOf(product),
    scratch: contractionTableBytes(contraction),
    steps: (at) => contractionSteps(engine, dtype, contraction, at),
  };
}

/** Steps of a contraction, cut by the rows of its output. */
export function contractionSteps(
  engine: ExecutionEngine,
  dtype: ContractionDType,
  contraction: Contraction,
  at: Pick<ProductAddresses, 'a' | 'b' | 'out' | 'scratch'>,
): Step[] {
  const rows = contractionRows(contraction);
  const perRow = [...contraction.out.slice(-1), ...contraction.sum].reduce(
    (count, { size }) => count * size,
    1,
  );
  return cutRows(1, rows, 8 * perRow, (_, first, end) => {
    contract(engine, dtype, contraction, at.scratch, at.a, at.b, at.out, first, end);
  });
}
