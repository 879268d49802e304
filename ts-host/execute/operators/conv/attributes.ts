// What convolutions of both directions share: their attributes checked against ranks, and axes filled up to three.

import type { ConvAxis } from '../../../wasm/kernels/execute/conv-shape.js';
import type { NodeContext } from '../../node.js';
import { describeType } from '../../value.js';

const AUTO_PADS = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'] as const;
export type AutoPad = (typeof AUTO_PADS)[number];

/** Coordinates, padding and dilation included, fit in 31 bits. */
const MOST = 2 ** 31 - 1;

/** Attributes by axis. */
export interface Windows {
  readonly kernels: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** In front of each axis, then behind each. */
  readonly pads: readonly number[];
  readonly autoPad: AutoPad;
}

/** Number of spatial axes. @throws OctavoError unless x has 1 to 3 and the weights as many, both float32 */
export function spatialRank(node: NodeContext): number {
  for (const index of [0, 1, 2, 3]) if (node.has(index)) node.requireDType(index, 'float32');
  return axesOf(node, 1);
}

/** Number of spatial axes. @throws OctavoError unless x has 1 to 3 and the weights, input `weights`, as many */
export function axesOf(node: NodeContext, weights: number): number {
  const { opType } = node.node;
  const [x, kernels] = [node.input(0), node.input(weights)];
  if (x.dims.length < 3 || x.dims.length > 5) {
    node.fail(`${opType} needs a batch, channels and 1 to 3 spatial axes, has ${describeType(x)}`);
  }
  if (kernels.dims.length !== x.dims.length) {
    node.fail(`weights are ${describeType(kernels)}, need ${x.dims.length} dims`);
  }
  return x.dims.length - 2;
}

export function readWindows(node: NodeContext, rank: number, weights = 1): Windows {
  const kernels = node.input(weights).dims.slice(2);
  const shape = listOf(node, 'kernel_shape', rank, 1);
  if (shape?.some((size, i) => size !== kernels[i])) {
    node.fail(`kernel_shape [${shape.join(', ')}] differs from the weights', [${kernels.join(', ')}]`);
  }
  if (kernels.includes(0)) node.fail(`the kernel [${kernels.join(', ')}] is empty`);
  const autoPad = node.string('auto_pad', 'NOTSET') as AutoPad;
  if (!AUTO_PADS.includes(autoPad)) node.fail(`auto_pad ${autoPad} is not one of ${AUTO_PADS.join(', ')}`);
  return {
    kernels,
    autoPad,
    strides: listOf(node, 'strides', rank, 1) ?? Array<number>(rank).fill(1),
    dilations: listOf(node, 'dilations', rank, 1) ?? Array<number>(rank).fill(1),
    pads: listOf(node, 'pads', 2 * rank, 0) ?? Array<number>(2 * rank).fill(0),
  };
}

/** @throws OctavoError `SHAPE_MISMATCH` unless there are `length` numbers of at least `least` */
export function listOf(node: NodeContext, name: string, length: number, least: number): number[] | undefined {
  const list = node.intList(name);
  if (list === undefined) return undefined;
  if (list.length !== length) node.fail(`${name} has ${list.length} numbers, needs ${length}`);
  for (const each of list) if (each < least) node.fail(`${name} holds ${each}, less than ${least}`);
  return list;
}

/** @throws OctavoError `SHAPE_MISMATCH` unless 1 <= group and it divides `channels` */
export function readGroups(node: NodeContext, channels: number, what: string): number {
  const groups = node.int('group', 1);
  if (groups < 1 || channels % groups !== 0) node.fail(`group ${groups} does not divide ${channels} ${what}`);
  return groups;
}

/** @throws OctavoError `SHAPE_MISMATCH` unless the bias, if any, has one number an output */
export function checkBias(node: NodeContext, outputs: number): void {
  const bias = node.optional(2);
  if (bias === undefined || (bias.dims.length === 1 && bias.dims[0] === outputs)) return;
  node.fail(`the bias is ${describeType(bias)}, needs ${outputs} numbers`);
}

const SINGLE: ConvAxis = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0 };

/** One to three axes as depth, height, width.
 *  @throws OctavoError `LIMIT_EXCEEDED` beyond 31 bits */
export function threeAxes(node: NodeContext, axes: readonly ConvAxis[]): [ConvAxis, ConvAxis, ConvAxis] {
  for (const { extent, outputs, kernel, stride, dilation, pad } of axes) {
    const end = Math.max(extent, outputs) * stride + kernel * dilation + pad;
    if (end > MOST) node.fail(`positions reach ${end}, beyond ${MOST}`, 'LIMIT_EXCEEDED');
  }
  return [axes.at(-3) ?? SINGLE, axes.at(-2) ?? SINGLE, axes.at(-1)!];
}
