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
import { copyStrided } from '../../../wasm/kernels/execute/copy.js';
import { gemm, gemmPackedBytes, packGemm } from '../../../wasm/kernels/execute/gemm.js';
import { type Copy, planCopy, scratchOf } from '../../movement/copy.js';
import type { Pack, Step } from '../../operator.js';
import type { Address } from '../../value.js';

/** Multiply-adds of one step, some milliseconds. */
const STEP_MULTIPLY_ADDS = 5e7;

/** A stack of matrices in memory; strides in elements. */
export interface MatrixView {
  /** One for each batch dim; 0 repeats the matrix. */
  readonly batchStrides: readonly number[];
  readonly rowStride: number;
  readonly columnStride: number;
}

export interface Product {
  readonly dtype: ContractionDType;
  readonly batch: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** [m, k] */
  readonly a: MatrixView;
  /** [k, n] */
  readonly b: MatrixView;
  /** The input b is, if it is constant: it is then packed once. */
  readonly constantB?: number | undefined;
}

export interface ProductAddresses {
  readonly a: Address;
  /** Not looked at when b is packed. */
  readonly b: Address;
  readonly out: Address;
  /** {@link PlannedProduct.scratch} bytes, 64-byte aligned. */
  readonly scratch: Address;
  /** The pack, if {@link PlannedProduct.pack} is there. */
  readonly packed: Address;
  /** What sums of float32 start from: [m, n], its rows `rowStride` elements apart (0: one row for all). */
  readonly start?: { readonly address: Address; readonly rowStride: number } | undefined;
}

export interface PlannedProduct {
  readonly scratch: number;
  readonly pack?: Pack;
  readonly multiplyAdds: number;
  steps(at: ProductAddresses): Step[];
}

export function planProduct(engine: ExecutionEngine, product: Product): PlannedProduct {
  const merged = mergeRows(product);
  return merged.dtype === 'float32' ? planPacked(engine, merged) : planContraction(engine, merged);
}

