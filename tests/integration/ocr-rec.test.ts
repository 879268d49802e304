// See suite.ts.

import { presentModel } from '../consumers/models.js';
import { MISSED } from './missed.js';
import { testModel } from './suite.js';

testModel('ocr-rec', presentModel('ocr-rec'), { missed: MISSED['ocr-rec'] ?? {} });
