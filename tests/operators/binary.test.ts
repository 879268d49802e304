// Arithmetic on two broadcast tensors.

import {
  broadcastable,
  exact,
  feed,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  shape,
} from './harness.js';

const ARITHMETIC = ['float32', 'float64', 'int32', 'int64'] as const;

/** Two tensors of one dtype that broadcast to a random shape. */
function pair(rng: Rng, dtype: (typeof ARITHMETIC)[number], divisor = false) {
  const dims = shape(rng, rng.int(0, 5), 1, 5);
  const low = divisor && dtype.startsWith('int') ? { low: 1 } : {};
  return [
    random(rng, dtype, broadcastable(rng, dims), { specials: 0.1 }),
    random(rng, dtype, rng.float() < 0.5 ? dims : broadcastable(rng, dims), { specials: 0.1, ...low }),
  ];
}

for (const opType of ['Add', 'Sub', 'Mul', 'Div']) {
  operatorCases(opType, {
    cases: 40,
    bound: exact,
    make: (rng, index) => ({
      opset: pick(rng, [7, 13, 14]),
      inputs: pair(rng, ARITHMETIC[index % ARITHMETIC.length]!, opType === 'Div'),
    }),
  });
}

operatorRefuses(
  'Add',
  'shapes that do not broadcast',
  'SHAPE_MISMATCH',
  { inputs: [feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]), feed('float32', [2], [1, 2])] },
  /float32\[2, 3\], float32\[2\]/,
);
operatorRefuses('Mul', 'two dtypes', 'GRAPH_INVALID', {
  inputs: [feed('float32', [1], [1]), feed('int32', [1], [1])],
});
