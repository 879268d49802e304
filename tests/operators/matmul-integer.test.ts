// MatMulInteger against onnxruntime, and against the definition where onnxruntime refuses (zero points of rows).

import {
  type Case,
  exact,
  type Feed,
  feed,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  shape,
} from './harness.js';
import { productOracle } from './product-oracle.js';

const BYTES = ['uint8', 'int8'] as const;

/** Dims of A and B that multiply: vectors, matrices, broadcast stacks of them. */
function operands(rng: Rng, most: number): [number[], number[]] {
  const [m, k, n] = [rng.int(1, most), rng.int(1, most), rng.int(1, most)];
  const kind = rng.int(0, 5);
  if (kind === 0) return [[k], [k, n]];
  if (kind === 1) return [[m, k], [k]];
  if (kind === 2)
    return [
      [m, k],
      [k, n],
    ];
  const outer = shape(rng, rng.int(1, 2), 1, 3);
  const other = outer.map((dim) => (rng.float() < 0.4 ? 1 : dim));
  if (kind === 3)
    return [
      [...outer, m, k],
      [k, n],
    ];
  if (kind === 4)
    return [
      [m, k],
      [...outer, k, n],
    ];
  return rng.float() < 0.5
    ? [
        [...outer, m, k],
        [...other, k, n],
      ]
    : [
        [...other, m, k],
        [...outer, k, n],
      ];
}

operatorCases('MatMulInteger', {
  cases: 40,
  bound: exact,
  make: (rng, index): Case => {
    const [aDims, bDims] = operands(rng, index < 30 ? 9 : 40);
    const [a, b] = [random(rng, pick(rng, BYTES), aDims), random(rng, pick(rng, BYTES), bDims)];
    const n = bDims.length === 1 ? 1 : bDims.at(-1)!;
    const columns = rng.float() < 0.5 ? [] : [...bDims.slice(0, -2).concat(bDims.length > 2 ? 1 : []), n];
    const za = rng.float() < 0.7 ? random(rng, a.dtype, rng.float() < 0.5 ? [] : [1]) : undefined;
    const zb = rng.float() < 0.7 ? random(rng, b.dtype, columns) : undefined;
    return {
      opset: 10,
      inputs: [a, b, za, zb],
      constants: rng.float() < 0.5 ? [1] : [],
    };
  },
});

operatorCases('MatMulInteger', {
  title: 'zero points of rows, and of columns of every matrix',
  cases: 24,
  bound: exact,
  make: (rng): Case => {
    const [aDims, bDims] = operands(rng, 8);
    const [a, b] = [random(rng, pick(rng, BYTES), aDims), random(rng, pick(rng, BYTES), bDims)];
    const rows = aDims.length === 2 && rng.float() < 0.5 ? [aDims[0]!] : [...aDims.slice(0, -1), 1];
    const za = random(rng, a.dtype, aDims.length === 1 ? [] : rows);
    const zb = random(rng, b.dtype, bDims.length === 1 ? [1] : [...bDims.slice(0, -2), 1, bDims.at(-1)!]);
    const { dims, sums } = productOracle(a, b, za, zb);
    return { opset: 10, inputs: [a, b, za, zb], expected: [feed('int32', dims, sums)] };
  },
});

operatorCases('MatMulInteger', {
  title: 'more than a tile, extremes, nothing',
  cases: 7,
  bound: exact,
  make: (rng, index): Case => {
    const sizes = [
      [65, 17, 513],
      [130, 3, 9],
      [3, 200, 1030],
      [0, 4, 3],
      [2, 0, 3],
      [2, 3, 0],
      [2, 1100, 5],
    ][index]!;
    const [m, k, n] = sizes as [number, number, number];
    const full = index === 6;
    const a: Feed = random(rng, pick(rng, BYTES), [m, k], full ? { low: 127, high: 127 } : {});
    const b: Feed = random(rng, pick(rng, BYTES), [k, n], full ? { low: 127, high: 127 } : {});
    const [za, zb] = [random(rng, a.dtype, []), random(rng, b.dtype, [])];
    const { dims, sums } = productOracle(a, b, za, zb);
    return { opset: 10, inputs: [a, b, za, zb], expected: [feed('int32', dims, sums)], constants: [1] };
  },
});

operatorCases('MatMulInteger', {
  title: 'sums beyond 32 bits, modulo 2^32 as onnxruntime has them',
  cases: 4,
  bound: exact,
  make: (rng, index): Case => {
    const k = 70_001;
    const a = random(rng, 'uint8', [2, k], { low: 250, high: 255 });
    const b = random(
      rng,
      BYTES[index & 1]!,
      [k, 3],
      index & 1 ? { low: 120, high: 127 } : { low: 250, high: 255 },
    );
    return { opset: 10, inputs: [a, b], constants: index > 1 ? [1] : [] };
  },
});

const a = feed('uint8', [2, 3], [1, 2, 3, 4, 5, 6]);
const b = feed('int8', [3, 2], [1, 2, 3, 4, 5, 6]);
operatorRefuses('MatMulInteger', 'depths that differ', 'SHAPE_MISMATCH', { inputs: [a, a] });
operatorRefuses('MatMulInteger', 'a scalar', 'SHAPE_MISMATCH', { inputs: [feed('uint8', [], [1]), b] });
operatorRefuses('MatMulInteger', 'outer dims that do not broadcast', 'SHAPE_MISMATCH', {
  inputs: [feed('uint8', [2, 1, 1], [1, 2]), feed('uint8', [3, 1, 1], [1, 2, 3])],
});
operatorRefuses('MatMulInteger', 'zero points of another length', 'SHAPE_MISMATCH', {
  inputs: [a, b, undefined, feed('int8', [3], [1, 2, 3])],
});
operatorRefuses('MatMulInteger', 'zero points of another length than the rows', 'SHAPE_MISMATCH', {
  inputs: [a, b, feed('uint8', [3], [1, 2, 3])],
});
operatorRefuses('MatMulInteger', 'a zero point of another type', 'SHAPE_MISMATCH', {
  inputs: [a, b, feed('int8', [], [1])],
});
operatorRefuses('MatMulInteger', 'floats', 'UNSUPPORTED_DTYPE', {
  inputs: [feed('float32', [1, 1], [1]), feed('float32', [1, 1], [1])],
});
