// The general contraction: random boxes of dims with random strides equal the definition, in every type; integers wrap;
// nothing beside the output is written, and any cut into rows gives the same. It has no SIMD form.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  type Contraction,
  type ContractionDim,
  type ContractionDType,
  contract,
  contractionRows,
  contractionTableBytes,
} from '../../../ts-host/wasm/kernels/execute/contract.js';
import { executionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { withHeapGuards } from './guarded-heap.js';

const engine = await executionEngine();

type Numbers = Float32Array | Float64Array | Int32Array | BigInt64Array;

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, int64: BigInt64Array };
type Tested = keyof typeof ARRAYS & ContractionDType;

const dims = (rng: Rng, most: number, size: number): ContractionDim[] =>
  Array.from({ length: rng.int(0, most) }, () => ({
    size: rng.int(1, size),
    a: rng.int(0, 5),
    b: rng.int(0, 5),
  }));

const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);

/** Offsets of a box's elements in both operands, last dim fastest. */
function offsets(box: readonly ContractionDim[]): [number, number][] {
  let list: [number, number][] = [[0, 0]];
  for (const { size, a, b } of box) {
    list = list.flatMap(([x, y]) =>
      Array.from({ length: size }, (_, i): [number, number] => [x + i * a, y + i * b]),
    );
  }
  return list;
}

function extent(contraction: Contraction, of: 'a' | 'b'): number {
  return [...contraction.out, ...contraction.sum].reduce((end, dim) => end + (dim.size - 1) * dim[of], 1);
}

/** Exact, but for the last rounding of floats: the operands are small integers. */
function oracle({ out, sum }: Contraction, a: Numbers, b: Numbers | undefined): number[] {
  return offsets(out).map(([x, y]) =>
    offsets(sum).reduce((total, [i, j]) => total + Number(a[x + i]) * Number(b?.[y + j] ?? 1), 0),
  );
}

function integers(rng: Rng, dtype: Tested, count: number): Numbers {
  const list = Array.from({ length: count }, () => rng.int(-50, 50));
  return dtype === 'int64' ? BigInt64Array.from(list, BigInt) : ARRAYS[dtype].from(list);
}

function run(
  dtype: Tested,
  contraction: Contraction,
  a: Numbers,
  b: Numbers | undefined,
  cut: number,
): Numbers {
  const out = new ARRAYS[dtype](product(contraction.out.map(({ size }) => size)));
  const table = new Uint8Array(contractionTableBytes(contraction));
  const rows = contractionRows(contraction);
  withHeapGuards(engine, [a, b ?? new Float32Array(0), out, table], 8, (aAt, bAt, outAt, tableAt) => {
    for (let first = 0; first < rows; first += cut) {
      const end = Math.min(rows, first + cut);
      contract(engine, dtype, contraction, tableAt!, aAt!, b === undefined ? 0 : bAt!, outAt!, first, end);
    }
  });
  return out;
}

for (const dtype of ['float32', 'float64', 'int32', 'int64'] as const) {
  it(`${dtype}: random boxes and strides`, () => {
    for (let seed = 1; seed <= 60; seed++) {
      const rng = new Rng(seed);
      const contraction: Contraction = { out: dims(rng, 4, 6), sum: dims(rng, 3, 5) };
      const a = integers(rng, dtype, extent(contraction, 'a'));
      const b = rng.float() < 0.3 ? undefined : integers(rng, dtype, extent(contraction, 'b'));
      const whole = run(dtype, contraction, a, b, 1e9);
      assert.deepEqual(Array.from(whole, Number), oracle(contraction, a, b), `seed ${seed}`);
      assert.deepEqual(run(dtype, contraction, a, b, rng.int(1, 3)), whole, `seed ${seed}: cut`);
    }
  });
}

it('sizes of 0: an empty output, a sum of nothing is 0', () => {
  const dim = { size: 3, a: 1, b: 1 };
  const none = { size: 0, a: 1, b: 1 };
  const a = Float32Array.of(1, 2, 3);
  assert.deepEqual(run('float32', { out: [dim], sum: [none] }, a, a, 9), Float32Array.of(0, 0, 0));
  assert.deepEqual(run('float32', { out: [dim], sum: [none, dim] }, a, a, 9), Float32Array.of(0, 0, 0));
  assert.deepEqual(run('float32', { out: [none, dim], sum: [dim] }, a, a, 9), new Float32Array(0));
  assert.deepEqual(run('float32', { out: [dim, none], sum: [] }, a, a, 9), new Float32Array(0));
});

it('integers wrap, unsigned as signed', () => {
  const sum = { out: [], sum: [{ size: 2, a: 1, b: 1 }] };
  const big = Int32Array.of(0x7fffffff, 3);
  assert.deepEqual(run('int32', sum, big, Int32Array.of(2, 1), 9), Int32Array.of(1));
  const huge = BigInt64Array.of(2n ** 63n - 1n, 3n);
  assert.deepEqual(run('int64', sum, huge, BigInt64Array.of(2n, 1n), 9), BigInt64Array.of(1n));
});

it('float32 sums are rounded once', () => {
  const list = Float32Array.of(1e8, 1, -1e8, 1);
  assert.deepEqual(
    run('float32', { out: [], sum: [{ size: 4, a: 1, b: 0 }] }, list, undefined, 9),
    Float32Array.of(2),
  );
});

it('NaN and infinities go through', () => {
  const list = Float32Array.of(Number.NaN, Infinity, 1, -Infinity);
  const copied = run('float32', { out: [{ size: 4, a: 1, b: 0 }], sum: [] }, list, undefined, 9);
  assert.deepEqual(copied, list);
  const [sum] = run('float32', { out: [], sum: [{ size: 3, a: 1, b: 0 }] }, list.subarray(1), undefined, 9);
  assert.ok(Number.isNaN(sum));
});
