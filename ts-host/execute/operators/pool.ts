// MaxPool, AveragePool, LpPool over 1 to 3 axes, channels last: [N, D1…Dk, C] -> [N, O1…Ok, C]. One geometry of three axes
// serves all; axes that are missing have extent 1.

import type { DType } from '../../ir/dtype.js';
import {
  maxPoolIndexRows,
  POOL_SCRATCH_BYTES,
  type PoolAxis,
  type PoolCall,
  type PoolElement,
  type PoolKind,
  poolRows,
} from '../../wasm/kernels/execute/pool.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Operator, Plan, Step } from '../operator.js';
import { poolAxes } from './poolWindow.js';

/** Taps a step visits at most. */
const STEP_TAPS = 2 ** 22;
const ELEMENTS: Partial<Record<DType, PoolElement>> = { float32: 'f32', int8: 'i8', uint8: 'u8' };
const SINGLE: PoolAxis = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0, padEnd: 0 };

interface Shape {
  readonly batch: number;
  readonly channels: number;
  readonly axes: readonly PoolAxis[];
}

function readShape(node: NodeContext): Shape {
  const { dims } = node.input(0);
  if (dims.length < 3 || dims.length > 5) {
    node.fail(`${node.node.opType} needs a batch, channels and 1 to 3 spatial axes, has ${dims.length} dims`);
  }
  return { batch: dims[0]!, channels: dims.at(-1)!, axes: poolAxes(node, dims.slice(1, -1)) };
}

function planMax(node: NodeContext): Plan {
  node.requireDType(0, 'float32', 'int8', 'uint8');
  const shape = readShape(node);
  const order = node.int('storage_order', 0);
  if (order !== 0 && order !== 1) node.fail(`storage_order ${order} is neither 0 nor 1`);
  if (node.wants(1)) return planPool(node, 'max', shape, order);
  // Bit for bit what onnxruntime does: its dilated pools begin with their first tap, the others with the lowest number.
  const dilated = shape.axes.some(({ dilation }) => dilation > 1);
  return planPool(node, 'max', shape, dilated ? 1 : 0);
}

function planAverage(node: NodeContext): Plan {
  node.requireDType(0, 'float32');
  return planPool(node, 'average', readShape(node), node.flag('count_include_pad') ? 1 : 0);
}

function planLp(node: NodeContext): Plan {
  node.requireDType(0, 'float32');
  const p = node.int('p', 2);
  if (p < 1 || p > 1000) node.fail(`p = ${p} is outside [1, 1000]`);
  return planPool(node, 'lp', readShape(node), p);
}

function planPool(node: NodeContext, kind: PoolKind, { batch, channels, axes }: Shape, option: number): Plan {
  const { dtype } = node.input(0);
  const [d = SINGLE, h = SINGLE, w = SINGLE] = [
    ...Array<undefined>(3 - axes.length).fill(undefined),
    ...axes,
  ];
  const call: PoolCall = { channels, option, axes: [d, h, w] };
  const dims = [batch, ...axes.map(({ outputs }) => outputs), channels];
  const rows = batch * d.outputs * h.outputs;
  const tapsOfRow = w.outputs * channels * d.kernel * h.kernel * w.kernel;
  const rowsOfStep = Math.max(1, Math.floor(STEP_TAPS / Math.max(1, tapsOfRow)));
  return {
    outputs:
      node.outputCount > 1
        ? [
            { dtype, dims },
            { dtype: 'int64', dims },
          ]
        : [{ dtype, dims }],
    scratch: POOL_SCRATCH_BYTES,
    bind: (at) => {
      const steps: Step[] = [];
      for (let from = 0; from < rows && tapsOfRow > 0; from += rowsOfStep) {
        steps.push(rowsStep(node, kind, call, at, from, Math.min(rows, from + rowsOfStep)));
      }
      return steps;
    },
  };
}

/** Output rows [from, to), with indices where the node has an output for them. */
function rowsStep(
  node: NodeContext,
  kind: PoolKind,
  call: PoolCall,
  at: Addresses,
  from: number,
  to: number,
): Step {
  const { engine } = node;
  const element = ELEMENTS[node.input(0).dtype]!;
  const [x, out, scratch] = [at.input(0), at.output(0), at.scratch];
  if (!node.wants(1)) return () => poolRows(engine, kind, element, call, { x, out, scratch }, from, to);
  const indices = at.output(1);
  return () => maxPoolIndexRows(engine, element, call, { x, out, indices, scratch }, from, to);
}

export const POOL_OPERATORS: readonly Operator[] = [
  { opType: 'MaxPool', domain: 'octavo.nhwc', plan: planMax },
  { opType: 'AveragePool', domain: 'octavo.nhwc', plan: planAverage },
  { opType: 'LpPool', domain: 'octavo.nhwc', plan: planLp },
];
