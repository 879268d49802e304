// Operators of one float tensor.

import { exact, feed, operatorCases, operatorRefuses, pick, random, shape } from './harness.js';

for (const opType of ['Relu', 'Abs', 'Neg', 'Ceil', 'Floor', 'Sqrt', 'Reciprocal', 'LeakyRelu', 'Round']) {
  operatorCases(opType, {
    cases: 20,
    bound: exact,
    make: (rng, index) => ({
      opset: opType === 'Round' ? pick(rng, [11, 22]) : pick(rng, [7, 13, 16]),
      inputs: [random(rng, 'float32', shape(rng, rng.int(0, 4), 0, 9), { specials: index % 2 ? 0.2 : 0 })],
      ...(opType === 'LeakyRelu' && index > 5 ? { attributes: { alpha: rng.float() } } : {}),
    }),
  });
}

operatorRefuses('Sqrt', 'of bool', 'UNSUPPORTED_DTYPE', { inputs: [feed('bool', [1], [1])] });
