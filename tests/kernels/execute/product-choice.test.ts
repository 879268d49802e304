// The probe of integer products against engines that give relaxed SIMD other meanings: the strict kernels serve there, with
// the reason told. Simulated: a module whose product is computed here, with the dot of such an engine.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import type { KernelExports } from '../../../ts-host/wasm/kernel-exports.js';
import { PRODUCT_FORMS } from '../../../ts-host/wasm/kernels/execute/product-int.js';
import { chooseProducts, judgeProducts } from '../../../ts-host/wasm/productKernels.js';
import { executionEngine } from '../../support/engine.js';

const engine = await executionEngine();

/** Sum of four products: weights s8, codes u8. */
type Dot = (weights: Int8Array, codes: Uint8Array) => number;

const saturate = (sum: number): number => Math.max(-32768, Math.min(32767, sum));
const exact: Dot = (w, x) => w.reduce((sum, weight, i) => sum + weight * x[i]!, 0);
const doubled: Dot = (w, x) => 2 * exact(w, x);
const saturating: Dot = (w, x) =>
  saturate(w[0]! * x[0]! + w[1]! * x[1]!) + saturate(w[2]! * x[2]! + w[3]! * x[3]!);
const signed: Dot = (w, x) => w.reduce((sum, weight, i) => sum + weight * ((x[i]! << 24) >> 24), 0);

/** Rows of the product that is timed. */
const TIMED_ROWS = 24;

/** Exports of a relaxed module with this dot. The product that is timed is not computed but takes `delay` milliseconds. */
function simulated({ kernels, heap }: ExecutionEngine, dot: Dot, delay = 0): KernelExports {
  let weights = 0;
  const ints = (address: number, count: number) => new Int32Array(heap.memory.buffer, address, count);
  const padded = (address: number, k: number) => {
    const bytes = new Uint8Array(Math.ceil(k / 4) * 4);
    bytes.set(heap.bytes.subarray(address, address + k));
    return bytes;
  };
  const product = (args: number, from: number, to: number, first: number, end: number): number => {
    const [x, , out] = ints(args, 3) as unknown as [number, number, number];
    const [k, n] = [ints(args + 128, 22)[20]!, ints(args + 128, 22)[21]!];
    if (to === TIMED_ROWS) {
      for (const start = performance.now(); performance.now() - start < delay; );
      return 0;
    }
    for (let row = from; row < to; row++) {
      const codes = padded(x + row * k, k);
      for (let column = first; column < end; column++) {
        const own = new Int8Array(padded(weights + column * k, k).buffer);
        let sum = 0;
        for (let i = 0; i < k; i += 4) sum += dot(own.subarray(i, i + 4), codes.subarray(i, i + 4));
        ints(out + (row * n + column) * 4, 1)[0] = sum;
      }
    }
    return 0;
  };
  return {
    ...kernels,
    product_int_pack: (description) => {
      weights = ints(description!, 1)[0]!;
      return 0;
    },
    product_int: (...numbers) => product(...(numbers as [number, number, number, number, number])),
  };
}

describe('the choice of kernels for integer products', () => {
  for (const [what, dot] of [
    ['doubles sums, as Node 20 does behind its flag', doubled],
    ['takes both operands as signed, as ARM does', signed],
  ] as const) {
    it(`an engine that ${what} -> refused`, () => {
      const { choice, forms } = judgeProducts(engine, simulated(engine, dot));
      assert.deepEqual([choice, forms], [{ variant: 'simd', reason: 'refused: inexact' }, 0]);
    });
  }

  it('an engine that saturates at 16 bits, but slowly -> its dot refused as inexact, its pairs as slow', () => {
    const { choice, forms } = judgeProducts(engine, simulated(engine, saturating, 3));
    assert.deepEqual([choice, forms], [{ variant: 'simd', reason: 'refused: slower' }, 0]);
  });

  it('an engine that saturates at 16 bits, against one as slow -> pairs alone', () => {
    const slow = { ...engine, kernels: simulated(engine, exact, 1) };
    const { choice, forms } = judgeProducts(slow, simulated(engine, saturating));
    const reason = 'chosen: pairs, where weights allow';
    assert.deepEqual([choice, forms], [{ variant: 'relaxed', reason }, PRODUCT_FORMS.pairs]);
  });

  it('an exact engine, against a slow one -> its dot', () => {
    const slow = { ...engine, kernels: simulated(engine, exact, 1) };
    const { choice, forms } = judgeProducts(slow, simulated(engine, exact));
    assert.deepEqual([choice, forms], [{ variant: 'relaxed', reason: 'chosen: dot' }, PRODUCT_FORMS.dot]);
  });

  it('this runtime -> a choice that computes what the strict kernels compute; nothing stays in memory', async () => {
    const own = await executionEngine('strict', 2 ** 20);
    assert.deepEqual(own.products!.choice, { variant: 'simd', reason: 'not probed' });
    await chooseProducts(own);
    const { choice, forms } = own.products!;
    assert.equal(choice.variant === 'relaxed', forms !== 0, choice.reason);
    assert.equal(own.heap.held, 0);
  });

  it('a memory too small to try anything -> the strict kernels, and why', async () => {
    const own = await executionEngine('strict', 64);
    await chooseProducts(own);
    const { variant, reason } = own.products!.choice;
    assert.equal(variant, 'simd');
    assert.match(reason, /failed: .*needs \d+ bytes|no relaxed module/);
  });
});
