// QLinearAveragePool and QLinearSoftmax: as float32, the operator, the result as codes. That is their definition;
// onnxruntime, which sums through tables, may be one code apart.

import {
  POOL_SCRATCH_BYTES,
  type PoolAxis,
  type PoolCall,
  poolRows,
} from '../../../wasm/kernels/execute/pool.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan, Step } from '../../operator.js';
import { OneScale } from '../../quantized/oneScale.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { tileSteps } from '../../quantized/tiles.js';
import { type Address, sizeOf, type TensorType } from '../../value.js';
import { poolAxes } from '../poolWindow.js';
import { softmaxSteps } from '../softmax.js';

const STEP_TAPS = 2 ** 22;
const SINGLE: PoolAxis = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0, padEnd: 0 };

/** What runs in the middle. */
type FloatSteps = (at: Addresses, x: Address, out: Address) => readonly Step[];

/** Codes of input 0 to float32, `middle`, and back to codes: inputs 1 to 4 are the scales and zero points. */
function planThroughFloats(
  node: NodeContext,
  scratch: ScratchPlan,
  dims: readonly number[],
  middle: FloatSteps,
): Plan {
  const x = node.input(0);
  const from = OneScale.ofInput(node, scratch, 0, [1, 2]);
  const to = new OneScale(node, scratch, from.dtype, [3, 4]);
  const y: TensorType = { dtype: from.dtype, dims };
  const [source, result] = [scratch.take(sizeOf(x) * 4), scratch.take(sizeOf(y) * 4)];
  return {
    outputs: [y],
    scratch: scratch.size,
    bind: (at) => [
      ...tileSteps(sizeOf(x)).steps(
        () => from.write(at),
        (start, count) => from.toFloats(at, at.input(0) + start, at.scratch + source + start * 4, count),
      ),
      ...middle(at, at.scratch + source, at.scratch + result),
      ...tileSteps(sizeOf(y)).steps(
        () => to.write(at),
        (start, count) => to.toCodes(at, at.scratch + result + start * 4, at.output(0) + start, count),
      ),
    ],
  };
}

/** Channels last: [N, D1…Dk, C]. */
function planAveragePool(node: NodeContext): Plan {
  const { dims } = node.input(0);
  if (dims.length < 3 || dims.length > 5) {
    node.fail(`QLinearAveragePool needs a batch, channels and 1 to 3 spatial axes, has ${dims.length} dims`);
  }
  if (node.flag('channels_last'))
    node.fail('QLinearAveragePool with channels_last is not supported', 'UNSUPPORTED_OP');
  const axes = poolAxes(node, dims.slice(1, -1));
  const [d = SINGLE, h = SINGLE, w = SINGLE] = [
    ...Array<undefined>(3 - axes.length).fill(undefined),
    ...axes,
  ];
  const channels = dims.at(-1)!;
  const call: PoolCall = { channels, option: node.flag('count_include_pad') ? 1 : 0, axes: [d, h, w] };
  const rows = dims[0]! * d.outputs * h.outputs;
  const taps = w.outputs * channels * d.kernel * h.kernel * w.kernel;
  const perStep = Math.max(1, Math.floor(STEP_TAPS / Math.max(1, taps)));
  const scratch = new ScratchPlan();
  const block = scratch.take(POOL_SCRATCH_BYTES);
  const outputs = [dims[0]!, ...axes.map((axis) => axis.outputs), channels];
  return planThroughFloats(node, scratch, outputs, (at, x, out) =>
    Array.from({ length: taps === 0 ? 0 : Math.ceil(rows / perStep) }, (_, i) => () => {
      const places = { x, out, scratch: at.scratch + block };
      const end = Math.min(rows, (i + 1) * perStep);
      poolRows(node.engine, 'average', 'f32', call, places, i * perStep, end);
    }),
  );
}

/** Attribute opset: below 13 everything from the axis on is one row. */
function planSoftmax(node: NodeContext): Plan {
  const { dims } = node.input(0);
  const axis = node.axis(node.int('axis', -1), dims.length);
  const rows = node.int('opset', 13) < 13;
  const count = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
  const view = {
    outer: count(dims.slice(0, axis)),
    axis: rows ? count(dims.slice(axis)) : dims[axis]!,
    inner: rows ? 1 : count(dims.slice(axis + 1)),
  };
  return planThroughFloats(node, new ScratchPlan(), dims, (_, x, out) =>
    softmaxSteps(node.engine.kernels, x, out, view, 0),
  );
}

export const qlinearFloats: readonly Operator[] = [
  { opType: 'QLinearAveragePool', domain: 'octavo.nhwc', plan: planAveragePool },
  { opType: 'QLinearSoftmax', domain: 'com.microsoft', plan: planSoftmax },
];
