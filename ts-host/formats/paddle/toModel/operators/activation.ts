// Activations with constants of their own.

import { floatAttribute } from '../../../../ir/attributes.js';
import { isChannelsLast } from '../layout.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { withDims } from '../values.js';

/** A scalar of the input's type. */
function constant(op: OpScope, value: number, argument = 'X'): string {
  return op.scalar(value, op.dtype(argument));
}

/** x ┬───────────────────────────────── · ─ Out
 *    └ + offset ─ clip to [0, threshold] ┘, / scale */
function hardSwish(op: OpScope): void {
  const [threshold, scale, offset] = [
    op.attributes.float('threshold', 6),
    op.attributes.float('scale', 6),
    op.attributes.float('offset', 3),
  ];
  const x = op.input('X');
  if (threshold === 6 && scale === 6 && offset === 3) {
    op.emit('HardSwish', [x], {}, op.output('Out'));
    return;
  }
  const moved = op.emit('Add', [x, constant(op, offset)]);
  const clipped = op.emit('Clip', [moved, constant(op, 0), constant(op, threshold)]);
  op.emit('Div', [op.emit('Mul', [x, clipped]), constant(op, scale)], {}, op.output('Out'));
}

function hardSigmoid(op: OpScope): void {
  const alpha = floatAttribute(op.attributes.float('slope', 0.2));
  const beta = floatAttribute(op.attributes.float('offset', 0.5));
  op.emit('HardSigmoid', [op.input('X')], { alpha, beta }, op.output('Out'));
}

/** x · sigmoid(beta · x). */
function swish(op: OpScope): void {
  const x = op.input('X');
  const beta = op.attributes.float('beta', 1);
  const scaled = beta === 1 ? x : op.emit('Mul', [x, constant(op, beta)]);
  op.emit('Mul', [x, op.emit('Sigmoid', [scaled])], {}, op.output('Out'));
}

/** x · tanh(ln(1 + exp(x))). */
function mish(op: OpScope): void {
  const x = op.input('X');
  op.emit('Mul', [x, op.emit('Tanh', [op.emit('Softplus', [x])])], {}, op.output('Out'));
}

/** x / 2 · (1 + erf(x / √2)), or with tanh(√(2/π) · (x + 0.044715 · x³)) in place of erf. */
function gelu(op: OpScope): void {
  const x = op.input('X');
  const inner = op.attributes.bool('approximate', false) ? tanhOfGelu(op, x) : erfOfGelu(op, x);
  const half = op.emit('Mul', [x, constant(op, 0.5)]);
  op.emit('Mul', [half, op.emit('Add', [inner, constant(op, 1)])], {}, op.output('Out'));
}

function erfOfGelu(op: OpScope, x: string): string {
  return op.emit('Erf', [op.emit('Div', [x, constant(op, Math.SQRT2)])]);
}

function tanhOfGelu(op: OpScope, x: string): string {
  const cube = op.emit('Mul', [op.emit('Mul', [x, x]), x]);
  const sum = op.emit('Add', [x, op.emit('Mul', [cube, constant(op, 0.044715)])]);
  return op.emit('Tanh', [op.emit('Mul', [sum, constant(op, Math.sqrt(2 / Math.PI))])]);
}

/** One slope for all, for each channel, or for each element. */
function prelu(op: OpScope): void {
  const x = op.input('X');
  const mode = op.attributes.string('mode', 'all');
  const slope = mode === 'channel' ? channelSlope(op) : op.input('Alpha');
  op.emit('PRelu', [x, slope], {}, op.output('Out'));
}

/** Slopes of channels, with a dim of 1 for every dim behind the channels. */
function channelSlope(op: OpScope): string {
  const behind = isChannelsLast(op, 'data_format') ? 0 : op.rank('X') - 2;
  return withDims(op, 'Alpha', [elementsOf(op, 'Alpha'), ...Array(Math.max(0, behind)).fill(1)]);
}

function elementsOf(op: OpScope, argument: string): number {
  const count = op.dims(argument)?.reduce((product, dim) => product * dim, 1) ?? -1;
  return count < 0 ? -1 : count;
}

/** ln(1 + exp(beta · x)) / beta, and x itself where beta · x is above the threshold. At the usual 20 the two are equal to a
 *  float32. */
function softplus(op: OpScope): void {
  const { attributes } = op;
  const [beta, threshold] = [attributes.float('beta', 1), attributes.float('threshold', 20)];
  const x = op.input('X');
  const isPlain = beta === 1 && threshold >= 20;
  const scaled = beta === 1 ? x : op.emit('Mul', [x, constant(op, beta)]);
  const soft = op.emit('Softplus', [scaled], {}, isPlain ? op.output('Out') : undefined);
  if (isPlain) return;
  const divided = op.emit('Div', [soft, constant(op, beta)]);
  const isAbove = op.emit('Greater', [scaled, constant(op, threshold)]);
  op.emit('Where', [isAbove, x, divided], {}, op.output('Out'));
}

/** An activation of ONNX's with constants as attributes: ONNX's name by Paddle's, with Paddle's default. */
function withAttributes(
  type: string,
  opType: string,
  names: Readonly<Record<string, readonly [paddle: string, fallback: number]>>,
): OperatorConverter {
  return converter(type, (op) => {
    const attributes = Object.entries(names).map(
      ([name, [paddle, fallback]]) => [name, floatAttribute(op.attributes.float(paddle, fallback))] as const,
    );
    op.emit(opType, [op.input('X')], Object.fromEntries(attributes), op.output('Out'));
  });
}

function clipTo(type: string, bounds: (op: OpScope) => readonly [number, number]): OperatorConverter {
  return converter(type, (op) => {
    const [low, high] = bounds(op);
    op.emit('Clip', [op.input('X'), constant(op, low), constant(op, high)], {}, op.output('Out'));
  });
}

export const ACTIVATIONS: readonly OperatorConverter[] = [
  converter('hard_swish', hardSwish),
  converter('hard_sigmoid', hardSigmoid),
  converter(['swish', 'silu'], swish),
  converter('mish', mish),
  converter('gelu', gelu),
  converter('prelu', prelu),
  converter('softplus', softplus),
  clipTo('relu6', ({ attributes }) => [0, attributes.float('threshold', 6)]),
  clipTo('brelu', ({ attributes }) => [attributes.float('t_min', 0), attributes.float('t_max', 24)]),
  withAttributes('leaky_relu', 'LeakyRelu', { alpha: ['alpha', 0.02] }),
  withAttributes('elu', 'Elu', { alpha: ['alpha', 1] }),
  withAttributes('celu', 'Celu', { alpha: ['alpha', 1] }),
  withAttributes('selu', 'Selu', {
    alpha: ['alpha', 1.6732632423543772],
    gamma: ['scale', 1.0507009873554805],
  }),
  withAttributes('thresholded_relu', 'ThresholdedRelu', { alpha: ['threshold', 1] }),
  withAttributes('softshrink', 'Shrink', { lambd: ['lambda', 0.5], bias: ['lambda', 0.5] }),
  withAttributes('hard_shrink', 'Shrink', { lambd: ['threshold', 0.5] }),
];
