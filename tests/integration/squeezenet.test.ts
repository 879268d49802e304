// See suite.ts.

import { presentModel } from '../consumers/models.js';
import { MISSED } from './missed.js';
import { testModel } from './suite.js';

testModel('squeezenet', presentModel('squeezenet'), { missed: MISSED['squeezenet'] ?? {} });
