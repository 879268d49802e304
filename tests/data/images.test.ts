// Images as samples: decoding and resizing against Pillow and OpenCV, preparation against plain formulas.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { decodePixels } from '../../ts-host/data/images/decode.js';
import { checkPreparation, type PrepareOptions } from '../../ts-host/data/images/options.js';
import { prepareImage } from '../../ts-host/data/images/prepare.js';
import { imageTarget } from '../../ts-host/data/images/target.js';
import { Work } from '../../ts-host/data/images/work.js';
import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import { imageEngine } from '../support/engine.js';
import { Rng } from '../support/rng.js';
import { DECODE_CASES, largestDifference, RESIZE_CASES } from './goldenImages.js';

let engine: ExecutionEngine;
before(async () => {
  engine = await imageEngine();
});

describe('decoding', () => {
  it('JPEG and PNG of every kind -> the pixels of Pillow, to the bit', async () => {
    for (const { name, file, width, height, rgb } of DECODE_CASES) {
      const work = new Work(engine, new RunContext(), name);
      const pixels = await decodePixels(work, file, { maxPixels: 1e6 });
      assert.deepEqual([pixels.width, pixels.height], [width, height], name);
      assert.equal(largestDifference(engine.heap.copyOut(pixels.at, rgb.length), rgb), 0, name);
      work.end();
      assert.equal(engine.heap.held, 0, name);
    }
    assert.ok(DECODE_CASES.length > 200);
  });
});

describe('resizing', () => {
  async function resized(
    pixels: Uint8Array,
    from: readonly [number, number],
    to: readonly [number, number],
    options: PrepareOptions,
  ): Promise<Uint8Array> {
    const work = new Work(engine, new RunContext(), 'test');
    const checked = checkPreparation({ ...options, layout: 'NHWC' });
    const target = imageTarget({ name: 'x', dtype: 'uint8', dims: [1, to[1], to[0], 3] }, checked);
    const at = work.copyIn(pixels, 'pixels');
    const out = work.alloc(to[0] * to[1] * 3, 'out');
    await prepareImage(work, { at, width: from[0], height: from[1] }, target, checked, out);
    const found = engine.heap.copyOut(out, to[0] * to[1] * 3);
    work.end();
    assert.equal(engine.heap.held, 0);
    return found;
  }

  it('LINEAR, CUBIC -> the pixels of Pillow and OpenCV, within a level', async () => {
    for (const { name, method, antialias, from, pixels, width, height, rgb } of RESIZE_CASES) {
      const found = await resized(pixels, from, [width, height], { resizeMethod: method, antialias });
      // Pillow goes down first where that is cheaper. Where a cubic overshoots, that makes a difference.
      const bound = method === 'CUBIC' && antialias ? 4 : 1;
      assert.ok(largestDifference(found, rgb) <= bound, `${name}: ${largestDifference(found, rgb)}`);
    }
  });

  it('NEAREST -> pixel floor((i + ½) · extent / outputs)', async () => {
    const rng = new Rng(3);
    for (let round = 0; round < 40; round++) {
      const from = [rng.int(1, 70), rng.int(1, 70)] as const;
      const to = [rng.int(1, 70), rng.int(1, 70)] as const;
      const pixels = rng.bytes(from[0] * from[1] * 3);
      const found = await resized(pixels, from, to, { resizeMethod: 'NEAREST' });
      for (let i = 0; i < found.length; i++) {
        const [c, x, y] = [i % 3, Math.floor(i / 3) % to[0], Math.floor(i / 3 / to[0])];
        const [u, v] = [x, y].map((n, k) => Math.floor(((2 * n + 1) * from[k]!) / (2 * to[k]!)));
        assert.equal(found[i], pixels[(v! * from[0] + u!) * 3 + c], `${from} to ${to}`);
      }
    }
  });
});
