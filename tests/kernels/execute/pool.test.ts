// Pools: the SIMD kernels against the scalar ones bit for bit, and both against a definition over coordinates.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  maxPoolIndexRows,
  type PoolAxis,
  type PoolCall,
  type PoolKind,
  poolRows,
} from '../../../ts-host/wasm/kernels/execute/pool.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { assertSame, callKernel } from './spatial-blocks.js';

const simd = await executionEngine();
const reference = await referenceExecutionEngine();

type Values = Float32Array | Int8Array | Uint8Array;
const ARRAYS = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array };
const ELEMENTS = { float32: 'f32', int8: 'i8', uint8: 'u8' } as const;
type PoolDType = keyof typeof ARRAYS;

function randomAxis(rng: Rng): PoolAxis {
  const [kernel, stride, dilation] = [rng.int(1, 3), rng.int(1, 3), rng.int(1, 2)];
  const [pad, padEnd] = [rng.int(0, kernel - 1), rng.int(0, kernel - 1)];
  const reach = (kernel - 1) * dilation + 1;
  const extent = Math.max(1, reach - pad - padEnd) + rng.int(0, 5);
  // One window more than fits, as with ceil_mode.
  const outputs = Math.floor((extent + pad + padEnd - reach) / stride) + 1;
  const more = outputs * stride < extent + pad && rng.int(0, 1) === 1;
  return { extent, outputs: outputs + (more ? 1 : 0), kernel, stride, dilation, pad, padEnd };
}

const SPECIALS = [NaN, Infinity, -Infinity, -0, 1e-42, -3.4028234663852886e38];

function randomValues(rng: Rng, dtype: PoolDType, count: number): Values {
  if (dtype !== 'float32') return ARRAYS[dtype].from(rng.bytes(count));
  return rng.normal(count).map((x) => (rng.int(0, 9) === 0 ? SPECIALS[rng.int(0, 5)]! : x));
}

interface Pool {
  readonly kind: PoolKind;
  readonly dtype: PoolDType;
  readonly call: PoolCall;
  readonly batch: number;
  readonly x: Values;
}

function randomPool(rng: Rng, kind: PoolKind, dtype: PoolDType, channels: number): Pool {
  const axes = [randomAxis(rng), randomAxis(rng), randomAxis(rng)] as const;
  const option = kind === 'lp' ? rng.int(1, 4) : rng.int(0, 1);
  const batch = rng.int(1, 2);
  const count = batch * axes.reduce((size, { extent }) => size * extent, channels);
  return { kind, dtype, batch, call: { channels, option, axes }, x: randomValues(rng, dtype, count) };
}

function outputsOf({ batch, call }: Pool): number {
  return batch * call.axes.reduce((size, { outputs }) => size * outputs, call.channels);
}

/** In two calls, so that rows in the middle are starts too. */
function run(engine: ExecutionEngine, pool: Pool, shift: number): Values {
  const [d, h] = pool.call.axes;
  const rows = pool.batch * d.outputs * h.outputs;
  const out = new ARRAYS[pool.dtype](outputsOf(pool));
  const [result] = callKernel<Values>(engine, [pool.x], [out], shift, ([x], [y], scratch) => {
    const at = { x: x!, out: y!, scratch };
    const middle = rows >> 1;
    poolRows(engine, pool.kind, ELEMENTS[pool.dtype], pool.call, at, 0, middle);
    poolRows(engine, pool.kind, ELEMENTS[pool.dtype], pool.call, at, middle, rows);
  });
  return result!;
}

interface Tap {
  readonly x: number;
  readonly d: number;
  readonly h: number;
  readonly w: number;
}

/** Coordinates along an axis: those inside the input, and how many are inside the padded one. */
function window({ extent, kernel, stride, dilation, pad, padEnd }: PoolAxis, o: number) {
  const all = Array.from({ length: kernel }, (_, t) => o * stride - pad + t * dilation);
  const inside = all.filter((i) => i >= 0 && i < extent);
  return { inside, padded: all.filter((i) => i < extent + padEnd).length };
}

/** Calls `visit` for every output in the kernel's order. */
function eachWindow(
  { batch, call, x }: Pool,
  visit: (taps: Tap[], padded: number, n: number, c: number) => void,
): void {
  const [D, H, W] = call.axes;
  for (let n = 0; n < batch; n++)
    for (let od = 0; od < D.outputs; od++)
      for (let oh = 0; oh < H.outputs; oh++)
        for (let ow = 0; ow < W.outputs; ow++)
          for (let c = 0; c < call.channels; c++) {
            const [wd, wh, ww] = [window(D, od), window(H, oh), window(W, ow)];
            const at = (d: number, h: number, w: number): number =>
              (((n * D.extent + d) * H.extent + h) * W.extent + w) * call.channels + c;
            const taps = wd.inside.flatMap((d) =>
              wh.inside.flatMap((h) => ww.inside.map((w) => ({ x: x[at(d, h, w)]!, d, h, w }))),
            );
            visit(taps, wd.padded * wh.padded * ww.padded, n, c);
          }
}

