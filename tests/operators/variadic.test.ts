// Operators of many tensors, limits, and those that change nothing.

import {
  broadcastable,
  exact,
  feed,
  operatorCases,
  operatorRefuses,
  pick,
  random,
  scalar,
  shape,
  ulps,
} from './harness.js';

for (const opType of ['Min', 'Max', 'Sum', 'Mean']) {
  operatorCases(opType, {
    cases: 32,
    bound: opType === 'Mean' ? ulps(4) : exact,
    make: (rng, index) => {
      const dims = shape(rng, rng.int(0, 4), 1, 5);
      const dtypes =
        opType === 'Min' || opType === 'Max'
          ? (['float32', 'float64', 'int32', 'int64'] as const)
          : (['float32'] as const);
      const dtype = dtypes[index % dtypes.length]!;
      const opset = dtype.startsWith('int') ? pick(rng, [12, 13]) : pick(rng, [8, 12, 13]);
      return {
        opset,
        inputs: Array.from({ length: rng.int(1, 4) }, () =>
          random(rng, dtype, broadcastable(rng, dims), { specials: index % 2 ? 0.15 : 0 }),
        ),
      };
    },
  });
}

operatorCases('Clip', {
  cases: 60,
  bound: exact,
  make: (rng, index) => {
    const dtypes = ['float32', 'float64', 'int32', 'int64', 'int8', 'uint8', 'uint32', 'uint64'] as const;
    const old = index % 4 === 0;
    const dtype = old ? 'float32' : index < 12 ? 'float32' : dtypes[index % dtypes.length]!;
    const isFloat = dtype.startsWith('float');
    const x = random(rng, dtype, shape(rng, rng.int(0, 4), 1, 7), { specials: index % 2 ? 0.2 : 0 });
    const [low, high] = [rng.int(0, 1), rng.int(0, 3)];
    if (old) {
      return {
        opset: pick(rng, [7, 10]),
        attributes: {
          ...(rng.float() < 0.7 ? { min: -low - 0.5 } : {}),
          ...(rng.float() < 0.7 ? { max: high } : {}),
        },
        inputs: [x],
      };
    }
    const limit = (value: number) =>
      rng.float() < 0.75 ? scalar(isFloat ? value - 0.5 : value, dtype) : undefined;
    return {
      opset: isFloat && dtype === 'float32' ? pick(rng, [11, 12, 13]) : pick(rng, [12, 13]),
      inputs: [x, limit(low), limit(high)],
    };
  },
});

operatorCases('Dropout', {
  cases: 24,
  bound: exact,
  make: (rng, index) => {
    const x = random(rng, 'float32', shape(rng, rng.int(1, 3)), { specials: 0.1 });
    const outputs = pick(rng, [1, 2]);
    const old = { opset: 10, attributes: { ratio: 0.3 }, inputs: [x], outputs };
    if (index % 2 === 0) return { opset: pick(rng, [12, 13]), inputs: [x], outputs };
    // onnxruntime's mask of opset 10 is false everywhere, against what the operator says.
    const mask = feed('bool', x.dims, new Uint8Array(x.data.length).fill(1));
    return outputs === 1 ? old : { ...old, expected: [x, mask] };
  },
});

operatorCases('Identity', {
  cases: 20,
  bound: exact,
  make: (rng) => ({
    inputs: [random(rng, pick(rng, ['float32', 'int64', 'bool', 'float16'] as const), shape(rng, 2))],
  }),
});

for (const [opType, dtypes] of [
  ['Abs', ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint32']],
  ['Neg', ['int8', 'int32', 'int64']],
  ['Sign', ['int8', 'int32', 'int64', 'uint8', 'uint64']],
  ['Relu', ['int8', 'int32']],
] as const) {
  operatorCases(opType, {
    title: 'integers',
    cases: 20,
    bound: exact,
    make: (rng) => ({ opset: 14, inputs: [random(rng, pick(rng, dtypes), shape(rng, rng.int(0, 3), 0, 8))] }),
  });
}

operatorRefuses('Clip', 'a limit of many elements', 'SHAPE_MISMATCH', {
  inputs: [feed('float32', [1], [1]), feed('float32', [2], [1, 2])],
});
operatorRefuses('Clip', 'a limit of another type', 'GRAPH_INVALID', {
  inputs: [feed('float32', [1], [1]), feed('int32', [], [1])],
});
operatorRefuses('Sum', 'of integers', 'UNSUPPORTED_DTYPE', { inputs: [feed('int32', [1], [1])] });
operatorRefuses('Dropout', 'in training mode', 'UNSUPPORTED_OP', {
  inputs: [feed('float32', [1], [1]), scalar(0.5), feed('bool', [], [1])],
});
operatorRefuses('Neg', 'of unsigned integers', 'UNSUPPORTED_DTYPE', { inputs: [feed('uint8', [1], [1])] });
