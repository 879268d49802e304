// The operators with which Paddle's quantized programs quantize and dequantize, and where each keeps what.
//
//   quantize      float → codes              fake_quantize_abs_max, …, quantize_linear
//   simulate      float → codes → float      fake_quantize_dequantize_…
//   dequantize    codes → float              fake_dequantize_max_abs, fake_channel_wise_dequantize_max_abs, dequantize_linear, …
//   observe       float → the same           moving_average_abs_max_scale: it only keeps a threshold
//
// Paddle holds codes in float variables. Here a variable always has the value that its codes stand for: what quantizes becomes
// QuantizeLinear and DequantizeLinear, what dequantizes becomes nothing.

export type QuantRole = 'quantize' | 'simulate' | 'dequantize' | 'observe';

export interface QuantKind {
  readonly role: QuantRole;
  /** Argument that the values come in, and the one that they go out by. */
  readonly input: string;
  readonly output: string;
  /** Argument of the threshold; undefined where the operator finds it itself: the largest |x| of each run. */
  readonly scale: string | undefined;
  /** Where a stored threshold is taken only when the attribute is_test says so. */
  readonly storedInTest?: string;
  /** Whether thresholds go along an axis where the attribute quant_axis is missing. */
  readonly perChannel: boolean;
}

const quantizer = (role: QuantRole, scale: string | undefined, perChannel = false): QuantKind => ({
  role,
  input: 'X',
  output: 'Out',
  scale,
  perChannel,
});
const linear = (role: QuantRole): QuantKind => ({
  role,
  input: 'X',
  output: 'Y',
  scale: 'Scale',
  perChannel: false,
});

export const QUANT_KINDS: ReadonlyMap<string, QuantKind> = new Map([
  ['quantize_linear', linear('quantize')],
  ['dequantize_linear', linear('dequantize')],
  ['fake_quantize_abs_max', quantizer('quantize', undefined)],
  ['fake_quantize_range_abs_max', quantizer('quantize', 'InScale')],
  ['fake_quantize_moving_average_abs_max', quantizer('quantize', 'InScale')],
  [
    'fake_channel_wise_quantize_abs_max',
    { ...quantizer('quantize', undefined, true), storedInTest: 'OutScale' },
  ],
  ['fake_quantize_dequantize_abs_max', quantizer('simulate', undefined)],
  ['fake_quantize_dequantize_moving_average_abs_max', quantizer('simulate', 'InScale')],
  ['fake_channel_wise_quantize_dequantize_abs_max', quantizer('simulate', undefined, true)],
  ['fake_dequantize_max_abs', quantizer('dequantize', 'Scale')],
  ['fake_channel_wise_dequantize_max_abs', quantizer('dequantize', 'Scales', true)],
  ['dequantize_abs_max', quantizer('dequantize', 'Scale')],
  ['moving_average_abs_max_scale', quantizer('observe', undefined)],
]);

/** Logarithmic codes of an embedding: a table of what each code stands for. */
export const DEQUANTIZE_LOG = 'dequantize_log';
