// GridSample over planes and volumes: [N, C, H, W] and [N, H', W', 2], or [N, C, D, H, W] and [N, D', H', W', 3].

import {
  GRID_PADDINGS,
  GRID_SAMPLE_SCRATCH_BYTES,
  type GridSampleCall,
  gridSample,
} from '../../wasm/kernels/execute/grid-sample.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan, Step } from '../operator.js';
import { describeType } from '../value.js';

/** Taps a step visits at most. */
const STEP_TAPS = 2 ** 21;
/** ONNX's names, before and since opset 20. */
const MODES = new Map([
  ['bilinear', 'linear'],
  ['linear', 'linear'],
  ['nearest', 'nearest'],
  ['bicubic', 'cubic'],
  ['cubic', 'cubic'],
] as const);

function readCall(node: NodeContext): GridSampleCall {
  node.requireDType(0, 'float32');
  node.requireDType(1, 'float32');
  const [x, grid] = [node.input(0), node.input(1)];
  const rank = x.dims.length - 2;
  if (rank !== 2 && rank !== 3) node.fail(`input 0 is ${describeType(x)}, needs 4 or 5 dims`);
  const [points, coordinates] = [grid.dims.slice(1, -1), grid.dims.at(-1)];
  if (points.length !== rank || coordinates !== rank || grid.dims[0] !== x.dims[0]) {
    node.fail(`a grid ${describeType(grid)} does not fit ${describeType(x)}`);
  }
  const mode = MODES.get(node.string('mode', 'linear') as 'linear');
  if (mode === undefined) return node.fail(`mode ${node.string('mode')} is not known`);
  if (mode === 'cubic' && rank === 3) node.fail('mode cubic is for planes only', 'UNSUPPORTED_OP');
  const padding = node.string('padding_mode', 'zeros') as GridSampleCall['padding'];
  if (!GRID_PADDINGS.includes(padding)) node.fail(`padding_mode ${padding} is not known`);
  const [depth = 1, height, width] = rank === 3 ? x.dims.slice(2) : [1, ...x.dims.slice(2)];
  const extents = [depth, height!, width!] as const;
  const count = points.reduce((a, b) => a * b, 1);
  if (count > 0 && extents.includes(0)) node.fail(`nothing to sample in ${describeType(x)}`);
  return {
    channels: x.dims[1]!,
    extents,
    points: count,
    rank,
    mode,
    padding,
    align: node.flag('align_corners'),
  };
}

function planGridSample(node: NodeContext): Plan {
  const call = readCall(node);
  const { dtype, dims } = node.input(0);
  const outputs = [{ dtype, dims: [...dims.slice(0, 2), ...node.input(1).dims.slice(1, -1)] }];
  const total = dims[0]! * call.points;
  const along = { linear: 2, nearest: 1, cubic: 4 }[call.mode];
  const taps = along ** call.rank;
  const perStep = Math.max(64, Math.floor(STEP_TAPS / (taps * (call.channels + 4))));
  return {
    outputs,
    scratch: GRID_SAMPLE_SCRATCH_BYTES,
    multiplyAdds: total * taps * call.channels,
    bind: (at) => {
      const places = { x: at.input(0), grid: at.input(1), out: at.output(0), scratch: at.scratch };
      const steps: Step[] = [];
      for (let from = 0; from < total; from += perStep) {
        const to = Math.min(total, from + perStep);
        steps.push(() => gridSample(node.engine, call, places, from, to));
      }
      return steps;
    },
  };
}

export const GRID_SAMPLES: readonly Operator[] = [{ opType: 'GridSample', domain: '', plan: planGridSample }];
