// Quantizers and dequantizers. Run as a model, they leave their thresholds as they are: what they give out is what they were given.

import { type Rules, rule } from '../rule.js';

const SCALE_KEPT = { inPlace: { OutScale: 'InScale' } };
const LINEAR = ['X', 'Scale', 'ZeroPoint', 'InAccum', 'InState'];
const LINEAR_OUT = ['Y', 'OutScale', 'OutAccum', 'OutState'];
const MOVING = ['X', 'InScale', 'InAccum', 'InState'];
const MOVING_OUT = ['Out', 'OutScale', 'OutState', 'OutAccum'];

/** Those that measure what they quantize. */
const MEASURING = [
  'fake_quantize_abs_max',
  'fake_quantize_dequantize_abs_max',
  'fake_channel_wise_quantize_abs_max',
  'fake_channel_wise_quantize_dequantize_abs_max',
];

const linear = (name: string) => rule(name, LINEAR, LINEAR_OUT, { inPlace: { OutScale: 'Scale' } });
const moving = (name: string) => rule(name, MOVING, MOVING_OUT, SCALE_KEPT);

export const QUANTIZED: Rules = {
  ...Object.fromEntries(MEASURING.map((name) => [name, rule(name, ['X'], ['Out', 'OutScale'])])),
  quantize_linear: linear('quantize_linear'),
  dequantize_linear: linear('dequantize_linear'),
  fake_quantize_moving_average_abs_max: moving('fake_quantize_moving_average_abs_max'),
  fake_quantize_dequantize_moving_average_abs_max: moving('fake_quantize_dequantize_moving_average_abs_max'),
  fake_quantize_range_abs_max: rule(
    'fake_quantize_range_abs_max',
    ['X', 'InScale', 'Iter'],
    ['Out', 'OutScale', 'OutScales'],
    SCALE_KEPT,
  ),
  fake_dequantize_max_abs: rule('fake_dequantize_max_abs', ['X', 'Scale']),
  fake_channel_wise_dequantize_max_abs: rule('fake_channel_wise_dequantize_max_abs', ['X', 'Scales']),
  dequantize_abs_max: rule('dequantize_abs_max', ['X', 'Scale']),
  dequantize_log: rule('dequantize_log', ['X', 'Dict']),
};
