// Block quantization along the input channels of a matrix product, laid out output channel by output channel: the
// form of com.microsoft MatMulNBits and GatherBlockQuantized.
//
//   codes      [rows, blocks, block · bits / 8]   unsigned, low bits first, the last block padded
//   scale      [rows, blocks]                     float32
//   zeroPoint  [rows, ceil(blocks · bits / 8)]    packed per row, unsigned
//   value = (code − zeroPoint) · scale,  blocks = ceil(depth / block)
//
// A table or a Gemm weight with transB is [rows, depth] in the file already. A MatMul weight is [depth, rows]: it is
// read by column panels and turned (tensor/columns.ts).

import type { MemoryBudget, RunContext } from '../context.js';
import type { Tensor, TensorData } from '../ir/tensor.js';
import type { Engine } from '../wasm/engine.js';
import { packBlocks } from '../wasm/kernels/pack.js';
import { quantize } from '../wasm/kernels/quantize.js';
import { transpose } from '../wasm/kernels/transpose.js';
import { columnSlabs } from './columns.js';
import { floatChunks } from './floatChunks.js';
import { holding } from './holding.js';
import { regroup } from './regroup.js';
import type { ScaleSlot } from './scaleSlot.js';
import type { ScaleChooser } from './scales.js';

/** Floats quantized at a time. */
const SLAB_ELEMENTS = 1 << 20;
const PANEL_BYTES = 32 * 1024 * 1024;

export interface BlockRowsSpec {
  /** Output channels (MatMul) or table entries (Gather). */
  readonly rows: number;
  /** Input channels or embedding width: what blocks run along. */
  readonly depth: number;
  readonly block: number;
  readonly bits: 2 | 4 | 8;
  /** true: zero points are all 2^(bits−1) and need not be stored. */
  readonly symmetric: boolean;
  /** How the file stores the matrix: [rows, depth] or [depth, rows]. */
  readonly order: 'rows-depth' | 'depth-rows';
  readonly choose: ScaleChooser;
  readonly slot: ScaleSlot;
  /** Bytes of codes put together at a time when the matrix must be turned. Default 32 MiB. */
  readonly panelBytes?: number;
}

type Part = 'codes' | 'scale' | 'zeroPoint';

/** The three tensors of a block-quantized matrix, each computed from the weight when it is written. */
export function blockRows(engine: Engine, tensor: Tensor, spec: BlockRowsSpec): Record<Part, TensorData> {
  const part = (name: Part): TensorData => ({
    byteLength: spec.rows * rowBytes(spec, spec.depth, name),
    chunks: (context) =>
      holding(context, workingBytes(spec, name), `quantizing ${tensor.name}`, () =>
        spec.order === 'rows-depth'
          ? inOrder(engine, tensor, spec, name, context)
          : turned(engine, tensor, spec, name, context),
      ),
  });
  return { codes: part('codes'), scale: part('scale'), zeroPoint: part('zeroPoint') };
}

/** Bytes that `depth` elements of one row become. */
function rowBytes({ block, bits }: BlockRowsSpec, depth: number, part: Part): number {
  const blocks = Math.ceil(depth / block);
  if (part === 'codes') return (blocks * block * bits) / 8;
  return part === 'scale' ? 4 * blocks : Math.ceil((blocks * bits) / 8);
}

/** Rows whose output is put together at a time: the same for all three parts, since they share the scales of pieces. */
function panelRowsOf(spec: BlockRowsSpec): number {
  const { rows, depth, panelBytes = PANEL_BYTES } = spec;
  return Math.min(rows, Math.max(1, Math.floor(panelBytes / rowBytes(spec, depth, 'codes'))));
}

/** Input channels of a slab of `width` columns. Four blocks at least, so that its zero points begin on a byte. */
function slabDepthOf({ depth, block }: BlockRowsSpec, width: number): number {
  const unit = 4 * block;
  return Math.min(depth, unit * Math.max(1, Math.floor(SLAB_ELEMENTS / (unit * width))));
}

