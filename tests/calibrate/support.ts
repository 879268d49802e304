// A small net with branches, samples for it, and stores that remember.

import assert from 'node:assert/strict';
import type { CheckpointStore } from '../../ts-host/calibrate/checkpoint.js';
import { OctavoError, type TensorInput } from '../../ts-host/index.js';
import { conv, floats, gemm, model, node, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';

/** x [N, 2, 6, 6] ─► Conv ─► c ─► Relu ─► r ─► + x·1 ─► s ─► pool ─► p ─► Gemm ─► y [N, 3] */
export function netWith(seed = 3, fill?: number): Uint8Array {
  const rng = new Rng(seed);
  return model({
    nodes: [
      conv('x', 'w', 'b', 'c', { pads: [1n, 1n, 1n, 1n] }),
      node('Relu', ['c'], ['r']),
      node('Add', ['r', 'x'], ['s']),
      node('GlobalAveragePool', ['s'], ['p']),
      node('Flatten', ['p'], ['f']),
      gemm('f', 'g', undefined, 'y', { transB: 1n }),
    ],
    initializers: [
      floats('w', [2, 2, 3, 3], fill === undefined ? rng.normal(36) : new Float32Array(36).fill(fill)),
      floats('b', [2], rng.normal(2)),
      floats('g', [3, 2], rng.normal(6)),
    ],
    inputs: [value('x', ['N', 2, 6, 6])],
    outputs: [value('y', ['N', 3])],
  });
}

/** Its values. */
export const VALUES = ['c', 'f', 'p', 'r', 's', 'x', 'y'];

export const ITEM = 72;

/** Samples `from` to `from + count` of an endless set, as one batch. */
export function batch(from: number, count = 1): TensorInput {
  const data = new Float32Array(count * ITEM);
  for (let i = 0; i < count; i++)
    data.set(new Rng(100 + from + i).normal(ITEM, 1 + (from + i) / 4), i * ITEM);
  return { data, dims: [count, 2, 6, 6] };
}

export function batches(total: number, size = 1): TensorInput[] {
  const all: TensorInput[] = [];
  for (let at = 0; at < total; at += size) all.push(batch(at, Math.min(size, total - at)));
  return all;
}

/** A store in memory that keeps every checkpoint it was given. */
export class MemoryStore implements CheckpointStore {
  readonly name = 'memory';
  readonly saved: Uint8Array[] = [];

  constructor(bytes?: Uint8Array) {
    if (bytes !== undefined) this.saved.push(bytes);
  }

  async load(): Promise<Uint8Array | undefined> {
    return this.saved.at(-1);
  }

  async save(bytes: Uint8Array): Promise<void> {
    this.saved.push(bytes);
  }
}

/** That an error has this code, message and place. */
export function refused(code: string, pattern = /./, place: object = {}) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof OctavoError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, pattern);
    for (const [key, expected] of Object.entries(place)) {
      assert.equal(error.place[key as keyof typeof error.place], expected, error.message);
    }
    return true;
  };
}