const LOWEST = { float32: -3.4028234663852886e38, int8: -128, uint8: 0 };

function best(taps: Tap[], fromFirst: boolean, lowest: number): { x: number; tap: Tap | undefined } {
  let [x, tap] = [lowest, undefined as Tap | undefined];
  taps.forEach((each, i) => {
    if (each.x > x || (fromFirst && i === 0)) [x, tap] = [each.x, each];
  });
  return { x, tap };
}

const f = Math.fround;

function oracle(pool: Pool): number[] {
  const { kind, call, dtype } = pool;
  const out: number[] = [];
  eachWindow(pool, (taps, padded) => {
    if (kind === 'max') out.push(best(taps, call.option === 1, LOWEST[dtype]).x);
    else if (kind === 'average') {
      const divisor = call.option === 1 ? padded : taps.length;
      out.push(taps.length === 0 ? 0 : f(taps.reduce((sum, { x }) => f(sum + x), 0) / divisor));
    } else {
      const sum = taps.reduce((total, { x }) => total + Math.abs(x) ** call.option, 0);
      out.push(sum ** (1 / call.option));
    }
  });
  return out;
}

const CHANNELS = [1, 3, 4, 5, 16, 17, 23, 64, 67];
const KINDS: [PoolKind, PoolDType][] = [
  ['max', 'float32'],
  ['max', 'int8'],
  ['max', 'uint8'],
  ['average', 'float32'],
  ['lp', 'float32'],
];

for (const [kind, dtype] of KINDS) {
  describe(`${kind} pool of ${dtype}`, () => {
    for (const [i, channels] of CHANNELS.entries()) {
      test(`${channels} channels -> the scalar kernel's bits, and the definition`, () => {
        const rng = new Rng(100 * i + 7);
        for (let round = 0; round < 3; round++) {
          const pool = randomPool(rng, kind, dtype, channels);
          const actual = run(simd, pool, round);
          assertSame(actual, run(reference, pool, 0), 'simd against scalar');
          const expected = oracle(pool);
          if (kind !== 'lp') assertSame(actual, expected, 'against the definition');
          else assertNear(actual, expected);
        }
      });
    }

    test('no rows -> nothing is written', () => {
      const pool = { ...randomPool(new Rng(3), kind, dtype, 5), batch: 0, x: new ARRAYS[dtype](0) };
      assert.equal(run(simd, pool, 1).length, 0);
    });
  });
}

function assertNear(actual: ArrayLike<number>, expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs(actual[i]! - value);
    const same = Object.is(actual[i], value) || difference <= 1e-6 * value || difference < 1e-40;
    // Powers that leave the range of float32 are infinite there.
    const overflow = actual[i] === Infinity && value > 1e9;
    assert.ok(same || overflow, `[${i}] is ${actual[i]}, not ${value}`);
  }
}

describe('max pool with indices', () => {
  for (const dtype of ['float32', 'int8', 'uint8'] as const) {
    test(`${dtype} -> maxima and where they are in [N, C, D, H, W]`, () => {
      const rng = new Rng(11);
      for (const channels of CHANNELS) {
        const pool = randomPool(rng, 'max', dtype, channels);
        const [D, H, W] = pool.call.axes;
        const volume = D.extent * H.extent * W.extent;
        const [values, indices]: [number[], bigint[]] = [[], []];
        eachWindow(pool, (taps, _, n, c) => {
          const { x, tap } = best(taps, true, LOWEST[dtype]);
          const { d, h, w } = tap ?? { d: 0, h: 0, w: 0 };
          const byRow = (d * H.extent + h) * W.extent + w;
          const place = pool.call.option === 1 ? d + D.extent * (h + H.extent * w) : byRow;
          values.push(x);
          indices.push(BigInt((n * channels + c) * volume + (tap === undefined ? -1 : place)));
        });
        for (const engine of [simd, reference]) {
          const outputs = [new ARRAYS[dtype](values.length), new BigInt64Array(values.length)];
          const [y, at] = callKernel(engine, [pool.x], outputs, 1, ([x], [out, index], scratch) => {
            const rows = pool.batch * D.outputs * H.outputs;
            const addresses = { x: x!, out: out!, indices: index!, scratch };
            maxPoolIndexRows(engine, ELEMENTS[dtype], pool.call, addresses, 0, rows);
          });
          assertSame(y as Values, values, 'maxima');
          assertSame(at as BigInt64Array, indices, 'indices');
        }
      }
    });
  }
});
