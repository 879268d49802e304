// The split of samples: deterministic, one of four to judge by, spread over all, one-shot generators included.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import type { TensorInput } from '../../ts-host/index.js';
import { isHeldOut, itemsOf, someItems, splitSamples } from '../../ts-host/recover/samples.js';

const INPUTS = [{ name: 'x', dtype: 'float32' as const, dims: ['N', 1] }];

const single = (count: number): TensorInput[] =>
  Array.from({ length: count }, (_, at) => ({ data: Float32Array.of(at), dims: [1, 1] }));

const numbersOf = (list: Awaited<ReturnType<typeof splitSamples>>['learning']): number[] =>
  list.flatMap(({ feeds, items }) => items.map((item) => Number(feeds.get('x')!.data[item])));

describe('the split of samples', () => {
  test('of four that follow one another one is held out, not always at the same place', () => {
    const places = new Set<number>();
    for (let block = 0; block < 50; block++) {
      const held = [0, 1, 2, 3].filter((place) => isHeldOut(4 * block + place));
      assert.equal(held.length, 1);
      places.add(held[0]!);
    }
    assert.equal(places.size, 4);
  });

  test('takes every sample of a few, each into one part', async () => {
    const { learning, heldOut } = await splitSamples(single(12), INPUTS, new RunContext());
    const held = numbersOf(heldOut);
    assert.equal(held.length, 3);
    assert.ok(held.every(isHeldOut));
    assert.deepEqual(
      [...numbersOf(learning), ...held].sort((a, b) => a - b),
      [...Array(12).keys()],
    );
  });

  test('spreads what it keeps of many over all of them', async () => {
    const { learning, heldOut } = await splitSamples(single(1000), INPUTS, new RunContext());
    assert.ok(itemsOf(learning) <= 24 && itemsOf(learning) >= 12, String(itemsOf(learning)));
    assert.ok(itemsOf(heldOut) <= 24 && itemsOf(heldOut) >= 12, String(itemsOf(heldOut)));
    assert.ok(Math.max(...numbersOf(learning)) > 800);
    assert.ok(Math.min(...numbersOf(learning)) < 4);
  });

  test('splits the items of batches as it splits single ones', async () => {
    const batches = [0, 8, 16].map((from) => ({
      data: Float32Array.from({ length: 8 }, (_, i) => from + i),
      dims: [8, 1],
    }));
    const one = await splitSamples(single(24), INPUTS, new RunContext());
    const many = await splitSamples(batches, INPUTS, new RunContext());
    assert.deepEqual(numbersOf(many.heldOut), numbersOf(one.heldOut));
    assert.deepEqual(numbersOf(many.learning), numbersOf(one.learning));
  });

  test('keeps copies, counted against the memory limit', async () => {
    const reused = new Float32Array(1);
    async function* filling() {
      for (let at = 0; at < 8; at++) {
        reused[0] = at;
        yield { data: reused, dims: [1, 1] };
      }
    }
    const context = new RunContext({ memoryLimit: 1 << 20 });
    const split = await splitSamples(filling(), INPUTS, context);
    assert.deepEqual(numbersOf(split.learning).length, 6);
    assert.equal(new Set(numbersOf(split.learning)).size, 6);
    assert.equal(context.budget.held, split.bytes);
    assert.equal(split.bytes, 8 * 4);
  });

  test('some items of a list are spread over it', async () => {
    const { learning } = await splitSamples(single(32), INPUTS, new RunContext());
    const some = numbersOf(someItems(learning, 8));
    assert.ok(some.length <= 8 && some.length >= 4);
    assert.ok(some.at(-1)! > 20);
  });
});
