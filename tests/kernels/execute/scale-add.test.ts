// y = alpha · y + beta · c: SIMD equals the reference and the definition in float32 bit for bit, for every width around a
// vector and every stride of c; nothing beside y is written.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import { scaleAdd } from '../../../ts-host/wasm/kernels/execute/scaleAdd.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

const simd = await executionEngine();
const reference = await referenceExecutionEngine();

interface Case {
  readonly rows: number;
  readonly columns: number;
  readonly y: Float32Array;
  readonly c: Float32Array | undefined;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly alpha: number;
  readonly beta: number;
}

function run(
  engine: ExecutionEngine,
  { rows, columns, y, c, alpha, ...rest }: Case,
  misalignment: number,
): Float32Array {
  const out = y.slice();
  withHeapGuards(engine, [out, c ?? new Float32Array(0)], misalignment, (yAt, cAt) => {
    scaleAdd(
      engine.kernels,
      'float32',
      yAt!,
      rows,
      columns,
      alpha,
      c === undefined ? undefined : { address: cAt!, ...rest },
    );
  });
  return out;
}

function oracle({ rows, columns, y, c, rowStride, columnStride, alpha, beta }: Case): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const scaled = Math.fround(Math.fround(alpha) * y[i]!);
    if (c === undefined) return scaled;
    const [row, column] = [Math.floor(i / columns), i % columns];
    return scaled + Math.fround(Math.fround(beta) * c[row * rowStride + column * columnStride]!);
  });
}

const SPECIAL = Float32Array.of(Number.NaN, Infinity, -Infinity, -0, 0, 1e-40, -1e-45, 3.4e38);

it('every width, stride and alignment', () => {
  const rng = new Rng(1);
  for (let columns = 0; columns <= 13; columns++) {
    for (const [rowStride, columnStride] of [[0, 0], [0, 1], [1, 0], [columns, 1], [2, 3], undefined].map(
      (pair) => pair ?? [-1, -1],
    ) as [number, number][]) {
      const rows = rng.int(0, 4);
      const y = rng.normal(rows * columns);
      const c = rowStride < 0 ? undefined : rng.normal(rows * rowStride + columns * columnStride + 1);
      for (let i = 0; i < y.length; i += 3) y[i] = SPECIAL[rng.int(0, 7)]!;
      const each = {
        rows,
        columns,
        y,
        c,
        rowStride,
        columnStride,
        alpha: rng.float() * 3,
        beta: rng.float() - 0.5,
      };
      const actual = run(simd, each, 4 * rng.int(0, 3));
      const what = `${rows}x${columns}, strides ${rowStride}, ${columnStride}`;
      assertSameFloats(actual, oracle(each), what);
      assertSameFloats(run(reference, each, 0), actual, `${what}: reference`);
    }
  }
});

it('float64', () => {
  const y = Float64Array.of(1, 2, 3, 4, 5, 6);
  const c = Float64Array.of(10, 20);
  withHeapGuards(simd, [y, c], 8, (yAt, cAt) => {
    scaleAdd(simd.kernels, 'float64', yAt!, 2, 3, 0.5, {
      address: cAt!,
      rowStride: 1,
      columnStride: 0,
      beta: 2,
    });
  });
  assert.deepEqual(y, Float64Array.of(20.5, 21, 21.5, 42, 42.5, 43));
});
