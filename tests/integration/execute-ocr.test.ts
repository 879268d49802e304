// See whole.ts.

import { testWhole } from './whole.js';
import { OCR_CLASSIFIER, OCR_DETECTOR, OCR_RECOGNIZER } from './wholeModels.js';

testWhole(OCR_DETECTOR);
testWhole(OCR_RECOGNIZER);
testWhole(OCR_CLASSIFIER);
