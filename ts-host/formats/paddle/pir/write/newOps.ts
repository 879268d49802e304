// Operators that quantizers add, as PIR has them: which of its operators each is, and the attributes that one must have, in
// order. Operands and results by position are told by the rules that reading goes by.

import type { PaddleAttribute, PaddleOp } from '../../program.js';

/** An attribute that is a plain value in both; where the operator says nothing it is Paddle's default. */
interface PlainAttribute {
  readonly name: string;
  readonly fallback: PaddleAttribute;
}

export interface NewOp {
  /** Without the dialect, pd_op. What ends in _ writes its threshold where it read it. */
  readonly name: string;
  readonly attributes: readonly PlainAttribute[];
  /** Inputs that are lists of values. */
  readonly lists?: readonly string[];
  /** Attributes of the older operator that the newer one does without. */
  readonly dropped?: readonly string[];
}

const int = (name: string, value: number): PlainAttribute => ({ name, fallback: { kind: 'int', value } });
const bool = (name: string, value: boolean): PlainAttribute => ({ name, fallback: { kind: 'bool', value } });
const float = (name: string, value: number): PlainAttribute => ({
  name,
  fallback: { kind: 'float', value: Math.fround(value) },
});
const ints = (name: string, value: readonly number[]): PlainAttribute => ({
  name,
  fallback: { kind: 'ints', value },
});

const BITS = int('bit_length', 8);
/** 0 rounds halves to the even code, 1 away from zero. */
const ROUND = (value: number) => int('round_type', value);
const TEST = bool('is_test', false);
const MOVING = [float('moving_rate', 0.9), BITS, TEST, ROUND(1)];

const LINEAR = [
  int('quant_axis', 0),
  BITS,
  int('qmin', -128),
  int('qmax', 127),
  ROUND(0),
  bool('is_test', true),
  bool('only_observer', false),
];

const NEW_OPS: Readonly<Record<string, NewOp>> = {
  quantize_linear: { name: 'quantize_linear', attributes: LINEAR },
  dequantize_linear: { name: 'dequantize_linear', attributes: LINEAR },
  fake_quantize_abs_max: { name: 'fake_quantize_abs_max', attributes: [BITS, ROUND(1)] },
  fake_quantize_range_abs_max: {
    name: 'fake_quantize_range_abs_max_',
    attributes: [int('window_size', 10_000), BITS, TEST, ROUND(1)],
  },
  fake_quantize_moving_average_abs_max: {
    name: 'fake_quantize_moving_average_abs_max_',
    attributes: MOVING,
  },
  fake_quantize_dequantize_moving_average_abs_max: {
    name: 'fake_quantize_dequantize_moving_average_abs_max_',
    attributes: MOVING,
  },
  fake_dequantize_max_abs: { name: 'fake_dequantize_max_abs', attributes: [float('max_range', 0)] },
  fake_channel_wise_dequantize_max_abs: {
    name: 'fake_channel_wise_dequantize_max_abs',
    attributes: [ints('quant_bits', [8]), int('quant_axis', 0), int('x_num_col_dims', 1)],
    lists: ['Scales'],
  },
  dequantize_abs_max: { name: 'dequantize_abs_max', attributes: [float('max_range', 0)] },
  dequantize_log: { name: 'dequantize_log', attributes: [] },
  // Its element type is written apart, for PIR has a kind of attribute of its own for it.
  cast: { name: 'cast', attributes: [], dropped: ['in_dtype', 'out_dtype'] },
  // The axis is told by the dims of what is added.
  elementwise_add: { name: 'add', attributes: [], dropped: ['axis'] },
};

/** What part an operator plays in training: nothing to PIR. */
const ROLE = 'op_role';

export function newOpOf(type: string): NewOp | undefined {
  return Object.hasOwn(NEW_OPS, type) ? NEW_OPS[type] : undefined;
}

/** All attributes of an operator that is added, in PIR's order; behind them what quantizers note on it. */
export function newAttributes({ attributes }: PaddleOp, known: NewOp): [string, PaddleAttribute][] {
  const needed = known.attributes.map(({ name, fallback }): [string, PaddleAttribute] => [
    name,
    attributes.get(name) ?? fallback,
  ]);
  const others = [ROLE, ...(known.dropped ?? []), ...needed.map(([name]) => name)];
  return [...needed, ...[...attributes].filter(([name]) => !others.includes(name))];
}
