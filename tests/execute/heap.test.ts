// The heap of an executor: blocks never overlap, free memory is found again, limits hold.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OctavoError } from '../../ts-host/errors.js';
import { Heap } from '../../ts-host/wasm/heap.js';
import { Rng } from '../support/rng.js';

const heapOf = (limit?: number): Heap => new Heap(new WebAssembly.Memory({ initial: 2 }), 1000, limit);

describe('Heap', () => {
  it('random allocs and frees -> disjoint aligned blocks, everything back in the end', () => {
    const heap = heapOf();
    const rng = new Rng(7);
    const blocks: { at: number; size: number }[] = [];
    for (let round = 0; round < 2000; round++) {
      if (blocks.length > 0 && rng.int(0, 2) === 0) {
        heap.free(blocks.splice(rng.int(0, blocks.length - 1), 1)[0]!.at);
        continue;
      }
      const size = rng.int(0, 3000);
      const at = heap.alloc(size);
      assert.equal(at % 64, 0);
      assert.ok(at >= 1000 && at + size <= heap.memory.buffer.byteLength);
      for (const other of blocks) assert.ok(at + size <= other.at || other.at + other.size <= at);
      blocks.push({ at, size });
    }
    for (const { at } of blocks) heap.free(at);
    assert.equal(heap.held, 0);
    const whole = heap.memory.buffer.byteLength;
    heap.alloc(whole - 2048);
    assert.equal(heap.memory.buffer.byteLength, whole, 'free neighbours were not merged');
  });

  it('equal allocs after frees -> equal addresses', () => {
    const heap = heapOf();
    const first = [100, 5000, 64].map((size) => heap.alloc(size));
    for (const at of first) heap.free(at);
    assert.deepEqual(
      [100, 5000, 64].map((size) => heap.alloc(size)),
      first,
    );
  });

  it('above the limit -> MEMORY_LIMIT, and what was there stays', () => {
    const heap = heapOf(1024);
    const at = heap.alloc(512);
    assert.throws(
      () => heap.alloc(1024),
      (error) => error instanceof OctavoError && error.code === 'MEMORY_LIMIT',
    );
    assert.equal(heap.held, 512);
    heap.free(at);
    assert.equal(heap.alloc(1024), at);
    assert.equal(heap.peak, 1024);
  });

  it('more than a wasm memory can have -> MEMORY_LIMIT', () => {
    for (const size of [2 ** 33, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(
        () => heapOf().alloc(size),
        (error) => error instanceof OctavoError && error.code === 'MEMORY_LIMIT',
        String(size),
      );
    }
  });

  it('a block freed twice -> an error', () => {
    const heap = heapOf();
    const at = heap.alloc(10);
    heap.free(at);
    assert.throws(() => heap.free(at), /no block starts/);
  });

  it('bytes copied in before the memory grows -> the same bytes after', () => {
    const heap = heapOf();
    const at = heap.copyIn(Uint16Array.of(1, 2, 515));
    heap.alloc(10 * 65536);
    assert.deepEqual(heap.copyOut(at, 6), Uint8Array.of(1, 0, 2, 0, 3, 2));
  });
});
