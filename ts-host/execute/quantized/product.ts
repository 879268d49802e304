// Products of 8-bit codes: A [m, k] · B [k, n], zero points taken off, in tiles small enough for the cache. A tile of
// sums is handed to an ending, which makes integers, codes or floats of it.
//
//   A rows ──flip if s8──► u8 ┐
//   B ──flip if u8, pack────► ├─ product ─► sums − zb ⊗ row sums − za ⊗ column terms ─► ending ─► out
//
// Everything but types and shapes is read at run time (productRun.ts): zero points may be data. This is the way of what
// fused.ts does not do: zero points that differ between rows, a bias a row, A transposed.

import type { ExecutionEngine } from '../../wasm/execution.js';
import { PANEL_COLUMNS, packedBytes, type SumTile } from '../../wasm/kernels/execute/gemm-int.js';
import { TRANSPOSE_SCRATCH_BYTES } from '../../wasm/kernels/execute/transpose-bytes.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Pack } from '../operator.js';
import { CodeMatrices, type MatrixForm } from './codeMatrices.js';
import { byteType } from './codes.js';
import type { MatmulShape } from './matmulShape.js';
import {
  type BiasSpread,
  biasSpread,
  columnZeroPoints,
  type ProductInputs,
  rowZeroPoints,
  type ZeroPointSpread,
} from './productInputs.js';
import type { ScratchPlan } from './scratch.js';

/** Rows and columns of a tile: its sums take at most 128 KB. */
const TILE_ROWS = 64;
const TILE_COLUMNS = 512;

/** What is made of sums. */
export interface Ending {
  /** Bytes of an element of the output. */
  readonly elementBytes: number;
  /** Called once a run, before any tile. */
  begin(at: Addresses): void;
  /** Called for every tile; its first column is `column` of matrix `matrix` of B. */
  end(at: Addresses, tile: SumTile, column: number, matrix: number): void;
}

/** Where things lie in the scratch memory. */
interface Places {
  readonly a: number;
  readonly sums: number;
  readonly rowSums: number;
  readonly za: number;
  readonly zb: number;
  readonly terms: number;
  readonly corrections: number;
  readonly minusOnes: number;
  readonly depth: number;
  readonly turned: number;
}

export interface ProductPlan {
  readonly engine: ExecutionEngine;
  readonly inputs: ProductInputs;
  readonly shape: MatmulShape;
  readonly matrices: CodeMatrices;
  readonly packs: readonly Pack[];
  /** Inputs whose bytes the product reads; the ending may read more. */
  readonly reads: readonly number[];
  readonly multiplyAdds: number;
  readonly signedA: boolean;
  /** Which zero points are given: their type is that of the codes. */
  readonly given: { readonly a: boolean; readonly b: boolean };
  readonly aZeroPoints: 'one' | 'matrices';
  readonly bZeroPoints: ZeroPointSpread;
  readonly bias: BiasSpread;
  readonly tileRows: number;
  readonly tileColumns: number;
  /** Bytes of a packed panel. */
  readonly panelBytes: number;
  readonly places: Places;
}

export function planProduct(
  node: NodeContext,
  scratch: ScratchPlan,
  inputs: ProductInputs,
  shape: MatmulShape,
): ProductPlan {
  const { m, n, k } = shape;
  const signedA = byteType(node, inputs.a) === 'int8';
  const lie: MatrixForm['lie'] = inputs.transposedB === true ? 'columns' : 'rows';
  const form = { k, n, count: shape.bCount, lie };
  const matrices = new CodeMatrices(node, scratch, inputs.b, form);
  const bias = biasSpread(node, inputs, shape);
  const tileRows = Math.min(m, TILE_ROWS);
  const tileColumns = Math.min(n, TILE_COLUMNS);
  const small = [inputs.aZeroPoint, inputs.bZeroPoint, ...(inputs.bias === undefined ? [] : [inputs.bias])];
  return {
    engine: node.engine,
    inputs,
    shape,
    matrices,
    packs: matrices.pack === undefined ? [] : [matrices.pack],
    reads: [inputs.a, ...(matrices.pack ? [] : [inputs.b]), ...small.filter((index) => node.has(index))],
    multiplyAdds: shape.products * m * n * k,
    signedA,
    given: { a: node.has(inputs.aZeroPoint), b: node.has(inputs.bZeroPoint) },
    aZeroPoints: rowZeroPoints(node, inputs),
    bZeroPoints: columnZeroPoints(node, inputs, shape),
    bias,
    tileRows,
    tileColumns,
    panelBytes: packedBytes(node.engine.kernels, PANEL_COLUMNS, k),
    places: {
      a: scratch.take(signedA ? tileRows * k : 0),
      sums: scratch.take(tileRows * tileColumns * 4),
      rowSums: scratch.take(tileRows * 4),
      za: scratch.take(tileRows * 4),
      zb: scratch.take(n * 4),
      terms: scratch.take(n * 4),
      corrections: scratch.take(n * 4),
      minusOnes: scratch.take(bias === 'column' ? tileColumns * 4 : 0),
      depth: scratch.take(4),
      turned: scratch.take(inputs.transposedA === true ? m * k + TRANSPOSE_SCRATCH_BYTES : 0),
    },
  };
}
