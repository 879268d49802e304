// QLinearGlobalAveragePool: exact sums of the codes of a channel, then one float32 product, as onnxruntime does.
//
//   y = roundHalfToEven(fl(Σ x − size · zx) · (sx / (sy · size))) + zy

import {
  columnSums,
  endAsCodes,
  flipSigns,
  rowSums,
  subtractOuter,
} from '../../../wasm/kernels/execute/gemm-int.js';
import { writeInts } from '../../../wasm/kernels/execute/ints.js';
import { multipliers, widenCodes } from '../../../wasm/kernels/execute/qparams.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan } from '../../operator.js';
import { byteType } from '../../quantized/codes.js';
import { requireOneScale } from '../../quantized/endings.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { describeType } from '../../value.js';

const ONE = 0x3f800000;

function plan(node: NodeContext): Plan {
  const x = node.input(0);
  const dtype = byteType(node, 0);
  if (x.dims.length < 3) node.fail(`QLinearGlobalAveragePool of ${describeType(x)}, needs 3 dims or more`);
  requireOneScale(node, 1);
  requireOneScale(node, 3);
  for (const index of [2, 4]) {
    const given = node.optional(index)?.dtype ?? dtype;
    if (given !== dtype) node.fail(`codes are ${dtype}, but zero point ${index} is ${given}`);
  }
  const last = node.flag('channels_last');
  const spatial = last ? x.dims.slice(1, -1) : x.dims.slice(2);
  const size = spatial.reduce((a, b) => a * b, 1);
  if (size === 0) node.fail(`${describeType(x)} has nothing to average`);
  const [batch, channels] = [x.dims[0]!, last ? x.dims.at(-1)! : x.dims[1]!];
  const ones = spatial.map(() => 1);
  // Sums of rows want unsigned codes; sums of columns signed ones, which they make of others.
  const shift = last ? (dtype === 'uint8' ? -128 : 0) : dtype === 'int8' ? 128 : 0;
  const flipped = !last && shift !== 0;
  const image = channels * size;
  const scratch = new ScratchPlan();
  const places = {
    codes: scratch.take(flipped ? image : 0),
    sums: scratch.take(channels * 4),
    bias: scratch.take(channels * 4),
    multiplier: scratch.take(channels * 4),
    small: scratch.take(24),
    ones: scratch.take(channels * 4),
  };
  const { engine } = node;
  const { kernels } = engine;
  /** One float: 1; size; zero points of x and y; sy · size. */
  const begin = (at: Addresses): void => {
    const small = at.scratch + places.small;
    const given = (index: number): number => (node.has(index) ? at.input(index) : 0);
    const bias = at.scratch + places.bias;
    writeInts(engine, small, [ONE, size]);
    widenCodes(kernels, dtype, given(2), small + 8, 1, 0, shift);
    widenCodes(kernels, dtype, given(4), small + 12, 1, 0);
    widenCodes(kernels, 'int32', small + 4, at.scratch + places.ones, channels, 0);
    widenCodes(kernels, 'int32', 0, bias, channels, 0);
    subtractOuter(kernels, bias, small + 8, at.scratch + places.ones, 1, channels);
    multipliers(kernels, small + 16, 1, size, [at.input(3), small, 0], 0);
    multipliers(kernels, at.scratch + places.multiplier, channels, 1, [at.input(1), small, small + 16], 0);
  };
  const average = (at: Addresses, index: number): void => {
    let codes = at.input(0) + index * image;
    if (flipped) {
      flipSigns(kernels, codes, at.scratch + places.codes, image);
      codes = at.scratch + places.codes;
    }
    const [sums, bias] = [at.scratch + places.sums, at.scratch + places.bias];
    if (last) columnSums(kernels, codes, sums, size, channels, shift === 0 ? 0 : 128);
    else rowSums(kernels, codes, sums, channels, size);
    const out = at.output(0) + index * channels;
    const tile = { sums, bias, rows: 1, n: channels, out, stride: channels };
    const multiplier = at.scratch + places.multiplier;
    endAsCodes(kernels, dtype === 'int8' ? 'i8' : 'u8', tile, multiplier, at.scratch + places.small + 12);
  };
  return {
    outputs: [{ dtype, dims: last ? [batch, ...ones, channels] : [batch, channels, ...ones] }],
    scratch: scratch.size,
    bind: (at) =>
      Array.from({ length: channels === 0 ? 0 : batch }, (_, index) => () => {
        if (index === 0) begin(at);
        average(at, index);
      }),
  };
}

export const qlinearGlobalPool: readonly Operator[] = [
  { opType: 'QLinearGlobalAveragePool', domain: 'com.microsoft', plan },
];
