// See staticEngines.ts.

import { presentModel } from '../consumers/models.js';
import { testStatic } from './staticEngines.js';

testStatic('ocr-cls', presentModel('ocr-cls'), { cosine: 0.999 });
testStatic('ocr-rec', presentModel('ocr-rec'), {
  cosine: 0.96,
  floats: { MatMul: /its input is made in float/ },
});
testStatic('ocr-det', presentModel('ocr-det'), {
  cosine: 0.975,
  floats: { ConvTranspose: /onnxruntime has no integer ConvTranspose/ },
});