/** Bytes of the buffers below: values as they come and turned, their codes, and the output. */
function workingBytes(spec: BlockRowsSpec, part: Part): number {
  const { rows, depth } = spec;
  if (spec.order === 'rows-depth') return 6 * Math.min(rows * depth, Math.max(SLAB_ELEMENTS, depth));
  const width = panelRowsOf(spec);
  return 10 * width * slabDepthOf(spec, width) + width * rowBytes(spec, depth, part);
}

async function* inOrder(
  engine: Engine,
  tensor: Tensor,
  spec: BlockRowsSpec,
  part: Part,
  context: RunContext,
): AsyncGenerator<Uint8Array> {
  const { rows, depth } = spec;
  const step = Math.max(1, Math.floor(SLAB_ELEMENTS / depth));
  const sizes = Array.from(
    { length: Math.ceil(rows / step) },
    (_, i) => Math.min(step, rows - i * step) * depth,
  );
  let row = 0;
  for await (const values of regroup(floatChunks(engine, tensor, context), sizes)) {
    yield await quantizeRows(
      engine,
      tensor,
      values,
      values.length / depth,
      depth,
      spec,
      part,
      `${row}`,
      context.budget,
    );
    row += step;
  }
}

async function* turned(
  engine: Engine,
  tensor: Tensor,
  spec: BlockRowsSpec,
  part: Part,
  context: RunContext,
): AsyncGenerator<Uint8Array> {
  const { rows, depth } = spec;
  const bytes = rowBytes(spec, depth, part);
  const panelRows = panelRowsOf(spec);
  for (let row = 0; row < rows; row += panelRows) {
    const width = Math.min(panelRows, rows - row);
    const panel = new Uint8Array(width * bytes);
    const chunks = floatChunks(engine, tensor, context);
    for await (const slab of columnSlabs(chunks, rows, [row, row + width], slabDepthOf(spec, width))) {
      const values = new Float32Array(slab.values.length);
      transpose(engine, slab.values, values, slab.rows, width);
      const piece = `${row},${slab.row}`;
      const local = await quantizeRows(
        engine,
        tensor,
        values,
        width,
        slab.rows,
        spec,
        part,
        piece,
        context.budget,
      );
      scatter(local, panel, width, bytes, rowBytes(spec, slab.row, part));
    }
    yield panel;
  }
}

/** Copies `rows` rows of `source` to column `offset` of the rows of `target`, `stride` bytes each. */
function scatter(source: Uint8Array, target: Uint8Array, rows: number, stride: number, offset: number): void {
  const length = source.byteLength / rows;
  for (let row = 0; row < rows; row++) {
    target.set(source.subarray(row * length, (row + 1) * length), row * stride + offset);
  }
}

/** Quantizes [rows, depth] values and returns one part of the result. */
async function quantizeRows(
  engine: Engine,
  tensor: Tensor,
  values: Float32Array,
  rows: number,
  depth: number,
  spec: BlockRowsSpec,
  part: Part,
  piece: string,
  budget: MemoryBudget,
): Promise<Uint8Array> {
  const { block, bits } = spec;
  const blocks = Math.ceil(depth / block);
  const layout = { depth, inner: 1, block, scaleCount: rows * blocks };
  const rule = { qmin: 0, qmax: 2 ** bits - 1, symmetric: spec.symmetric };
  const once = { tensor: tensor.name, budget, chunks: () => single(values) };
  const scales = await spec.slot.take(tensor, piece, () => spec.choose(engine, once, layout, rule));
  if (part === 'scale') return new Uint8Array(scales.scale.buffer);
  const out = new Uint8Array(rows * rowBytes(spec, depth, part));
  if (part === 'zeroPoint') {
    const codes = Uint8Array.from(scales.zeroPoint);
    packBlocks(engine, codes, out, { rows, depth: blocks, block: 8 / bits, bits });
  } else {
    const codes = new Uint8Array(values.length);
    quantize(engine, values, codes, { layout, ...scales, qmin: rule.qmin, qmax: rule.qmax });
    packBlocks(engine, codes, out, { rows, depth, block, bits });
  }
  return out;
}

async function* single(values: Float32Array): AsyncGenerator<{ start: number; values: Float32Array }> {
  yield { start: 0, values };
}
