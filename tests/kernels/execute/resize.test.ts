// Resizing: tables against their formulas, SIMD passes against the scalar ones bit for bit. Whole resizes are judged in
// tests/operators/resize.test.ts.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  COORDINATES,
  type CoordinateRule,
  cacheBytes,
  extrapolate,
  narrowAfterResize,
  PASS_BYTES,
  type PassAxis,
  type ResizePass,
  ROUNDINGS,
  resizeCoordinates,
  resizeRows,
  resizeTable,
  type WindowRule,
  widenForResize,
  windowTaps,
} from '../../../ts-host/wasm/kernels/execute/resize.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { assertSame, callKernel } from './spatial-blocks.js';

const simd = await executionEngine();
const reference = await referenceExecutionEngine();

type Mode = CoordinateRule['mode'];

/** In float64: what float32 must come near to. */
function coordinate(rule: CoordinateRule, x: number): number {
  const { mode, scale: s, extent: n, outputs: m, start, end } = rule;
  const half = (x + 0.5) / s - 0.5;
  if (mode === 'half_pixel') return half;
  if (mode === 'half_pixel_symmetric') return (n / 2) * (1 - m / (s * n)) + half;
  if (mode === 'pytorch_half_pixel') return m > 1 ? half : 0;
  if (mode === 'align_corners') return m === 1 ? 0 : (x * (n - 1)) / (m - 1);
  if (mode === 'asymmetric') return x / s;
  if (mode === 'tf_half_pixel_for_nn') return (x + 0.5) / s;
  const crop = m > 1 ? start + (x * (end - start)) / (m - 1) : (start + end) / 2;
  return crop * (n - 1);
}

function randomRule(rng: Rng, mode: Mode = COORDINATES[rng.int(0, 6)]!): CoordinateRule {
  const [extent, outputs] = [rng.int(1, 9), rng.int(1, 14)];
  const [start, end] = [Math.fround(rng.float() - 0.3), Math.fround(rng.float() + 0.4)];
  return { mode, extent, outputs, scale: Math.fround(outputs / extent), start, end };
}

function coordinates(engine: ExecutionEngine, rule: CoordinateRule): Float32Array {
  const out = new Float32Array(rule.outputs);
  return callKernel<Float32Array>(engine, [], [out], 1, (_, [to]) =>
    resizeCoordinates(engine, rule, to!),
  )[0]!;
}

function table(
  engine: ExecutionEngine,
  window: WindowRule,
  rule: CoordinateRule,
  from: Float32Array,
): Int32Array {
  const words = rule.outputs * (window.kind === 'nearest' ? 1 : 2 + windowTaps(window, rule));
  return callKernel<Int32Array>(engine, [from], [new Int32Array(words)], 1, ([at], [to]) => {
    resizeTable(engine, window, rule, at!, to!);
  })[0]!;
}

describe('tables', () => {
  test('coordinates -> their formula, to float32', () => {
    const rng = new Rng(1);
    for (let round = 0; round < 200; round++) {
      const rule = randomRule(rng);
      for (const [i, actual] of coordinates(simd, rule).entries()) {
        assert.ok(
          Math.abs(actual - coordinate(rule, i)) < 1e-5,
          `${JSON.stringify(rule)}: ${i} -> ${actual}`,
        );
      }
    }
  });

  test('nearest -> each rounding, ends included', () => {
    const at = [-3, -0.5, -0.25, 0, 0.5, 1.5, 2.49, 2.5, 2.51, 3, 9, NaN, Infinity, -Infinity, 1e30];
    const rule = { ...randomRule(new Rng(1)), extent: 4, outputs: at.length };
    const expected = {
      round_prefer_floor: [0, 0, 0, 0, 0, 1, 2, 2, 3, 3, 3, 0, 3, 0, 3],
      round_prefer_ceil: [0, 0, 0, 0, 1, 2, 2, 3, 3, 3, 3, 0, 3, 0, 3],
      floor: [0, 0, 0, 0, 0, 1, 2, 2, 2, 3, 3, 0, 3, 0, 3],
      ceil: [0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 0, 3, 0, 3],
      truncate: [0, 0, 0, 0, 0, 1, 2, 2, 2, 3, 3, 0, 3, 0, 3],
    };
    for (const rounding of ROUNDINGS) {
      const actual = table(simd, { kind: 'nearest', rounding }, rule, Float32Array.from(at));
      assert.deepEqual([...actual], expected[rounding], rounding);
    }
  });

  test('windows -> inside the input, weights of sum 1', () => {
    const rng = new Rng(2);
    for (let round = 0; round < 300; round++) {
      const rule = randomRule(rng);
      const exclude = rng.int(0, 1) === 1;
      const windows: WindowRule[] = [
        { kind: 'linear' },
        { kind: 'cubic', a: -0.75, exclude },
        { kind: 'antialias', cubic: round % 2 === 0, a: -0.5, exclude },
      ];
      for (const window of windows) {
        const taps = windowTaps(window, rule);
        const words = table(simd, window, rule, coordinates(simd, rule));
        const weights = new Float32Array(words.buffer);
        for (let i = 0; i < rule.outputs; i++) {
          const at = i * (2 + taps);
          const [first, count] = [words[at]!, words[at + 1]!];
          assert.ok(first >= 0 && count >= 1 && count <= taps && first + count <= rule.extent);
          const sum = weights.subarray(at + 2, at + 2 + count).reduce((a, b) => a + b, 0);
          // A window that excludes everything weighs nothing.
          const bare = exclude && rule.mode === 'tf_crop_and_resize' && sum === 0;
          assert.ok(bare || Math.abs(sum - 1) < 1e-5, `${JSON.stringify({ window, rule })}: ${sum}`);
        }
      }
    }
  });
});

