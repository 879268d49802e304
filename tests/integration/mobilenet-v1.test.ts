// See suite.ts.

import { presentModel } from '../consumers/models.js';
import { MISSED } from './missed.js';
import { BARRED_MODES } from './modes.js';
import { testModel } from './suite.js';

testModel('mobilenet-v1', presentModel('mobilenet-v1'), {
  modes: BARRED_MODES,
  missed: MISSED['mobilenet-v1'] ?? {},
  size: { '8 bit channel': 0.27 },
});
