// Comparisons, tests of elements, choices.

import {
  broadcastable,
  equal,
  exact,
  type Feed,
  feed,
  operatorCases,
  operatorRefuses,
  pick,
  random,
  shape,
} from './harness.js';

const ORDERED = [
  'float32',
  'float64',
  'int32',
  'int64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'uint32',
  'uint64',
] as const;

for (const opType of ['Equal', 'Less', 'Greater', 'LessOrEqual', 'GreaterOrEqual']) {
  operatorCases(opType, {
    cases: 30,
    bound: exact,
    make: (rng, index) => {
      const dims = shape(rng, rng.int(0, 5), 1, 6);
      const many = opType === 'Equal' ? (['bool', ...ORDERED.slice(0, 4)] as const) : ORDERED.slice(0, 4);
      const dtype = many[index % many.length]!;
      const few = dtype === 'bool' ? {} : { low: -2, high: 2, specials: 0.3 };
      const opset = opType.endsWith('OrEqual') ? pick(rng, [12, 16]) : pick(rng, [11, 13]);
      return {
        opset,
        inputs: [random(rng, dtype, broadcastable(rng, dims), few), random(rng, dtype, dims, few)],
      };
    },
  });
}

// onnxruntime compares few integer types.
operatorCases('Less', {
  title: 'narrow and unsigned integers',
  cases: ORDERED.length - 2,
  bound: exact,
  make: (rng, index) => {
    const dtype = ORDERED[index + 2]!;
    const low = dtype.startsWith('u') ? 0 : -100;
    const [a, b] = [
      random(rng, dtype, [3, 40], { low, high: 100 }),
      random(rng, dtype, [40], { low, high: 100 }),
    ];
    const less = Array.from(a.data as Int32Array, (value, i) =>
      value < (b.data as Int32Array)[i % 40]! ? 1 : 0,
    );
    return { inputs: [a, b], expected: [feed('bool', [3, 40], less)] };
  },
});

for (const [opType, opsets] of [
  ['IsNaN', [9, 13, 20]],
  ['IsInf', [10, 20]],
] as const) {
  operatorCases(opType, {
    cases: 24,
    bound: exact,
    make: (rng, index) => ({
      opset: pick(rng, opsets),
      attributes:
        opType === 'IsInf' ? { detect_negative: rng.float() < 0.6, detect_positive: rng.float() < 0.6 } : {},
      inputs: [
        random(rng, index % 2 ? 'float32' : 'float64', shape(rng, rng.int(0, 3), 0, 8), { specials: 0.6 }),
      ],
    }),
  });
}

operatorCases('Not', {
  cases: 20,
  bound: exact,
  make: (rng) => ({ opset: 7, inputs: [random(rng, 'bool', shape(rng, rng.int(0, 3), 0, 9))] }),
});

operatorCases('BitwiseNot', {
  cases: 24,
  bound: exact,
  make: (rng) => {
    const dtype = pick(rng, ORDERED.slice(2));
    return { opset: 18, inputs: [random(rng, dtype, shape(rng, rng.int(0, 3)))] };
  },
});

// onnxruntime adds the two choices, each zero where the other is taken, which makes 0 of −0.
operatorCases('Where', {
  cases: 40,
  bound: equal,
  make: (rng, index) => {
    const dtype = (['float32', 'int64', 'uint8', 'int32', 'float64', 'float32'] as const)[index % 6]!;
    const dims = shape(rng, rng.int(0, 5), 1, 6);
    const choice = (): Feed => random(rng, dtype, broadcastable(rng, dims), { specials: 0.1 });
    return {
      opset: pick(rng, [9, 16]),
      inputs: [random(rng, 'bool', rng.float() < 0.5 ? dims : broadcastable(rng, dims)), choice(), choice()],
    };
  },
});

operatorRefuses('Where', 'a condition of numbers', 'UNSUPPORTED_DTYPE', {
  inputs: [feed('int32', [1], [1]), feed('int32', [1], [1]), feed('int32', [1], [1])],
});
operatorRefuses('Where', 'choices of two types', 'GRAPH_INVALID', {
  inputs: [feed('bool', [1], [1]), feed('int32', [1], [1]), feed('int64', [1], [1])],
});
operatorRefuses('Less', 'of bool', 'UNSUPPORTED_DTYPE', {
  inputs: [feed('bool', [1], [1]), feed('bool', [1], [1])],
});
operatorRefuses('IsNaN', 'of integers', 'UNSUPPORTED_DTYPE', { inputs: [feed('int32', [1], [1])] });
