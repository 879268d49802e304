// The windows of a pool along each axis: attributes checked, padding made explicit, output extents computed.
//
//   reach = (kernel − 1) · dilation + 1
//   floor  outputs = floor((extent + pads − reach) / stride) + 1
//   ceil   outputs = ceil(…) + 1, less the last window where it would start behind the input: (outputs − 1) · stride
//          ≥ extent + pad
//   SAME   outputs = ceil(extent / stride), padded by what those windows lack; UPPER puts an odd one behind
//
// auto_pad VALID with ceil_mode lets the last window run over the end, as ONNX's own shape inference has it.

import type { PoolAxis } from '../../wasm/kernels/execute/pool.js';
import type { NodeContext } from '../node.js';

const AUTO_PADS = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'];
/** Coordinates, padding included, fit in 31 bits. */
const MOST = 2 ** 31 - 1;

/** @param spatial - extents of the input along the pooled axes, 1 to 3 of them */
export function poolAxes(node: NodeContext, spatial: readonly number[]): PoolAxis[] {
  const rank = spatial.length;
  const kernels = listOf(node, 'kernel_shape', rank, 1);
  if (kernels === undefined) node.fail('attribute kernel_shape is missing', 'GRAPH_INVALID');
  const strides = listOf(node, 'strides', rank, 1) ?? Array<number>(rank).fill(1);
  const dilations = listOf(node, 'dilations', rank, 1) ?? Array<number>(rank).fill(1);
  const pads = listOf(node, 'pads', 2 * rank, 0) ?? Array<number>(2 * rank).fill(0);
  const autoPad = node.string('auto_pad', 'NOTSET');
  if (!AUTO_PADS.includes(autoPad)) node.fail(`auto_pad ${autoPad} is not one of ${AUTO_PADS.join(', ')}`);
  const ceil = node.flag('ceil_mode');
  return spatial.map((extent, i) => {
    const window = { extent, kernel: kernels[i]!, stride: strides[i]!, dilation: dilations[i]! };
    return autoPad === 'NOTSET' || autoPad === 'VALID'
      ? fixedAxis(node, i, window, autoPad === 'VALID' ? [0, 0] : [pads[i]!, pads[i + rank]!], ceil)
      : sameAxis(node, i, window, autoPad === 'SAME_LOWER');
  });
}

type Window = Pick<PoolAxis, 'extent' | 'kernel' | 'stride' | 'dilation'>;

function reachOf({ kernel, dilation }: Window): number {
  return (kernel - 1) * dilation + 1;
}

function fixedAxis(
  node: NodeContext,
  axis: number,
  window: Window,
  [pad, padEnd]: readonly [number, number],
  ceil: boolean,
): PoolAxis {
  const { extent, kernel, stride } = window;
  if (pad >= kernel || padEnd >= kernel) {
    node.fail(`pads ${pad} and ${padEnd} of spatial axis ${axis} must be smaller than the kernel, ${kernel}`);
  }
  const room = extent + pad + padEnd - reachOf(window);
  if (room < 0) {
    node.fail(`a window of ${reachOf(window)} does not fit in spatial axis ${axis}: ${extent} + pads`);
  }
  let outputs = (ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  if (ceil && (outputs - 1) * stride >= extent + pad) outputs--;
  return checked(node, { ...window, outputs, pad, padEnd });
}

function sameAxis(node: NodeContext, axis: number, window: Window, lower: boolean): PoolAxis {
  const { extent, stride } = window;
  if (extent === 0) node.fail(`spatial axis ${axis} is empty`);
  const outputs = Math.ceil(extent / stride);
  const missing = Math.max(0, (outputs - 1) * stride + reachOf(window) - extent);
  const pad = lower ? Math.ceil(missing / 2) : Math.floor(missing / 2);
  return checked(node, { ...window, outputs, pad, padEnd: missing - pad });
}

function checked(node: NodeContext, axis: PoolAxis): PoolAxis {
  const { outputs, stride, pad, padEnd, extent } = axis;
  const end = Math.max(extent + pad + padEnd, outputs * stride) + reachOf(axis);
  if (end > MOST) node.fail(`windows reach coordinate ${end}, beyond ${MOST}`, 'LIMIT_EXCEEDED');
  return axis;
}

/** @throws OctavoError `SHAPE_MISMATCH` unless there are `length` numbers of at least `least` */
function listOf(node: NodeContext, name: string, length: number, least: number): number[] | undefined {
  const list = node.intList(name);
  if (list === undefined) return undefined;
  if (list.length !== length) node.fail(`${name} has ${list.length} numbers, needs ${length}`);
  for (const each of list) if (each < least) node.fail(`${name} holds ${each}, less than ${least}`);
  return list;
}
