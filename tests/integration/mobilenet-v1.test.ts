// See suite.ts.

import { presentModel } from '../consumers/models.js';
import { testModel } from './suite.js';

testModel('mobilenet-v1', presentModel('mobilenet-v1'));
