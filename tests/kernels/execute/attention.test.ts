// What attention adds to its scores: every form of a mask equals its definition, alone and with causality, and only the
// bias is written. The kernel has no SIMD form.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  type AttentionBias,
  attentionBias,
  type MaskKind,
} from '../../../ts-host/wasm/kernels/execute/attention.js';
import { executionEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { withHeapGuards } from './guarded-heap.js';

const engine = await executionEngine();

type Mask = Float32Array | Uint8Array | Int32Array;
type Options = Omit<AttentionBias, 'mask'>;

function run(rows: number, keys: number, mask: Mask, options: Options): Float32Array {
  const out = new Float32Array(rows * keys);
  withHeapGuards(engine, [mask, out], 4, (maskAt, outAt) => {
    attentionBias(engine.kernels, outAt!, rows, keys, { ...options, mask: maskAt! });
  });
  return out;
}

/** Whether, or with what, the mask meets a key. */
function masked(
  mask: Mask,
  { kind, rowStride, columnStride, filter }: Options,
  row: number,
  key: number,
): number {
  const value = mask[row * rowStride + key * columnStride]!;
  if (kind === 'none') return 0;
  if (kind === 'float') return value;
  if (kind === 'bool') return value !== 0 ? 0 : filter;
  if (kind === 'int') return value > 0 ? 0 : filter;
  const start = kind === 'range' ? mask[columnStride]! : 0;
  return key >= start && key < mask[0]! ? 0 : filter;
}

function maskOf(rng: Rng, kind: MaskKind): Mask {
  if (kind === 'float') return rng.normal(200);
  if (kind === 'bool') return Uint8Array.from({ length: 200 }, () => rng.int(0, 2));
  return Int32Array.from({ length: 200 }, () => rng.int(-2, kind === 'int' ? 2 : 9));
}

for (const kind of ['none', 'float', 'bool', 'int', 'end', 'range'] as const) {
  it(`${kind}: random strides, rows and keys`, () => {
    for (let seed = 1; seed <= 40; seed++) {
      const rng = new Rng(seed);
      const [rows, keys] = [rng.int(0, 5), rng.int(0, 9)];
      const options = {
        ...{ kind, rowStride: rng.int(0, 9), columnStride: rng.int(0, 2), filter: -1000 },
        ...{ visible: rng.int(0, keys + 1), hidden: -500 },
      };
      const mask = maskOf(rng, kind);
      const expected = Float32Array.from({ length: rows * keys }, (_, i) => {
        const [row, key] = [Math.floor(i / keys), i % keys];
        return masked(mask, options, row, key) + (key >= options.visible + row ? options.hidden : 0);
      });
      assert.deepEqual(run(rows, keys, mask, options), expected, `seed ${seed}`);
    }
  });
}
