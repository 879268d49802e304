// Products of float32: b is packed, a constant one once, and rows are multiplied with it. Matrices that are long to pack, to copy
// or to multiply by a single row are cut into steps; many small ones share a step.

import type { ExecutionEngine } from '../../../wasm/execution.js';
import {
  COLUMNS_APART,
  type ColumnRange,
  type GemmArguments,
  gemmPackedBytes,
  packGemm,
} from '../../../wasm/kernels/execute/gemm.js';
import { type Copy, copySteps, planCopy, scratchOf } from '../../movement/copy.js';
import type { Pack, Step } from '../../operator.js';
import type { Address } from '../../value.js';
import { multiplyAddsOf, STEP_MULTIPLY_ADDS } from './cutRows.js';
import type { MatrixView, PlannedProduct, Product, ProductAddresses } from './operands.js';
import { multiplyShared } from './shared.js';

/** Elements packed or copied in one step, some milliseconds even where they are far from each other. */
const STEP_ELEMENTS = 1 << 20;
/** Elements of packed b that are multiplied with many rows before the next ones: 1 MiB. */
const STEP_BLOCK = 1 << 18;
/** Rows that the kernel does at once. */
const TILE_ROWS = 4;

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

export function planPacked(engine: ExecutionEngine, product: Product): PlannedProduct {
  const { m, n, k, a, constantB } = product;
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
    fill: (from, to) =>
      [...slots].flatMap(([offset, slot]) =>
        packSteps(engine, from + 4 * offset, b, to + slot * matrixBytes, n, k),
      ),
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
  const aOffsets = batchOffsets(batch, a.batchStrides);
  const bOffsets = batchOffsets(batch, b.batchStrides);
  const slots = packSlots(product);
  const table = at.scratch + aligned(4 * m * k);
  const packedAt = (offset: number): Address =>
    constantB === undefined ? at.scratch + copyBytes : at.packed + slots.get(offset)! * matrixBytes;
  /** What there is to do before a matrix is multiplied. */
  const prepare = (index: number): Step[] => {
    const offset = bOffsets[index]!;
    const isThere = constantB !== undefined || offset === bOffsets[index - 1];
    const rows = layout.rows && {
      copy: layout.rows,
      source: at.a + 4 * aOffsets[index]!,
      target: at.scratch,
    };
    return [
      ...(isThere ? [] : packSteps(engine, at.b + 4 * offset, b, packedAt(offset), n, k)),
      ...(rows === undefined ? [] : copySteps(engine, table, [rows])),
    ];
  };
  const multiply = (index: number, first: number, end: number, columns: ColumnRange): void => {
    const lda = gathered ? k : a.rowStride;
    multiplyShared(engine, {
      a: (gathered ? at.scratch : at.a + 4 * aOffsets[index]!) + 4 * first * lda,
      lda,
      packed: packedAt(bOffsets[index]!),
      c: at.out + 4 * (index * m + first) * n,
      ldc: n,
      m: end - first,
      n,
      k,
      columns,
      ...startOf(at, first),
    });
  };
  const isSmall = m * n * k <= STEP_MULTIPLY_ADDS && Math.max(n * k, m * k) <= STEP_ELEMENTS;
  if (!isSmall) {
    return aOffsets.flatMap((_, index) => [
      ...prepare(index),
      ...tiles(product, (first, end, columns) => multiply(index, first, end, columns)),
    ]);
  }
  const preparations = aOffsets.map((_, index) => prepare(index));
  return together(aOffsets.length, m * n * k + n * k, (index) => {
    for (const step of preparations[index]!) step();
    multiply(index, 0, m, { first: 0, end: n });
  });
}

/** B, or the kernels of a weight, packed a range of columns a step. */
export function packSteps(
  engine: ExecutionEngine,
  from: Address,
  { rowStride, columnStride }: Pick<MatrixView, 'rowStride' | 'columnStride'>,
  to: Address,
  n: number,
  k: number,
): Step[] {
  return columnRanges(n, STEP_ELEMENTS / Math.max(1, k)).map(
    (range) => () => packGemm(engine.kernels, from, rowStride, columnStride, to, n, k, range),
  );
}

/** [0, n) in ranges of about `count` columns. */
function columnRanges(n: number, count: number): ColumnRange[] {
  const size = Math.max(1, Math.floor(count / COLUMNS_APART)) * COLUMNS_APART;
  const ranges: ColumnRange[] = [];
  for (let first = 0; first < n; first += size) ranges.push({ first, end: Math.min(n, first + size) });
  return ranges;
}

/** A large product as blocks of columns, which stay in a cache, by as many rows as make a step. */
function tiles(
  { m, n, k }: Pick<Product, 'm' | 'n' | 'k'>,
  multiply: (first: number, end: number, columns: ColumnRange) => void,
): Step[] {
  const wide = Math.max(STEP_BLOCK / Math.max(1, k), STEP_MULTIPLY_ADDS / Math.max(1, m * k));
  const steps: Step[] = [];
  for (const columns of columnRanges(n, wide)) {
    const perRow = (columns.end - columns.first) * k;
    const fitting = Math.max(1, Math.floor(STEP_MULTIPLY_ADDS / Math.max(1, perRow)));
    const rows = fitting > TILE_ROWS ? fitting - (fitting % TILE_ROWS) : fitting;
    for (let first = 0; first < m; first += rows) {
      steps.push(() => multiply(first, Math.min(m, first + rows), columns));
    }
  }
  return steps;
}

/** One product with packed b, cut where it is long. */
export function gemmSteps(engine: ExecutionEngine, args: GemmArguments): Step[] {
  const { a, lda, c, ldc, start, ldStart = 0, m, n, k } = args;
  if (m * n * k <= STEP_MULTIPLY_ADDS) return [() => multiplyShared(engine, args)];
  return tiles(args, (first, end, columns) =>
    multiplyShared(engine, {
      ...args,
      a: a + 4 * first * lda,
      c: c + 4 * first * ldc,
      m: end - first,
      columns,
      ...(start === undefined || start === 0 ? {} : { start: start + 4 * first * ldStart }),
    }),
  );
}

/** Small matrices, as many in a step as it holds. */
function together(matrices: number, work: number, each: (index: number) => void): Step[] {
  const count = Math.max(1, Math.floor(STEP_MULTIPLY_ADDS / Math.max(1, work)));
  const steps: Step[] = [];
  for (let from = 0; from < matrices; from += count) {
    const to = Math.min(matrices, from + count);
    steps.push(() => {
      for (let index = from; index < to; index++) each(index);
    });
  }
  return steps;
}

function startOf({ start }: ProductAddresses, row: number): { start?: Address; ldStart?: number } {
  if (start === undefined) return {};
  return { start: start.address + 4 * row * start.rowStride, ldStart: start.rowStride };
}
