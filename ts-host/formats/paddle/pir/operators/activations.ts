// Activations; where the newer operator has no attribute, its constant is that of the older one's default use.

import type { PaddleAttribute } from '../../program.js';
import { type Attributes, float, type Rules, rule, sameNames } from '../rule.js';

const SAME = [
  ...[
    'relu',
    'sigmoid',
    'tanh',
    'exp',
    'abs',
    'square',
    'floor',
    'ceil',
    'round',
    'sin',
    'cos',
    'tan',
    'erf',
    'sign',
    'silu',
  ],
  ...[
    'softsign',
    'logsigmoid',
    'tanh_shrink',
    'atan',
    'asin',
    'acos',
    'sinh',
    'cosh',
    'asinh',
    'acosh',
    'atanh',
    'sqrt',
  ],
  ...[
    'rsqrt',
    'log',
    'log2',
    'log10',
    'log1p',
    'expm1',
    'reciprocal',
    'gelu',
    'softplus',
    'elu',
    'selu',
    'celu',
    'maxout',
  ],
  ...['thresholded_relu', 'softmax', 'log_softmax'],
];

const number = (value: number): PaddleAttribute => ({ kind: 'float', value });

/** The older operator names both types. */
function castFrom(attributes: Attributes, dtypeOf: (input: string) => number | undefined): void {
  const value = dtypeOf('X');
  if (value !== undefined) attributes.set('in_dtype', { kind: 'int', value });
}

export const ACTIVATIONS: Rules = {
  ...sameNames(SAME, ['X']),
  relu6: rule('relu6', ['X'], ['Out'], { fixed: { threshold: number(6) } }),
  swish: rule('swish', ['X'], ['Out'], { fixed: { beta: number(1) } }),
  hardswish: rule('hard_swish', ['X'], ['Out'], {
    fixed: { threshold: number(6), scale: number(6), offset: number(3) },
  }),
  hardsigmoid: rule('hard_sigmoid', ['X']),
  hardshrink: rule('hard_shrink', ['X']),
  softshrink: rule('softshrink', ['X'], ['Out'], { renamed: { threshold: 'lambda' } }),
  hardtanh: rule('brelu', ['X']),
  mish: rule('mish', ['X'], ['Out'], { renamed: { lambda: 'threshold' } }),
  leaky_relu: rule('leaky_relu', ['X'], ['Out'], { renamed: { negative_slope: 'alpha' } }),
  prelu: rule('prelu', ['X', 'Alpha']),
  pow: rule('pow', ['X'], ['Out'], { renamed: { y: 'factor' } }),
  scale: rule('scale', ['X', float('scale', 'ScaleTensor')]),
  clip: rule('clip', ['X', float('min', 'Min'), float('max', 'Max')]),
  dropout: rule('dropout', ['X', '', float('dropout_prob')], ['Out', 'Mask'], {
    renamed: { mode: 'dropout_implementation' },
  }),
  cast: rule('cast', ['X'], ['Out'], { renamed: { dtype: 'out_dtype' }, finish: castFrom }),
  isnan: rule('isnan_v2', ['X']),
  isinf: rule('isinf_v2', ['X']),
  isfinite: rule('isfinite_v2', ['X']),
  increment: rule('increment', ['X'], ['Out'], { renamed: { value: 'step' } }),
};