interface Pass {
  readonly outer: number;
  readonly a: CoordinateRule | undefined;
  readonly b: CoordinateRule | undefined;
  readonly inner: number;
  readonly window: WindowRule;
}

/** Runs a pass in calls of some rows each. */
function run(engine: ExecutionEngine, pass: Pass, x: Uint8Array | Float32Array, shift: number) {
  const { outer, a, b, inner, window } = pass;
  const sides = [a, b].map((rule) => rule && table(engine, window, rule, coordinates(engine, rule)));
  const outputs = outer * (a?.outputs ?? 1) * (b?.outputs ?? 1) * inner;
  const out = x instanceof Float32Array ? new Float32Array(outputs) : new Uint8Array(outputs);
  const tables = sides.flatMap((side) => (side === undefined ? [] : [side]));
  const axis = (rule: CoordinateRule | undefined, at: number): PassAxis => {
    if (rule === undefined) return { extent: 1, outputs: 1, table: 0, taps: 0 };
    return { extent: rule.extent, outputs: rule.outputs, table: at, taps: windowTaps(window, rule) };
  };
  const room = cacheBytes({ a: axis(a, 0), b: axis(b, 0), inner });
  const cacheArray = new Uint8Array(room);
  const results = callKernel<ArrayBufferView>(
    engine,
    [x, ...tables],
    [out, cacheArray],
    shift,
    (inputs, [to], scratch) => {
      const [from, ...places] = inputs as [number, ...number[]];
      const cache = engine.heap.alloc(room + 64);
      const described: ResizePass = {
        a: axis(a, a === undefined ? 0 : places.shift()!),
        b: axis(b, b === undefined ? 0 : places.shift()!),
        inner,
        cache,
      };
      const rows = outer * (a?.outputs ?? 1);
      assert.ok(PASS_BYTES <= 65536);
      for (let row = 0; row < rows; row += 3) {
        const at = { x: from, out: to!, block: scratch };
        const kind = window.kind === 'nearest' ? 'nearest' : 'blend';
        resizeRows(engine, kind, described, at, row, Math.min(rows, row + 3));
      }
      engine.heap.free(cache);
    },
  );
  return results[0] as Uint8Array | Float32Array;
}

const INNERS = [1, 2, 3, 4, 5, 8, 16, 19, 33];
const WINDOWS: WindowRule[] = [
  { kind: 'linear' },
  { kind: 'cubic', a: -0.75, exclude: false },
  { kind: 'antialias', cubic: true, a: -0.75, exclude: false },
  { kind: 'antialias', cubic: false, a: -0.75, exclude: true },
];

function randomPass(rng: Rng, inner: number, window: WindowRule, sides: number): Pass {
  return {
    outer: rng.int(1, 3),
    a: sides === 1 ? undefined : randomRule(rng),
    b: sides === 0 ? undefined : randomRule(rng),
    inner,
    window,
  };
}

function inputCount({ outer, a, b, inner }: Pass): number {
  return outer * (a?.extent ?? 1) * (b?.extent ?? 1) * inner;
}

