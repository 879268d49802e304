// MatMul and com.microsoft FusedMatMul against onnxruntime. Sums are compared within a share of the output's range.

import { exact, ofRange, operatorCases, operatorRefuses, type Rng, random } from './harness.js';

const FLOATS = ['float32', 'float32', 'float32', 'float64'] as const;
const INTEGERS = ['int32', 'int64', 'uint32', 'uint64'] as const;

/** Shapes of two operands whose batch dims broadcast, each up to `most` dims of batch. */
function operands(rng: Rng, most: number): [number[], number[]] {
  const [m, n, k] = [rng.int(1, 9), rng.int(1, 18), rng.int(1, 12)];
  const batch = Array.from({ length: rng.int(0, most) }, () => rng.int(1, 3));
  const part = (): number[] => {
    const taken = batch.slice(rng.int(0, batch.length));
    return taken.map((size) => (rng.float() < 0.3 ? 1 : size));
  };
  return [
    [...part(), m, k],
    [...part(), k, n],
  ];
}

/** A quarter of the cases each: a vector left, right, on both sides, none. */
function withVectors(rng: Rng, [a, b]: [number[], number[]]): [number[], number[]] {
  const k = a.at(-1)!;
  const which = rng.int(0, 5);
  return [which === 0 || which === 2 ? [k] : a, which === 1 || which === 2 ? [k] : b];
}

operatorCases('MatMul', {
  cases: 40,
  bound: ofRange(1e-6),
  make: (rng, index) => {
    const [a, b] = withVectors(rng, operands(rng, 3));
    const dtype = FLOATS[index % 4]!;
    return {
      opset: [7, 9, 13, 17][rng.int(0, 3)]!,
      inputs: [random(rng, dtype, a), random(rng, dtype, b)],
      constants: rng.float() < 0.5 ? [1] : [],
    };
  },
});

operatorCases('MatMul', {
  title: 'integers',
  cases: 20,
  bound: exact,
  make: (rng, index) => {
    const [a, b] = withVectors(rng, operands(rng, 2));
    const dtype = INTEGERS[index % 4]!;
    return { opset: 13, inputs: [random(rng, dtype, a), random(rng, dtype, b)] };
  },
});

operatorCases('MatMul', {
  title: 'wider, and empty',
  cases: 7,
  bound: ofRange(1e-6),
  make: (rng, index) => {
    const shapes: [number[], number[]][] = [
      [
        [3, 100, 70],
        [70, 130],
      ],
      [
        [1, 300],
        [300, 257],
      ],
      [
        [65, 33],
        [2, 33, 65],
      ],
      [
        [0, 4],
        [4, 3],
      ],
      [
        [2, 3, 4],
        [4, 0],
      ],
      [
        [2, 0],
        [0, 3],
      ],
      [
        [0, 2, 3],
        [3, 2],
      ],
    ];
    const [a, b] = shapes[index]!;
    return {
      inputs: [random(rng, 'float32', a), random(rng, 'float32', b)],
      constants: index % 2 ? [1] : [],
    };
  },
});

operatorCases('FusedMatMul', {
  cases: 32,
  bound: ofRange(1e-6),
  make: (rng, index) => {
    const [transA, transB] = [rng.int(0, 1), rng.int(0, 1)];
    const [transBatchA, transBatchB] = index < 12 ? [0, 0] : [rng.int(0, 1), rng.int(0, 1)];
    const [m, n, k, b1, b2] = [rng.int(1, 6), rng.int(1, 9), rng.int(1, 7), rng.int(1, 3), rng.int(1, 3)];
    const shape = (rows: number, columns: number, trans: number, batch: number): number[] => {
      const [r, c] = trans ? [columns, rows] : [rows, columns];
      return batch ? [r, b1, b2, c] : [b1, b2, r, c];
    };
    const a = shape(m, k, transA, transBatchA);
    const b = shape(k, n, transB, transBatchB);
    return {
      domain: 'com.microsoft',
      attributes: {
        alpha: rng.float() < 0.5 ? 1 : 0.375,
        ...Object.fromEntries(
          Object.entries({ transA, transB, transBatchA, transBatchB }).map(([name, flag]) => [
            name,
            BigInt(flag),
          ]),
        ),
      },
      inputs: [random(rng, 'float32', a), random(rng, 'float32', b)],
      constants: rng.float() < 0.5 ? [1] : [],
    };
  },
});

{
  const rng = new (await import('./harness.js')).Rng(1);
  const of = (dtype: 'float32' | 'int8' | 'float64', ...dims: number[]) => random(rng, dtype, dims);
  const refuses = (
    why: string,
    code: 'SHAPE_MISMATCH' | 'UNSUPPORTED_DTYPE',
    ...inputs: ReturnType<typeof of>[]
  ) => operatorRefuses('MatMul', why, code, { inputs });
  refuses('depths differ', 'SHAPE_MISMATCH', of('float32', 2, 3), of('float32', 4, 2));
  refuses('vectors of other lengths', 'SHAPE_MISMATCH', of('float32', 3), of('float32', 4));
  refuses('a scalar', 'SHAPE_MISMATCH', of('float32'), of('float32', 4));
  refuses('batches that do not broadcast', 'SHAPE_MISMATCH', of('float32', 2, 2, 3), of('float32', 3, 3, 2));
  refuses('bytes', 'UNSUPPORTED_DTYPE', of('int8', 2, 3), of('int8', 3, 2));
  refuses('two dtypes', 'UNSUPPORTED_DTYPE', of('float32', 2, 3), of('float64', 3, 2));
  operatorRefuses('FusedMatMul', 'batch transpose of a matrix', 'SHAPE_MISMATCH', {
    domain: 'com.microsoft',
    attributes: { transBatchA: 1n },
    inputs: [of('float32', 2, 3), of('float32', 3, 2)],
  });
}
