// Mode fp16: constants stored as float16 and cast back where they are used, so that any engine loads the model and
// computes in float32: half the file, no loss to speak of.

import { notAWeight } from './dequantize.js';
import type { Choice, Mode } from './mode.js';

const choice: Choice = {
  form: 'halfCast',
  spec: { dtype: 'float16' },
  reason: 'stored as float16, cast at use',
};

export const fp16: Mode = {
  name: 'fp16',
  choose(use, tensor) {
    if (use.node === undefined) return notAWeight(use);
    return tensor.dtype === 'float32' ? choice : `${tensor.dtype} constants are left as they are`;
  },
  shared: () => choice,
};