describe('passes', () => {
  for (const sides of [0, 1, 2]) {
    const name = ['along A', 'along B', 'along both'][sides]!;
    test(`blend ${name} -> the scalar kernel's bits`, () => {
      for (const [i, inner] of INNERS.entries()) {
        for (const window of WINDOWS) {
          const rng = new Rng(31 * i + sides + 5);
          const pass = randomPass(rng, inner, window, sides);
          const x = rng.normal(inputCount(pass));
          for (let k = 0; k < x.length; k += 11) x[k] = [NaN, Infinity, -0, 1e-42][k % 4]!;
          const what = JSON.stringify(pass);
          assertSame(run(simd, pass, x, i % 3), run(reference, pass, x, 0), what);
        }
      }
    });

    test(`nearest ${name} -> elements of the input, and the scalar kernel's`, () => {
      const rng = new Rng(sides + 77);
      for (const inner of [1, 2, 3, 4, 7, 8, 12, 16, 20, 64, 1100]) {
        const pass = randomPass(rng, inner, { kind: 'nearest', rounding: 'floor' }, sides);
        const x = rng.bytes(inputCount(pass));
        const actual = run(simd, pass, x, inner % 3);
        assertSame(actual, run(reference, pass, x, 0), `${inner} bytes`);
        assertSame(actual, nearest(pass, x), `${inner} bytes against the definition`);
      }
    });
  }
});

/** Independent of the kernels' tables: coordinates from float64, floored. */
function nearest({ outer, a, b, inner }: Pass, x: Uint8Array): number[] {
  const place = (rule: CoordinateRule | undefined, i: number): number => {
    if (rule === undefined) return 0;
    const exactly = coordinates(simd, rule)[i]!;
    assert.ok(Math.abs(exactly - coordinate(rule, i)) < 1e-5);
    return Math.min(Math.max(Math.floor(exactly), 0), rule.extent - 1);
  };
  const out: number[] = [];
  const [aIn, bIn] = [a?.extent ?? 1, b?.extent ?? 1];
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < (a?.outputs ?? 1); i++)
      for (let j = 0; j < (b?.outputs ?? 1); j++) {
        const at = ((o * aIn + place(a, i)) * bIn + place(b, j)) * inner;
        out.push(...x.subarray(at, at + inner));
      }
  return out;
}

describe('around the passes', () => {
  const x = Float32Array.of(-1e10, -129, -1.5, -0.5, -0.4, 0, 0.5, 1.49, 1.5, 127.5, 254.6, 1e10, NaN);
  const ends = { i8: [-128, 127], u8: [0, 255], i32: [-2147483648, 2147483647] } as const;
  const arrays = { i8: Int8Array, u8: Uint8Array, i32: Int32Array };
  for (const element of ['i8', 'u8', 'i32'] as const) {
    test(`${element} -> float32 and back, towards zero or half up, saturated`, () => {
      for (const halfUp of [false, true]) {
        const [actual] = callKernel(simd, [x], [new arrays[element](x.length)], 1, ([from], [to]) => {
          narrowAfterResize(simd, element, from!, to!, x.length, halfUp);
        });
        const [low, high] = ends[element];
        const expected = Array.from(x, (value) => {
          const whole = halfUp ? Math.floor(value + 0.5) : Math.trunc(value);
          return Number.isNaN(whole) ? 0 : Math.min(Math.max(whole, low), high) + 0;
        });
        assertSame(actual!, expected, String(halfUp));
      }
      const integers = arrays[element].from([...ends[element], 0, 1, 100]);
      const floats = new Float32Array(integers.length);
      const [wide] = callKernel(simd, [integers], [floats], 1, ([from], [to]) => {
        widenForResize(simd, element, from!, to!, integers.length);
      });
      assertSame(wide!, Array.from(integers, Math.fround), 'widened');
    });
  }

  test('outputs outside the input -> the value, in elements of any width', () => {
    const rule = { ...randomRule(new Rng(1)), extent: 3, outputs: 5 };
    const at = Float32Array.of(-0.1, 0, 2, 2.1, NaN);
    for (const elementBytes of [1, 2, 4, 8]) {
      const value = Uint8Array.from({ length: elementBytes }, (_, i) => i + 1);
      const shape = { outer: 2, inner: 3, elementBytes };
      const [actual] = callKernel(
        simd,
        [at, value],
        [new Uint8Array(30 * elementBytes)],
        0,
        ([from, bytes], [to]) => {
          simd.heap.bytes.fill(0, to, to! + 30 * elementBytes);
          extrapolate(simd, to!, shape, rule, from!, bytes!);
        },
      );
      const outside = [...value, ...value, ...value];
      const inside = Array(3 * elementBytes).fill(0);
      const row = [outside, inside, inside, outside, outside].flat();
      assertSame(actual!, [...row, ...row], `${elementBytes} bytes`);
    }
  });
});
