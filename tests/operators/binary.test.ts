// Arithmetic and logic on broadcast tensors.

import type { DType } from '../../ts-host/ir/dtype.js';
import {
  broadcastable,
  exact,
  type Feed,
  feed,
  numbersOf,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  shape,
  ulps,
} from './harness.js';

/** Two tensors of one dtype that broadcast to a random shape. Divisors are no zero integers, which onnxruntime traps on. */
function pair(rng: Rng, dtype: DType, divisor = false): Feed[] {
  const dims = shape(rng, rng.int(0, 6), 1, 5);
  const isInteger = dtype.includes('int');
  return [
    random(rng, dtype, broadcastable(rng, dims), { specials: 0.1 }),
    random(rng, dtype, rng.float() < 0.5 ? dims : broadcastable(rng, dims), {
      specials: 0.1,
      ...(divisor && isInteger ? { low: dtype.startsWith('u') ? 1 : -9, high: -1 + 10 } : {}),
    }),
  ].map((each, i) => (i === 1 && divisor && isInteger ? withoutZeros(each) : each));
}

function withoutZeros(each: Feed): Feed {
  return feed(
    each.dtype,
    each.dims,
    numbersOf(each).map((value) => (Number(value) === 0 ? 3 : value)),
  );
}

for (const opType of ['Add', 'Sub', 'Mul', 'Div']) {
  operatorCases(opType, {
    cases: 40,
    bound: exact,
    make: (rng, index) => ({
      opset: pick(rng, [7, 13, 14]),
      inputs: pair(rng, (['float32', 'float64', 'int32', 'int64'] as const)[index % 4]!, opType === 'Div'),
    }),
  });

  operatorCases(opType, {
    title: 'short rows and channels',
    cases: 20,
    bound: exact,
    make: (rng, index) => {
      const [n, c, hw] = [rng.int(1, 3), rng.int(1, 70), rng.int(1, 90)];
      const shapes = [
        [[hw, c], [c]],
        [
          [n, hw, c],
          [n, 1, c],
        ],
        [
          [n, c, hw],
          [c, 1],
        ],
        [
          [c, 1],
          [1, hw],
        ],
        [
          [hw, c],
          [hw, 1],
        ],
      ][index % 5]!;
      const inputs = shapes.map((dims) => random(rng, 'float32', dims));
      return { inputs: rng.float() < 0.5 ? inputs : inputs.reverse() };
    },
  });
}

operatorCases('Add', {
  title: 'many dims',
  cases: 20,
  bound: exact,
  make: (rng) => {
    const dims = Array.from({ length: 11 }, (_, d) => (d % 2 === 0 ? 2 : 1));
    const turn = (odd: number) => dims.map((dim, d) => (Math.floor(d / 2) % 2 === odd ? 1 : dim));
    return { inputs: [random(rng, 'float32', turn(0)), random(rng, 'float32', turn(1))] };
  },
});

// fmod 0 of integers has the sign of the divisor.
operatorCases('Mod', {
  cases: 32,
  bound: exact,
  make: (rng, index) => {
    const dtype = pick(rng, ['int8', 'int32', 'int64', 'uint8', 'uint32', 'float32', 'float64'] as const);
    const fmod = dtype.startsWith('float') || index % 2 === 1;
    return { opset: pick(rng, [10, 13]), attributes: { fmod }, inputs: pair(rng, dtype, true) };
  },
});

operatorCases('PRelu', {
  cases: 24,
  bound: exact,
  make: (rng) => {
    const dims = shape(rng, rng.int(1, 4), 1, 6);
    return {
      opset: pick(rng, [7, 9, 16]),
      inputs: [
        random(rng, 'float32', dims, { specials: 0.1 }),
        random(rng, 'float32', broadcastable(rng, dims)),
      ],
    };
  },
});

for (const opType of ['And', 'Or', 'Xor']) {
  operatorCases(opType, { cases: 20, bound: exact, make: (rng) => ({ inputs: pair(rng, 'bool') }) });
}

for (const opType of ['BitwiseAnd', 'BitwiseOr', 'BitwiseXor']) {
  operatorCases(opType, {
    cases: 24,
    bound: exact,
    make: (rng) => {
      const dtype = pick(rng, [
        'int8',
        'uint8',
        'int16',
        'uint16',
        'int32',
        'uint32',
        'int64',
        'uint64',
      ] as const);
      return { opset: 18, inputs: pair(rng, dtype) };
    },
  });
}

