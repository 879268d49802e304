// The operators that can run with channels last, and how: which attributes and small inputs name dims and have to name
// others then.

import { intAttribute, intsAttribute } from '../../ir/attributes.js';
import { givenConstant, type Known, typeOf } from '../known.js';
import { codes, codesConcat, codesGlobalPool, codesSoftmax, linear } from './codeRules.js';
import { transposeNode, withDims } from './move.js';
import { rankOf } from './rank.js';
import { broadcastLast, intOf, movedAxis, withAttribute } from './remap.js';
import type { Form, LayoutRequest, LayoutRule } from './rule.js';
import { axisInChannelsLast, CHANNELS_LAST, permuted, toChannelsLast, toNatural } from './spatial.js';

const ELEMENTWISE =
  `Abs Neg Ceil Floor Round Sqrt Exp Log Reciprocal Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh
  Atanh Erf Sign Not IsNaN IsInf BitwiseNot Relu LeakyRelu PRelu Elu Celu Selu ThresholdedRelu Sigmoid HardSigmoid
  HardSwish Swish Mish Gelu Tanh Softplus Softsign Clip Shrink Add Sub Mul Div Mod Pow Min Max Sum Mean And Or Xor
  BitwiseAnd BitwiseOr BitwiseXor BitShift Equal Greater Less GreaterOrEqual LessOrEqual Where Cast CastLike Identity
  Dropout`.split(/\s+/);

const REDUCTIONS =
  `ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
  ReduceSumSquare`.split(/\s+/);

/** Opset from which a reduction takes its axes as an input. */
const AXES_INPUT = (opType: string): number => (opType === 'ReduceSum' ? 13 : 18);

/** By `domain:opType`. */
export const LAYOUT_RULES: ReadonlyMap<string, LayoutRule> = new Map<string, LayoutRule>([
  ...ELEMENTWISE.map((opType): [string, LayoutRule] => [`:${opType}`, elementwise]),
  ['octavo:HardSwishLike', elementwise],
  ['octavo:TensorErrors', sums],
  ...REDUCTIONS.map((opType): [string, LayoutRule] => [`:${opType}`, reduction]),
  [':Concat', concat],
  [':Softmax', softmax],
  [':LogSoftmax', softmax],
  [':BatchNormalization', normalization],
  [':InstanceNormalization', normalization],
  [':LRN', normalization],
  [':Transpose', transpose],
  [':Resize', resize],
  [':Upsample', resize],
  [':Pad', pad],
  [':DepthToSpace', normalization],
  [':Slice', slice],
  [':Shape', shape],
  [':Split', split],
  [':QuantizeLinear', linear],
  [':DequantizeLinear', linear],
  ['com.microsoft:QLinearAdd', codes(0, 3)],
  ['com.microsoft:QLinearMul', codes(0, 3)],
  ['com.microsoft:QLinearSigmoid', codes(0)],
  ['com.microsoft:QLinearLeakyRelu', codes(0)],
  ['octavo:CodeLookup', codes(0)],
  ['com.microsoft:QLinearConcat', codesConcat],
  ['com.microsoft:QLinearSoftmax', codesSoftmax],
  ['com.microsoft:QLinearGlobalAveragePool', codesGlobalPool],
  ['octavo:DequantizedGlobalAveragePool', codesGlobalPool],
]);

/** Every input in the same order; those of lower rank are broadcast along the leading dims. */
async function elementwise(request: LayoutRequest): Promise<Form | undefined> {
  const { node, entries, rank } = request;
  const inputs: (Known | undefined)[] = [];
  for (const entry of entries) {
    const input = entry && (await broadcastLast(request, entry, rank));
    if (entry !== undefined && input === undefined) return undefined;
    inputs.push(input);
  }
  return { node, inputs, channelsLast: true };
}

/** Both inputs in one order, whichever; what comes out has no channels. */
async function sums(request: LayoutRequest): Promise<Form | undefined> {
  const { entries, rank } = request;
  if (entries.some((entry) => entry === undefined || rankOf(entry) !== rank)) return undefined;
  const form = await elementwise(request);
  return form && { ...form, channelsLast: false };
}

