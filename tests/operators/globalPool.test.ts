// Global pools against onnxruntime, over one to three spatial dims. The executor turns them to channels last.

import { describe } from 'node:test';
import {
  type Case,
  feed,
  ofRange,
  operatorCases,
  operatorRefuses,
  type Rng,
  random,
  relative,
  shape,
} from './harness.js';

const draw = (rng: Rng, index: number): Case => ({
  opset: 17,
  inputs: [random(rng, 'float32', [rng.int(1, 3), rng.int(1, 40), ...shape(rng, 1 + (index % 3), 1, 9)])],
});

operatorCases('GlobalAveragePool', { cases: 22, bound: ofRange(1e-6), make: draw });
operatorCases('GlobalMaxPool', { cases: 22, bound: ofRange(0), make: draw });
operatorCases('GlobalLpPool', {
  cases: 22,
  bound: relative(1e-6),
  make: (rng, index) => {
    const each = draw(rng, index);
    return index % 3 === 0 ? each : { ...each, attributes: { p: BigInt(1 + (index % 2)) } };
  },
});

describe('what does not fit', () => {
  for (const opType of ['GlobalAveragePool', 'GlobalMaxPool']) {
    operatorRefuses(opType, 'no places', 'SHAPE_MISMATCH', {
      inputs: [feed('float32', [2, 2], [1, 2, 3, 4])],
    });
    operatorRefuses(opType, 'int32', 'UNSUPPORTED_DTYPE', { inputs: [feed('int32', [1, 1, 2], [1, 2])] });
  }
});
