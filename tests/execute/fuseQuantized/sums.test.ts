// Sums that may pass 32 bits: kernels sum modulo 2^32, so what the model computes in float stays in float from there on.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QdqBuilder, type Quant } from '../../support/qdqBuilder.js';
import { executorOf, f32, run } from '../support.js';
import { decisionOf, engine } from './support.js';

/** u8 times s8: 255 · 128 · DEEPEST is the last that is below 2^31. */
const DEEPEST = 65_793;
/** Powers of two, so that float sums of these codes are exact. */
const A: Quant = { dtype: 'uint8', scale: 2 ** -8, zeroPoint: 0 };
const W: Quant = { dtype: 'int8', scale: 2 ** -7, zeroPoint: 0 };
const OUT: Quant = { dtype: 'int8', scale: 2 ** 10, zeroPoint: 0 };

interface Deep {
  readonly opType: 'MatMul' | 'Gemm' | 'Conv';
  readonly depth: number;
  readonly bias?: number;
}

/** One product of `depth` codes 255 and -128. */
function deep({ opType, depth, bias }: Deep) {
  const b = new QdqBuilder();
  const dims = opType === 'Conv' ? [1, depth, 1, 1] : [1, depth];
  const weight = opType === 'MatMul' ? [depth, 1] : dims;
  const inputs = [b.both('x', A), b.weight(W, weight, new Int8Array(depth).fill(-128))];
  if (bias !== undefined) inputs.push(b.weight({ dtype: 'int32', scale: 2 ** -15 }, [1], [bias]));
  const attributes = opType === 'Gemm' ? { transB: 1n } : {};
  const y = b.quantize(b.add(opType, inputs, attributes), OUT);
  const input = b.finish({ x: dims }, y, 13, 'int8');
  return { input, feeds: { x: f32(dims, new Float32Array(depth).fill(255 / 256)) } };
}

describe('fuseQuantized: sums of 32 bits', () => {
  for (const opType of ['MatMul', 'Gemm', 'Conv'] as const) {
    it(`${opType} of the largest depth -> integers, exact at the extremes; one more -> float`, async () => {
      const { input, feeds } = deep({ opType, depth: DEEPEST });
      assert.equal((await decisionOf(input, opType)).runs, 'integer');
      const executor = await executorOf(input, engine, { integers: 'fused' });
      // 255 · -128 · 65,793 / 2^15 / 2^10 is -63.99999…
      assert.deepEqual([...((await run(executor, feeds)).y!.data as Int8Array)], [-64]);
      executor.dispose();
      const decision = await decisionOf(deep({ opType, depth: DEEPEST + 1 }).input, opType);
      assert.deepEqual(
        [decision.runs, decision.reason],
        ['float', 'its sums of 65794 products may pass 32 bits'],
      );
    });
  }

  it('a bias beside it -> room for 2^30', async () => {
    const decision = async (depth: number, bias: number) =>
      decisionOf(deep({ opType: 'Gemm', depth, bias }).input, 'Gemm');
    assert.equal((await decision(32_896, 2 ** 30 - 1)).runs, 'integer');
    assert.match((await decision(32_897, 0)).reason!, /may pass 32 bits/);
    // The model's own codes are taken as they are.
    assert.equal((await decision(10, 2 ** 31 - 1)).runs, 'integer');
  });
});