/** starts, ends, axes, steps: only the axes name dims. */
async function slice(request: LayoutRequest): Promise<Form | undefined> {
  const { walk, node, entries, rank, opset } = request;
  if (opset < 10) return undefined;
  const listed = entries[3] === undefined ? await firstAxes(request) : await integers(request, 3);
  const axes = listed && movedAxes(listed, rank);
  if (axes === undefined) return undefined;
  const inputs: (Known | undefined)[] = [await walk.channelsLast(entries[0]!)];
  for (const entry of entries.slice(1)) inputs.push(entry && (await walk.natural(entry)));
  inputs[3] = int64s(axes);
  return { node, inputs, channelsLast: true };
}

/** As many as there are starts: the axes of a Slice that names none. */
async function firstAxes({ walk, entries }: LayoutRequest): Promise<number[] | undefined> {
  const count = typeOf(await walk.natural(entries[1]!))?.dims[0];
  return count === undefined ? undefined : Array.from({ length: count }, (_, axis) => axis);
}

/** Only dims are read, which are told in their order without a Transpose. */
async function shape({ walk, node, entries, rank }: LayoutRequest): Promise<Form | undefined> {
  const known = await walk.channelsLast(entries[0]!);
  const type = typeOf(known);
  if (type === undefined) return undefined;
  const dims = permuted(type.dims, toNatural(rank));
  return { node, inputs: [withDims(walk, known, { dtype: type.dtype, dims })], channelsLast: false };
}

async function split({ walk, node, entries, rank }: LayoutRequest): Promise<Form | undefined> {
  const axis = movedAxis(intOf(node, 'axis', 0), rank);
  if (axis === undefined) return undefined;
  const inputs: (Known | undefined)[] = [await walk.channelsLast(entries[0]!)];
  for (const entry of entries.slice(1)) inputs.push(entry && (await walk.natural(entry)));
  return { node: withAttribute(node, 'axis', intAttribute(axis)), inputs, channelsLast: true };
}

async function concat(request: LayoutRequest): Promise<Form | undefined> {
  const { node, entries, rank } = request;
  const axis = movedAxis(intOf(node, 'axis', 0), rank);
  if (axis === undefined || entries.some((entry) => entry === undefined || rankOf(entry) !== rank)) {
    return undefined;
  }
  const form = await elementwise(request);
  return form && { ...form, node: withAttribute(node, 'axis', intAttribute(axis)) };
}

async function softmax({ walk, node, opset, entries, rank }: LayoutRequest): Promise<Form | undefined> {
  // Before opset 13 the dims from `axis` on are one: their order matters.
  const axis = movedAxis(intOf(node, 'axis', -1), rank);
  if (opset < 13 || axis === undefined) return undefined;
  const inputs = [await walk.channelsLast(entries[0]!)];
  return { node: withAttribute(node, 'axis', intAttribute(axis)), inputs, channelsLast: true };
}

/** Kept dims only: then every dim keeps its meaning. */
async function reduction(request: LayoutRequest): Promise<Form | undefined> {
  const { walk, node, opset, entries, rank } = request;
  if (intOf(node, 'keepdims', 1) !== 1) return undefined;
  const x = await walk.channelsLast(entries[0]!);
  if (opset < AXES_INPUT(node.opType)) {
    const listed = node.attributes.get('axes');
    if (listed?.kind !== 'ints') return { node, inputs: [x], channelsLast: true };
    const axes = movedAxes(listed.value.map(Number), rank);
    return (
      axes && { node: withAttribute(node, 'axes', intsAttribute(axes)), inputs: [x], channelsLast: true }
    );
  }
  if (entries[1] === undefined) return { node, inputs: [x], channelsLast: true };
  const listed = await integers(request, 1);
  const axes = listed && movedAxes(listed, rank);
  return axes && { node, inputs: [x, int64s(axes)], channelsLast: true };
}

function movedAxes(axes: readonly number[], rank: number): number[] | undefined {
  const moved = axes.map((axis) => movedAxis(axis, rank));
  return moved.includes(undefined) ? undefined : (moved as number[]);
}

/** A small constant input as numbers. */
async function integers({ walk, entries }: LayoutRequest, index: number): Promise<number[] | undefined> {
  const elements = await walk.elementsOf(await walk.natural(entries[index]!));
  return elements && Array.from(elements as Iterable<number | bigint>, Number);
}

