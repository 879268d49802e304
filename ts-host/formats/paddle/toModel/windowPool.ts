// Pools whose windows move by strides. ONNX and Paddle agree but for two things, for which values are padded before the pool:
//
//   ceil_mode       Paddle keeps a last window that begins in the padding behind, ONNX drops it. There is one only where
//                   padding + stride > window.
//   not exclusive   an average counts the padding before, and behind as much as there is before: not what SAME or ceil_mode
//                   add to it.

import { intAttribute, intsAttribute } from '../../../ir/attributes.js';
import type { Attribute } from '../../../ir/model.js';
import { isChannelsLast } from './layout.js';
import type { OpScope } from './opScope.js';
import { explicitPaddings, type Paddings, paddingAlgorithm } from './windows.js';

export type PoolKind = 'max' | 'avg';

/** The lowest float32, with which Paddle begins a maximum. */
const LOWEST = -3.4028234663852886e38;

interface Windows {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly isCeil: boolean;
}

/** Emits the pool of `x`, channels first, with `k` spatial axes. */
export function windowPool(
  op: OpScope,
  kind: PoolKind,
  x: string,
  k: number,
  to: string | undefined,
): string {
  const { attributes } = op;
  const windows: Windows = {
    sizes: fittingSizes(op, k),
    strides: attributes.ints('strides', Array(k).fill(1)),
    isCeil: attributes.bool('ceil_mode', false) && paddingAlgorithm(op) !== 'SAME',
  };
  if (kind === 'avg' && !attributes.bool('exclusive', true)) return inclusiveAverage(op, x, windows, to);
  const opType = kind === 'max' ? 'MaxPool' : 'AveragePool';
  if (paddingAlgorithm(op) === 'SAME') {
    const auto_pad: Attribute = { kind: 'string', value: new TextEncoder().encode('SAME_UPPER') };
    return op.emit(opType, [x], { ...windowAttributes(windows), auto_pad }, to);
  }
  const paddings = paddingsOf(op, k);
  if (!windows.isCeil || !mayEndOutside(op, windows, paddings)) {
    const ceil = windows.isCeil ? { ceil_mode: intAttribute(1) } : {};
    return op.emit(opType, [x], { ...windowAttributes(windows), ...ceil, ...padsAttribute(paddings) }, to);
  }
  if (kind === 'avg') throw op.unsupported('an average over windows outside the input (ceil_mode)');
  const padded = padBy(op, x, withCeil(paddings, windows), LOWEST);
  return op.emit(opType, [padded], windowAttributes(windows), to);
}

/** Window sizes. Paddle divides towards zero when it counts windows, so one that is a little larger than the whole input is
 *  there all the same, and ends where the input does. */
function fittingSizes(op: OpScope, k: number): readonly number[] {
  const sizes = op.attributes.ints('ksize');
  if (paddingAlgorithm(op) === 'SAME') return sizes;
  const { begins, ends } = paddingsOf(op, k);
  return sizes.map((size, i) => {
    const input = inputSize(op, i);
    return input <= 0 ? size : Math.min(size, input + begins[i]! + ends[i]!);
  });
}

/** Values are padded by what counts; what does not is left to the pool. */
function inclusiveAverage(op: OpScope, x: string, windows: Windows, to: string | undefined): string {
  const k = windows.sizes.length;
  const given = paddingAlgorithm(op) === 'SAME' ? samePaddings(op, windows) : paddingsOf(op, k);
  const counted: Paddings = {
    begins: given.begins,
    ends: given.ends.map((end, i) => Math.min(end, given.begins[i]!)),
  };
  const all = windows.isCeil ? withCeil(given, windows) : given;
  const rest: Paddings = {
    begins: Array(k).fill(0),
    ends: all.ends.map((end, i) => end - counted.ends[i]!),
  };
  const shared = windowAttributes(windows);
  if (rest.ends.every((end) => end === 0)) {
    const count = { count_include_pad: intAttribute(1) };
    return op.emit('AveragePool', [x], { ...shared, ...padsAttribute(counted), ...count }, to);
  }
  if (rest.ends.some((end, i) => end >= windows.sizes[i]!)) {
    throw op.unsupported('an average over windows outside the input (ceil_mode)');
  }
  const isPadded = [...counted.begins, ...counted.ends].some((pad) => pad > 0);
  const padded = isPadded ? padBy(op, x, counted, 0) : x;
  return op.emit('AveragePool', [padded], { ...shared, ...padsAttribute(rest) }, to);
}

function windowAttributes({ sizes, strides }: Windows): Record<string, Attribute> {
  return { kernel_shape: intsAttribute(sizes), strides: intsAttribute(strides) };
}

function padsAttribute({ begins, ends }: Paddings): Record<string, Attribute> {
  const pads = [...begins, ...ends];
  return pads.every((pad) => pad === 0) ? {} : { pads: intsAttribute(pads) };
}

function paddingsOf(op: OpScope, k: number): Paddings {
  if (paddingAlgorithm(op) === 'EXPLICIT') return explicitPaddings(op, k);
  return { begins: Array(k).fill(0), ends: Array(k).fill(0) };
}

/** Whether the last window may begin behind the input and the padding before it. */
function mayEndOutside(op: OpScope, { sizes, strides }: Windows, { begins, ends }: Paddings): boolean {
  return sizes.some((size, i) => {
    const [stride, begin, end] = [strides[i]!, begins[i]!, ends[i]!];
    if (end + stride <= size) return false;
    const input = inputSize(op, i);
    if (input < 0) return true;
    const last = Math.ceil((input + begin + end - size) / stride);
    return last * stride >= input + begin;
  });
}

/** Size of the spatial axis `i`; -1 where unknown. */
function inputSize(op: OpScope, i: number): number {
  return op.dims('X')?.[i + (isChannelsLast(op, 'data_format') ? 1 : 2)] ?? -1;
}

/** ⌈n / s⌉ is ⌊(n + s − 1) / s⌋: so much more behind gives the windows of ceil_mode. */
function withCeil({ begins, ends }: Paddings, { strides }: Windows): Paddings {
  return { begins, ends: ends.map((end, i) => end + strides[i]! - 1) };
}

function padBy(op: OpScope, x: string, { begins, ends }: Paddings, value: number): string {
  const pads = op.ints([0, 0, ...begins, 0, 0, ...ends]);
  return op.emit('Pad', [x, pads, op.scalar(value, op.dtype('X'))]);
}

/** What SAME adds: max((⌈in/s⌉ − 1)·s + k − in, 0), the odd one behind. */
function samePaddings(op: OpScope, { sizes, strides }: Windows): Paddings {
  const totals = sizes.map((size, i) => {
    const stride = strides[i]!;
    if (stride === 1) return size - 1;
    const input = inputSize(op, i);
    if (input < 0)
      throw op.unsupported('padding_algorithm SAME, padding counted, with an input size that is not known');
    return Math.max((Math.ceil(input / stride) - 1) * stride + size - input, 0);
  });
  return {
    begins: totals.map((total) => Math.floor(total / 2)),
    ends: totals.map((total) => Math.ceil(total / 2)),
  };
}
