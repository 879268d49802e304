// Global average pools of codes: exact sums of the codes of a channel, then one float32 product, as onnxruntime does.
//
//   QLinearGlobalAveragePool        y = roundHalfToEven(fl(Σ x − size · zx) · (sx / (sy · size))) + zy
//   DequantizedGlobalAveragePool    y = fl(Σ x − size · zx) · (sx / size)          x, its scale and zero point

import {
  columnSums,
  endAsCodes,
  endAsFloats,
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

type Ends = 'codes' | 'floats';

/** Sizes and types of a pool, checked. */
interface Pool {
  readonly dtype: 'int8' | 'uint8';
  readonly last: boolean;
  readonly batch: number;
  readonly channels: number;
  /** Elements that are averaged. */
  readonly size: number;
  /** Of the result. */
  readonly dims: readonly number[];
}

function readPool(node: NodeContext, ends: Ends): Pool {
  const x = node.input(0);
  const dtype = byteType(node, 0);
  if (x.dims.length < 3) node.fail(`${node.node.opType} of ${describeType(x)}, needs 3 dims or more`);
  for (const scale of ends === 'codes' ? [1, 3] : [1]) requireOneScale(node, scale);
  for (const index of ends === 'codes' ? [2, 4] : [2]) {
    const given = node.optional(index)?.dtype ?? dtype;
    if (given !== dtype) node.fail(`codes are ${dtype}, but zero point ${index} is ${given}`);
  }
  const last = node.flag('channels_last');
  const spatial = last ? x.dims.slice(1, -1) : x.dims.slice(2);
  const size = spatial.reduce((a, b) => a * b, 1);
  if (size === 0) node.fail(`${describeType(x)} has nothing to average`);
  const [batch, channels] = [x.dims[0]!, last ? x.dims.at(-1)! : x.dims[1]!];
  const ones = spatial.map(() => 1);
  const dims = last ? [batch, ...ones, channels] : [batch, channels, ...ones];
  return { dtype, last, batch, channels, size, dims };
}

function plan(node: NodeContext, ends: Ends): Plan {
  const { dtype, last, batch, channels, size, dims } = readPool(node, ends);
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
  /** One float: 1; size; zero points of x and y; sy · size, without y size. */
  const begin = (at: Addresses): void => {
    const small = at.scratch + places.small;
    const given = (index: number): number => (node.has(index) ? at.input(index) : 0);
    const bias = at.scratch + places.bias;
    writeInts(engine, small, [ONE, size]);
    widenCodes(kernels, dtype, given(2), small + 8, 1, 0, shift);
    if (ends === 'codes') widenCodes(kernels, dtype, given(4), small + 12, 1, 0);
    widenCodes(kernels, 'int32', small + 4, at.scratch + places.ones, channels, 0);
    widenCodes(kernels, 'int32', 0, bias, channels, 0);
    subtractOuter(kernels, bias, small + 8, at.scratch + places.ones, 1, channels);
    const scale = ends === 'codes' ? at.input(3) : small;
    multipliers(kernels, small + 16, 1, size, [scale, small, 0], 0);
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
    const out = at.output(0) + index * channels * (ends === 'codes' ? 1 : 4);
    const tile = { sums, bias, rows: 1, n: channels, out, stride: channels };
    const multiplier = at.scratch + places.multiplier;
    if (ends === 'floats') endAsFloats(kernels, tile, multiplier, 0);
    else
      endAsCodes(kernels, dtype === 'int8' ? 'i8' : 'u8', tile, multiplier, at.scratch + places.small + 12);
  };
  return {
    outputs: [{ dtype: ends === 'codes' ? dtype : 'float32', dims }],
    scratch: scratch.size,
    bind: (at) =>
      Array.from({ length: channels === 0 ? 0 : batch }, (_, index) => () => {
        if (index === 0) begin(at);
        average(at, index);
      }),
  };
}

export const qlinearGlobalPool: readonly Operator[] = [
  { opType: 'QLinearGlobalAveragePool', domain: 'com.microsoft', plan: (node) => plan(node, 'codes') },
  { opType: 'DequantizedGlobalAveragePool', domain: 'octavo', plan: (node) => plan(node, 'floats') },
];
