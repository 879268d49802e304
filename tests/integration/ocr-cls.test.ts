// See suite.ts.

import { presentModel } from '../consumers/models.js';
import { testModel } from './suite.js';

testModel('ocr-cls', presentModel('ocr-cls'));
