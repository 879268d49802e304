// Block quantization in the tensor's own element order (ONNX DequantizeLinear with block_size). Codes, scales and
// zero points are three tensors, and a file may want them at different places, so each is a stream of its own that
// quantizes the weight again: time for memory, and blocks are independent, so all three agree exactly.
//
// Pieces: a layout's rows are depth · inner elements. Rows that fit are taken several at a time; a longer row is cut
// along depth at multiples of the block. Either way no block lies in two pieces.

import type { RunContext } from '../context.js';
import type { CodeDType } from '../ir/dtype.js';
import { byteLengthOf, elementCount, type Tensor, type TensorData } from '../ir/tensor.js';
import type { Engine } from '../wasm/engine.js';
import { quantize } from '../wasm/kernels/quantize.js';
import type { ScaleRule } from '../wasm/kernels/ranges.js';
import type { ScaleLayout } from '../wasm/layout.js';
import { CodePacker, codesOf, newCodes } from './codes.js';
import { floatChunks } from './floatChunks.js';
import { holding } from './holding.js';
import { regroup } from './regroup.js';
import type { ScaleSlot } from './scaleSlot.js';
import type { ScaleChooser, Scales } from './scales.js';

/** Elements in a piece, unless a single block · inner is larger. */
const PIECE_ELEMENTS = 1 << 20;

export interface BlockTensors {
  readonly codes: TensorData;
  /** float32. */
  readonly scale: TensorData;
  /** Of the codes' dtype, packed like them. */
  readonly zeroPoint: TensorData;
}

/** The three tensors of `tensor` quantized per block.
 *  @param layout - must come from a block granularity over tensor.dims. */
export function blockTensors(
  engine: Engine,
  tensor: Tensor,
  layout: ScaleLayout,
  dtype: CodeDType,
  rule: ScaleRule,
  choose: ScaleChooser,
  slot: ScaleSlot,
): BlockTensors {
  const pieces = (context: RunContext) =>
    quantizedPieces(engine, tensor, layout, rule, choose, slot, context);
  return {
    codes: {
      byteLength: byteLengthOf(dtype, elementCount(tensor.dims, tensor.name)),
      async *chunks(context) {
        const packer = new CodePacker(engine, dtype);
        for await (const { values, local, scales } of pieces(context)) {
          const codes = newCodes(dtype, values.length);
          quantize(engine, values, codes, { layout: local, ...scales, qmin: rule.qmin, qmax: rule.qmax });
          yield packer.push(codes);
        }
        yield packer.end();
      },
    },
    scale: {
      byteLength: 4 * layout.scaleCount,
      async *chunks(context) {
        for await (const { scales } of pieces(context)) yield new Uint8Array(scales.scale.buffer);
      },
    },
    zeroPoint: {
      byteLength: byteLengthOf(dtype, layout.scaleCount),
      async *chunks(context) {
        const packer = new CodePacker(engine, dtype);
        for await (const { scales } of pieces(context)) yield packer.push(codesOf(dtype, scales.zeroPoint));
        yield packer.end();
      },
    },
  };
}

/** A part of a tensor that no block crosses the border of. */
export interface Piece {
  readonly values: Float32Array;
  readonly local: ScaleLayout;
  readonly scales: Scales;
}

/** The pieces of a tensor with the scales chosen for their blocks, in order. */
export async function* quantizedPieces(
  engine: Engine,
  tensor: Tensor,
  layout: ScaleLayout,
  rule: ScaleRule,
  choose: ScaleChooser,
  slot: ScaleSlot,
  context: RunContext,
): AsyncGenerator<Piece> {
  const sizes = [...pieceSizes(layout, elementCount(tensor.dims))];
  // Values, codes of up to two bytes, and what the kernels and the file make of them.
  const bytes = 8 * sizes.reduce((largest, size) => Math.max(largest, size), 0);
  const read = () => regroup(floatChunks(engine, tensor, context), sizes);
  let start = 0;
  for await (const values of holding(context, bytes, `quantizing ${tensor.name}`, read)) {
    const local = localLayout(layout, values.length);
    const once = {
      tensor: tensor.name,
      budget: context.budget,
      chunks: async function* () {
        yield { start: 0, values };
      },
    };
    const scales = await slot.take(tensor, `${start}`, () => choose(engine, once, local, rule));
    start += values.length;
    yield { values, local, scales };
  }
}

/** Lengths of the pieces of a tensor of `count` elements. */
function* pieceSizes({ depth, inner, block }: ScaleLayout, count: number): Generator<number> {
  const row = depth * inner;
  if (row <= PIECE_ELEMENTS) {
    const size = row * Math.max(1, Math.floor(PIECE_ELEMENTS / row));
    for (let at = 0; at < count; at += size) yield Math.min(size, count - at);
    return;
  }
  const size = block * inner * Math.max(1, Math.floor(PIECE_ELEMENTS / (block * inner)));
  for (let start = 0; start < count; start += row) {
    for (let at = 0; at < row; at += size) yield Math.min(size, row - at);
  }
}

/** The layout of one piece: whole rows, or a part of one. */
function localLayout({ depth, inner, block }: ScaleLayout, length: number): ScaleLayout {
  const whole = length % (depth * inner) === 0;
  const rows = whole ? length / (depth * inner) : 1;
  const localDepth = whole ? depth : length / inner;
  return { depth: localDepth, inner, block, scaleCount: rows * Math.ceil(localDepth / block) * inner };
}