operatorCases('BitShift', {
  cases: 24,
  bound: exact,
  make: (rng) => {
    const dtype = pick(rng, ['uint8', 'uint32', 'uint64'] as const);
    const dims = shape(rng, rng.int(0, 3));
    return {
      opset: 11,
      attributes: { direction: pick(rng, ['LEFT', 'RIGHT']) },
      inputs: [random(rng, dtype, dims), random(rng, dtype, broadcastable(rng, dims), { low: 0, high: 7 })],
    };
  },
});

operatorCases('Pow', {
  cases: 60,
  bound: ulps(4),
  make: (rng, index) => {
    const dtypes = ['float32', 'float64', 'int32', 'int64'] as const;
    const dtype = dtypes[index % 4]!;
    const exponent = index % 8 < 4 ? dtype : pick(rng, dtypes);
    const dims = shape(rng, rng.int(0, 4), 1, 5);
    const isFloat = dtype.startsWith('float');
    const base = random(
      rng,
      dtype,
      dims,
      isFloat ? { low: 0, high: 9, specials: 0.1 } : { low: -9, high: 9 },
    );
    const power = exponent.startsWith('float')
      ? random(rng, exponent, broadcastable(rng, dims), isFloat ? { specials: 0.05 } : { low: 0, high: 4 })
      : random(rng, exponent, broadcastable(rng, dims), { low: isFloat ? -4 : 0, high: 6 });
    return {
      opset: exponent === dtype ? pick(rng, [12, 13, 15]) : pick(rng, [12, 13]),
      inputs: [base, power],
    };
  },
});

const six = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);

// C++ leaves these open, onnxruntime dies of them.
operatorCases('Div', {
  title: 'the lowest integer by -1',
  cases: 1,
  bound: exact,
  make: () => ({
    inputs: [feed('int32', [2], [5, -(2 ** 31)]), feed('int32', [2], [1, -1])],
    expected: [feed('int32', [2], [5, -(2 ** 31)])],
  }),
});
operatorCases('BitShift', {
  title: 'by the width and more',
  cases: 1,
  bound: exact,
  make: () => ({
    opset: 11,
    attributes: { direction: 'LEFT' },
    inputs: [feed('uint8', [3], [255, 255, 255]), feed('uint8', [3], [7, 8, 200])],
    expected: [feed('uint8', [3], [128, 0, 0])],
  }),
});

for (const opType of ['Div', 'Mod']) {
  for (const dtype of ['int8', 'uint8', 'int32', 'uint32', 'int64', 'uint64'] as const) {
    const inputs = [feed(dtype, [3], [5, 6, 7]), feed(dtype, [3], [1, 0, 2])];
    operatorRefuses(opType, `${dtype} by 0`, 'INVALID_ARGUMENT', { inputs, opset: 14 }, /divided by 0/);
  }
}

operatorRefuses(
  'Add',
  'shapes that do not broadcast',
  'SHAPE_MISMATCH',
  { inputs: [six, feed('float32', [2], [1, 2])] },
  /float32\[2, 3\], float32\[2\]/,
);
operatorRefuses('Mul', 'two dtypes', 'GRAPH_INVALID', {
  inputs: [feed('float32', [1], [1]), feed('int32', [1], [1])],
});
operatorRefuses('PRelu', 'a slope larger than the input', 'SHAPE_MISMATCH', {
  inputs: [feed('float32', [3], [1, 2, 3]), six],
});
operatorRefuses('Mod', 'floats without fmod', 'GRAPH_INVALID', { inputs: [six, six] });
operatorRefuses('BitShift', 'signed integers', 'UNSUPPORTED_DTYPE', {
  attributes: { direction: 'LEFT' },
  inputs: [feed('int32', [1], [1]), feed('int32', [1], [1])],
});
operatorRefuses('BitShift', 'a direction that is none', 'GRAPH_INVALID', {
  attributes: { direction: 'UP' },
  inputs: [feed('uint8', [1], [1]), feed('uint8', [1], [1])],
});
operatorRefuses('And', 'of numbers', 'UNSUPPORTED_DTYPE', { inputs: [six, six] });
