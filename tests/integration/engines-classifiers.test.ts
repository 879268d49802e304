// See staticEngines.ts.

import { presentModel } from '../consumers/models.js';
import { testStatic } from './staticEngines.js';

testStatic('mobilenet-v1', presentModel('mobilenet-v1'), { cosine: 0.99 });
testStatic('squeezenet', presentModel('squeezenet'), { cosine: 0.995 });
