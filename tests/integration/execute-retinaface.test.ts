// See whole.ts.

import { testWhole } from './whole.js';
import { RETINAFACE_512, RETINAFACE_640 } from './wholeModels.js';

testWhole(RETINAFACE_512);
testWhole(RETINAFACE_640);
