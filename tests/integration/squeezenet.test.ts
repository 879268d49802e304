// See suite.ts.

import { presentModel } from '../consumers/models.js';
import { MISSED } from './missed.js';
import { BARRED_MODES } from './modes.js';
import { testModel } from './suite.js';

testModel('squeezenet', presentModel('squeezenet'), {
  modes: BARRED_MODES,
  missed: MISSED['squeezenet'] ?? {},
});