export function multiplyAddsOf({ batch, m, n, k }: Product): number {
  return batch.reduce((count, size) => count * size, m * n * k);
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

/** Offsets of an operand's matrices, in elements, in the order of the batch. */
function batchOffsets(batch: readonly number[], strides: readonly number[]): number[] {
  let offsets = [0];
  for (const [dim, size] of batch.entries()) {
    const stride = strides[dim]!;
    offsets = offsets.flatMap((offset) => Array.from({ length: size }, (_, i) => offset + i * stride));
  }
  return offsets;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

function planPacked(engine: ExecutionEngine, product: Product): PlannedProduct {
  const { m, n, k, a, b, constantB } = product;
  const matrixBytes = aligned(gemmPackedBytes(engine.kernels, n, k));
  const gathered = a.columnStride !== 1 && k > 1;
  const rows = gathered ? rowsOf(product) : undefined;
  const copyBytes = gathered ? aligned(4 * m * k) + aligned(scratchOf([rows])) : 0;
  const pack = constantB === undefined ? undefined : packOf(engine, product, constantB, matrixBytes);
  return {
    multiplyAdds: multiplyAddsOf(product),
    scratch: copyBytes + (pack === undefined ? matrixBytes : 0),
    ...(pack === undefined ? {} : { pack }),
    steps: (at) => packedSteps(engine, product, at, { matrixBytes, copyBytes, gathered, rows }),
  };
}

/** The distinct matrices of b by their offset: where each lies in the pack. */
function packSlots({ batch, b }: Product): Map<number, number> {
  const slots = new Map<number, number>();
  for (const offset of batchOffsets(batch, b.batchStrides)) {
    if (!slots.has(offset)) slots.set(offset, slots.size);
  }
  return slots;
}

function packOf(engine: ExecutionEngine, product: Product, input: number, matrixBytes: number): Pack {
  const { n, k, b } = product;
  const slots = packSlots(product);
  const offsets = [...slots.keys()];
  return {
    input,
    key: `gemm ${k}x${n} by ${b.rowStride},${b.columnStride} at ${listed(offsets)}`,
    byteLength: Math.max(1, offsets.length) * matrixBytes,
    fill(from, to) {
      for (const [offset, slot] of slots) {
        const { rowStride, columnStride } = b;
        packGemm(engine.kernels, from + 4 * offset, rowStride, columnStride, to + slot * matrixBytes, n, k);
      }
    },
  };
}

/** Offsets as short text: those of a regular grid by their step. */
function listed(offsets: readonly number[]): string {
  const step = (offsets[1] ?? 0) - (offsets[0] ?? 0);
  const regular = offsets.every((offset, i) => offset === i * step);
  return regular ? `${offsets.length}*${step}` : offsets.join(',');
}

/** The copy of a matrix of a into dense rows. */
function rowsOf({ m, k, a }: Product): Copy | undefined {
  return planCopy(4, [m, k], [a.rowStride, a.columnStride], [k, 1]);
}

interface PackedLayout {
  readonly matrixBytes: number;
  readonly copyBytes: number;
  /** Whether matrices of a are copied into dense rows first, as `rows` says. */
  readonly gathered: boolean;
  readonly rows: Copy | undefined;
}

function packedSteps(
  engine: ExecutionEngine,
  product: Product,
  at: ProductAddresses,
  layout: PackedLayout,
): Step[] {
  const { batch, m, n, k, a, b, constantB } = product;
  const { matrixBytes, copyBytes, gathered } = layout;
  const { kernels } = engine;
  const aOffsets = batchOffsets(batch, a.batchStrides);
  const bOffsets = batchOffsets(batch, b.batchStrides);
  const slots = packSlots(product);
  const atRun = at.scratch + copyBytes;
  const table = at.scratch + aligned(4 * m * k);
  let packedOffset = Number.NaN;
  let packed = atRun;

  const prepareB = (offset: number): void => {
    if (constantB !== undefined) packed = at.packed + slots.get(offset)! * matrixBytes;
    else if (offset !== packedOffset) {
      packGemm(kernels, at.b + 4 * offset, b.rowStride, b.columnStride, packed, n, k);
      packedOffset = offset;
    }
  };
  const prepareA = (offset: number): void => {
    if (layout.rows === undefined) return;
    copyStrided(engine, 4, layout.rows.loops, at.a + 4 * offset, at.scratch, table);
  };
  const rows = (index: number, first: number, end: number): void => {
    if (first === 0) {
      if (index === 0) packedOffset = Number.NaN;
      prepareB(bOffsets[index]!);
      prepareA(aOffsets[index]!);
    }
    const lda = gathered ? k : a.rowStride;
    gemm(kernels, {
      a: (gathered ? at.scratch : at.a + 4 * aOffsets[index]!) + 4 * first * lda,
      lda,
      packed,
      c: at.out + 4 * (index * m + first) * n,
      ldc: n,
      m: end - first,
      n,
      k,
      ...startOf(at, first),
    });
  };
  return cutRows(aOffsets.length, m, n * k, rows);
}

function startOf({ start }: ProductAddresses, row: number): { start?: Address; ldStart?: number } {
  if (start === undefined) return {};
  return { start: start.address + 4 * row * start.rowStride, ldStart: start.rowStride };
}

/** Steps over all rows of all matrices: many small matrices share one, a large one is cut. */
function cutRows(
  matrices: number,
  m: number,
  perRow: number,
  rows: (index: number, first: number, end: number) => void,
): Step[] {
  const atOnce = Math.max(1, Math.floor(STEP_MULTIPLY_ADDS / Math.max(1, perRow)));
  const steps: Step[] = [];
  if (m > atOnce) {
    for (let index = 0; index < matrices; index++) {
      for (let first = 0; first < m; first += atOnce) {
        steps.push(() => rows(index, first, Math.min(m, first + atOnce)));
      }
    }
    return steps;
  }
  const together = Math.max(1, Math.floor(atOnce / Math.max(1, m)));
  for (let from = 0; from < matrices; from += together) {
    const to = Math.min(matrices, from + together);
    steps.push(() => {
      for (let index = from; index < to; index++) rows(index, 0, m);
    });
  }
  return steps;
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
  return cutRows(1, rows, 4 * perRow, (_, first, end) => {
    contract(engine, dtype, contraction, at.scratch, at.a, at.b, at.out, first, end);
  });
}
