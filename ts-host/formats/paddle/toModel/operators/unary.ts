// Operators of one tensor, element by element, that ONNX has or that take a few steps.

import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { castTo, reshaped } from '../values.js';

/** Types with the same meaning in ONNX, by ONNX's name. */
const SAME: Readonly<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  abs: 'Abs',
  floor: 'Floor',
  ceil: 'Ceil',
  sin: 'Sin',
  cos: 'Cos',
  tan: 'Tan',
  asin: 'Asin',
  acos: 'Acos',
  atan: 'Atan',
  sinh: 'Sinh',
  cosh: 'Cosh',
  asinh: 'Asinh',
  acosh: 'Acosh',
  atanh: 'Atanh',
  reciprocal: 'Reciprocal',
  erf: 'Erf',
  sign: 'Sign',
  softsign: 'Softsign',
  logical_not: 'Not',
  isnan_v2: 'IsNaN',
  isinf_v2: 'IsInf',
  assign: 'Identity',
  share_data: 'Identity',
};

function constant(op: OpScope, value: number): string {
  return op.scalar(value, op.dtype('X'));
}

/** A few steps, each with the value before it and, for the last, the name of the output. */
function chain(op: OpScope, steps: readonly ((value: string, to?: string) => string)[]): void {
  const last = steps.length - 1;
  steps.reduce((value, step, i) => step(value, i === last ? op.output('Out') : undefined), op.input('X'));
}

/** scale · x + bias, or scale · (x + bias). Constants take the type of x, as Paddle's do. */
function scale(op: OpScope): void {
  const { attributes } = op;
  const [factor, bias] = [attributes.float('scale', 1), attributes.float('bias', 0)];
  const tensor = op.has('ScaleTensor')
    ? reshaped(op, castTo(op, op.input('ScaleTensor'), op.dtype('X')), [])
    : undefined;
  const multiply = (value: string, to?: string) =>
    op.emit('Mul', [value, tensor ?? constant(op, factor)], {}, to);
  const add = (value: string, to?: string) => op.emit('Add', [value, constant(op, bias)], {}, to);
  const multiplies = tensor === undefined && factor === 1 ? [] : [multiply];
  const adds = bias === 0 ? [] : [add];
  const steps = attributes.bool('bias_after_scale', true)
    ? [...multiplies, ...adds]
    : [...adds, ...multiplies];
  chain(op, steps.length > 0 ? steps : [(value, to) => op.emit('Identity', [value], {}, to)]);
}

/** Halves away from zero: ONNX rounds them to even. |x| − ⌊|x|⌋ is exact. */
function round(op: OpScope): void {
  const x = op.input('X');
  const size = op.emit('Abs', [x]);
  const below = op.emit('Floor', [size]);
  const isHalf = op.emit('GreaterOrEqual', [op.emit('Sub', [size, below]), constant(op, 0.5)]);
  const above = op.emit('Add', [below, constant(op, 1)]);
  op.emit('Mul', [op.emit('Where', [isHalf, above, below]), op.emit('Sign', [x])], {}, op.output('Out'));
}

function power(op: OpScope): void {
  const factor = op.has('FactorTensor')
    ? reshaped(op, op.input('FactorTensor'), [])
    : constant(op, op.attributes.float('factor', 1));
  op.emit('Pow', [op.input('X'), factor], {}, op.output('Out'));
}

/** Bounds are attributes, or tensors of one element. */
function clip(op: OpScope): void {
  const bound = (tensor: string, attribute: string) =>
    op.has(tensor) ? reshaped(op, op.input(tensor), []) : constant(op, op.attributes.float(attribute));
  op.emit('Clip', [op.input('X'), bound('Min', 'min'), bound('Max', 'max')], {}, op.output('Out'));
}

/** Dropout when a model is used: nothing, or times 1 − p where training did not divide by it. */
function dropout(op: OpScope): void {
  const { attributes } = op;
  const isScaled = attributes.string('dropout_implementation', 'downgrade_in_infer') === 'downgrade_in_infer';
  const kept = 1 - attributes.float('dropout_prob', 0.5);
  chain(op, [
    (value, to) =>
      isScaled ? op.emit('Mul', [value, constant(op, kept)], {}, to) : op.emit('Identity', [value], {}, to),
  ]);
}

/** ln x in another base: ln x / ln base. */
function logarithm(type: string, lnBase: number): OperatorConverter {
  return converter(type, (op) =>
    chain(op, [
      (value) => op.emit('Log', [value]),
      (value, to) => op.emit('Div', [value, constant(op, lnBase)], {}, to),
    ]),
  );
}

export const UNARIES: readonly OperatorConverter[] = [
  ...Object.entries(SAME).map(([type, opType]) =>
    converter(type, (op) => void op.emit(opType, [op.input('X')], {}, op.output('Out'))),
  ),
  converter('scale', scale),
  converter('round', round),
  converter('pow', power),
  converter('clip', clip),
  converter('dropout', dropout),
  converter('square', (op) => void op.emit('Mul', [op.input('X'), op.input('X')], {}, op.output('Out'))),
  converter('rsqrt', (op) =>
    chain(op, [(v) => op.emit('Sqrt', [v]), (v, to) => op.emit('Reciprocal', [v], {}, to)]),
  ),
  converter('log1p', (op) =>
    chain(op, [(v) => op.emit('Add', [v, constant(op, 1)]), (v, to) => op.emit('Log', [v], {}, to)]),
  ),
  converter('expm1', (op) =>
    chain(op, [(v) => op.emit('Exp', [v]), (v, to) => op.emit('Sub', [v, constant(op, 1)], {}, to)]),
  ),
  converter('logsigmoid', (op) =>
    chain(op, [
      (v) => op.emit('Neg', [v]),
      (v) => op.emit('Softplus', [v]),
      (v, to) => op.emit('Neg', [v], {}, to),
    ]),
  ),
  converter(
    'tanh_shrink',
    (op) => void op.emit('Sub', [op.input('X'), op.emit('Tanh', [op.input('X')])], {}, op.output('Out')),
  ),
  converter('increment', (op) =>
    chain(op, [(v, to) => op.emit('Add', [v, constant(op, op.attributes.float('step', 1))], {}, to)]),
  ),
  logarithm('log2', Math.LN2),
  logarithm('log10', Math.LN10),
];
