// The integer codes of a matrix, transposed: [rows, columns] floats become [columns, rows] codes. For integer products
// whose operator has no transB (MatMulInteger) over a weight stored output channel first.

import type { RunContext } from '../context.js';
import type { Tensor, TensorData } from '../ir/tensor.js';
import type { Engine } from '../wasm/engine.js';
import { quantize } from '../wasm/kernels/quantize.js';
import { transpose } from '../wasm/kernels/transpose.js';
import { newCodes } from './codes.js';
import { columnSlabs } from './columns.js';
import { floatChunks } from './floatChunks.js';
import { holding } from './holding.js';
import type { Scales } from './scales.js';

/** Codes put together at a time. */
const PANEL_BYTES = 32 * 1024 * 1024;
const SLAB_ELEMENTS = 1 << 20;

/** 8-bit codes of `tensor`, dims [rows, columns], as [columns, rows].
 *  @param scales - one per tensor, or one per row (each row is an output channel). */
export function turnedCodes(
  engine: Engine,
  tensor: Tensor,
  dtype: 'int8' | 'uint8',
  scales: Scales,
  range: { readonly qmin: number; readonly qmax: number },
  panelBytes = PANEL_BYTES,
): TensorData {
  const [rows, columns] = tensor.dims as [number, number];
  return {
    byteLength: rows * columns,
    chunks(context: RunContext) {
      const panelColumns = Math.min(columns, Math.max(1, Math.floor(panelBytes / rows)));
      const slab = Math.min(rows, Math.max(1, Math.floor(SLAB_ELEMENTS / panelColumns))) * panelColumns;
      const bytes = 2 * rows * panelColumns + 4 * slab;
      return holding(context, bytes, `turning ${tensor.name}`, () => panels(context, panelColumns));
    },
  };

  async function* panels(context: RunContext, panelColumns: number): AsyncGenerator<Uint8Array> {
    for (let column = 0; column < columns; column += panelColumns) {
      const width = Math.min(panelColumns, columns - column);
      const panel = newCodes(dtype, rows * width) as Int8Array | Uint8Array;
      const slabRows = Math.min(rows, Math.max(1, Math.floor(SLAB_ELEMENTS / width)));
      const chunks = floatChunks(engine, tensor, context);
      for await (const slab of columnSlabs(chunks, columns, [column, column + width], slabRows)) {
        const codes = panel.subarray(slab.row * width, (slab.row + slab.rows) * width);
        quantize(engine, slab.values, codes, {
          ...rowScales(scales, slab.row, slab.rows, width),
          qmin: range.qmin,
          qmax: range.qmax,
        });
      }
      const turned = new Uint8Array(panel.length);
      transpose(engine, new Uint8Array(panel.buffer), turned, rows, width);
      yield turned;
    }
  }
}

/** The scales of some rows, as the kernels see them. */
function rowScales({ scale, zeroPoint }: Scales, row: number, rows: number, width: number) {
  if (scale.length === 1) {
    return { layout: { depth: 1, inner: 1, block: 1, scaleCount: 1 }, scale, zeroPoint };
  }
  return {
    layout: { depth: width, inner: 1, block: width, scaleCount: rows },
    scale: scale.subarray(row, row + rows),
    zeroPoint: zeroPoint.subarray(row, row + rows),
  };
}
