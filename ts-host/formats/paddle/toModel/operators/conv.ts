// Convolutions and transposed convolutions, of any number of spatial axes. Filters have ONNX's layout already: [O, I/g, …], and
// [I, O/g, …] where transposed.

import { intAttribute, intsAttribute } from '../../../../ir/attributes.js';
import type { Attribute } from '../../../../ir/model.js';
import { inChannelsFirst, isChannelsLast } from '../layout.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { explicitPaddings, paddingAlgorithm, paddingAttributes } from '../windows.js';

type Attributes = Record<string, Attribute>;

/** A list with a number for each of `k` axes. */
function perAxis(op: OpScope, name: string, k: number): readonly number[] {
  const values = op.attributes.ints(name, Array(k).fill(1));
  if (values.length !== k) throw op.fail('MALFORMED', `${name} has ${values.length} numbers for ${k} axes`);
  return values;
}

function convolution(k: number): OperatorConverter['convert'] {
  return (op) => {
    // SAME counts on windows without holes: Paddle makes dilations 1.
    const dilations = paddingAlgorithm(op) === 'SAME' ? Array(k).fill(1) : perAxis(op, 'dilations', k);
    const attributes: Attributes = {
      strides: intsAttribute(perAxis(op, 'strides', k)),
      dilations: intsAttribute(dilations),
      group: intAttribute(op.attributes.int('groups', 1)),
      ...paddingAttributes(op, k),
    };
    const weights = [op.input('Filter'), op.optional('Bias')];
    inChannelsFirst(op, 'data_format', ['Input', 'Output'], (x, to) =>
      op.emit('Conv', [x, ...weights], attributes, to),
    );
  };
}

/** Input sizes of the spatial axes; -1 where unknown. */
function inputSizes(op: OpScope, k: number): readonly number[] {
  const dims = op.dims('Input') ?? Array(k + 2).fill(-1);
  return isChannelsLast(op, 'data_format') ? dims.slice(1, 1 + k) : dims.slice(2, 2 + k);
}

/** Paddings of a transposed convolution. SAME is computed as for a convolution over the input: max((⌈in/s⌉ − 1)·s + k − in, 0). */
function transposedPaddings(op: OpScope, k: number, strides: readonly number[]): readonly number[] {
  const algorithm = paddingAlgorithm(op);
  if (algorithm === 'VALID') return Array(2 * k).fill(0);
  if (algorithm === 'EXPLICIT') {
    const { begins, ends } = explicitPaddings(op, k);
    return [...begins, ...ends];
  }
  const kernel = kernelSizes(op, k);
  const totals = inputSizes(op, k).map((size, i) => {
    const [stride, window] = [strides[i]!, kernel[i]!];
    if (stride === 1) return window - 1;
    if (size < 0) throw op.unsupported('padding_algorithm SAME with an input size that is not known');
    return Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0);
  });
  return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))];
}

function kernelSizes(op: OpScope, k: number): readonly number[] {
  const dims = op.dims('Filter');
  if (dims === undefined || dims.length !== k + 2)
    throw op.fail('MALFORMED', `the filter has no ${k} window axes`);
  return dims.slice(2);
}

/** output_size is one of `stride` sizes that the convolution could have come from: the output padding tells which. */
function outputPadding(
  op: OpScope,
  k: number,
  { strides, dilations, pads }: Record<'strides' | 'dilations' | 'pads', readonly number[]>,
): readonly number[] {
  const sizes = op.attributes.ints('output_size', []);
  if (sizes.length === 0) return op.attributes.ints('output_padding', []);
  const inputs = inputSizes(op, k);
  const kernel = kernelSizes(op, k);
  return sizes.map((size, i) => {
    if (inputs[i]! < 0) throw op.unsupported('output_size with an input size that is not known');
    const window = dilations[i]! * (kernel[i]! - 1) + 1;
    return size - ((inputs[i]! - 1) * strides[i]! - pads[i]! - pads[i + k]! + window);
  });
}

function transposedConvolution(k: number): OperatorConverter['convert'] {
  return (op) => {
    const strides = perAxis(op, 'strides', k);
    const dilations = paddingAlgorithm(op) === 'SAME' ? Array(k).fill(1) : perAxis(op, 'dilations', k);
    const pads = transposedPaddings(op, k, strides);
    const extra = outputPadding(op, k, { strides, dilations, pads });
    const attributes: Attributes = {
      strides: intsAttribute(strides),
      dilations: intsAttribute(dilations),
      pads: intsAttribute(pads),
      group: intAttribute(op.attributes.int('groups', 1)),
      ...(extra.length === 0 ? {} : { output_padding: intsAttribute(extra) }),
    };
    const weights = [op.input('Filter'), op.optional('Bias')];
    inChannelsFirst(op, 'data_format', ['Input', 'Output'], (x, to) =>
      op.emit('ConvTranspose', [x, ...weights], attributes, to),
    );
  };
}

export const CONVOLUTIONS: readonly OperatorConverter[] = [
  converter(['conv2d', 'depthwise_conv2d'], convolution(2)),
  converter('conv3d', convolution(3)),
  converter(['conv2d_transpose', 'depthwise_conv2d_transpose'], transposedConvolution(2)),
  converter('conv3d_transpose', transposedConvolution(3)),
];