function int64s(values: readonly number[]): Known {
  const elements = BigInt64Array.from(values, BigInt);
  return givenConstant({ dtype: 'int64', dims: [values.length] }, elements);
}

/** Operators that have a form of their own for channels last. */
async function normalization({ walk, node, entries }: LayoutRequest): Promise<Form | undefined> {
  const inputs: (Known | undefined)[] = [await walk.channelsLast(entries[0]!)];
  for (const entry of entries.slice(1)) inputs.push(entry && (await walk.natural(entry)));
  return { node: { ...node, domain: CHANNELS_LAST }, inputs, channelsLast: true };
}

/** A Transpose of what has channels last is one Transpose still, with another perm. */
async function transpose({ walk, node, entries, rank }: LayoutRequest): Promise<Form | undefined> {
  const listed = node.attributes.get('perm');
  const perm = listed?.kind === 'ints' ? listed.value.map(Number) : undefined;
  const natural = perm ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const isPerm = natural.length === rank && natural.every((axis) => axis >= 0 && axis < rank);
  if (!isPerm) return undefined;
  const composed = natural.map((axis) => axisInChannelsLast(axis, rank));
  const x = await walk.channelsLast(entries[0]!);
  return { node: { ...transposeNode(composed), outputs: node.outputs }, inputs: [x], channelsLast: false };
}

/** scales, sizes and roi list a number for each dim, unless `axes` says which. */
async function resize(request: LayoutRequest): Promise<Form | undefined> {
  const { walk, node, entries, rank, opset } = request;
  const axes = node.attributes.get('axes');
  const inputs: (Known | undefined)[] = [await walk.channelsLast(entries[0]!)];
  const perm = toChannelsLast(rank);
  const lists = opset >= 11 ? { roi: 1, scales: 2, sizes: 3 } : { roi: -1, scales: 1, sizes: -1 };
  for (const [at, entry] of entries.entries()) {
    if (at === 0) continue;
    const known = entry && (await walk.natural(entry));
    const elements = known && (await walk.elementsOf(known));
    if (known !== undefined && elements === undefined) return undefined;
    if (known === undefined || elements!.length === 0 || axes !== undefined) {
      inputs.push(known);
      continue;
    }
    const halves = at === lists.roi ? 2 : 1;
    if (elements!.length !== rank * halves) return undefined;
    const list = Array.from(elements as Iterable<number | bigint>);
    const moved = Array.from({ length: halves }, (_, half) =>
      permuted(list.slice(half * rank, (half + 1) * rank), perm),
    ).flat();
    const Kind = elements!.constructor as unknown as { from(values: unknown[]): typeof elements };
    inputs.push(givenConstant(typeOf(known)!, Kind.from(moved)!));
  }
  const listed = node.attributes.get('scales');
  let moved = node;
  if (listed?.kind === 'floats' && listed.value.length === rank) {
    moved = withAttribute(moved, 'scales', { kind: 'floats', value: permuted(listed.value, perm) });
  }
  if (axes?.kind === 'ints') {
    const list = movedAxes(axes.value.map(Number), rank);
    if (list === undefined) return undefined;
    moved = withAttribute(moved, 'axes', intsAttribute(list));
  }
  return { node: moved, inputs, channelsLast: true };
}

/** pads = the starts of all dims, then the ends. */
async function pad(request: LayoutRequest): Promise<Form | undefined> {
  const { walk, node, entries, rank, opset } = request;
  if (entries[3] !== undefined) return undefined;
  const listed = node.attributes.get('pads');
  const pads =
    opset < 11
      ? listed?.kind === 'ints'
        ? listed.value.map(Number)
        : undefined
      : await integers(request, 1);
  if (pads?.length !== 2 * rank) return undefined;
  const perm = toChannelsLast(rank);
  const moved = [...permuted(pads.slice(0, rank), perm), ...permuted(pads.slice(rank), perm)];
  const x = await walk.channelsLast(entries[0]!);
  if (opset < 11) {
    return { node: withAttribute(node, 'pads', intsAttribute(moved)), inputs: [x], channelsLast: true };
  }
  const value = entries[2] && (await walk.natural(entries[2]));
  return { node, inputs: [x, int64s(moved), value], channelsLast: true };
}
