// Tables of 8-bit codes, and the scale that DynamicQuantizeLinear gives a range: both engines equal the definition.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  beginRange,
  dynamicScale,
  extendRange,
  RANGE_BYTES,
} from '../../../ts-host/wasm/kernels/execute/dynamic-scale.js';
import { mapCodes, TABLE_BYTES, writeAllCodes } from '../../../ts-host/wasm/kernels/execute/qlinear.js';
import { Rng } from '../../support/rng.js';
import { withBlocks } from './blocks.js';
import { ENGINES } from './engines.js';

describe('map_codes_u8', () => {
  for (const [name, engine] of ENGINES) {
    it(`${name}: rows of every length, close together and apart -> their entries, nothing in between`, () => {
      const rng = new Rng(4);
      for (let n = 0; n < 36; n++) {
        const [rows, stride] = [n % 4, n + (n % 3)];
        const [x, table] = [rng.bytes(rows * n), rng.bytes(TABLE_BYTES)];
        const out = new Uint8Array(Math.max(0, rows - 1) * stride + (rows > 0 ? n : 0)).fill(77);
        const expected = out.slice();
        x.forEach((code, i) => {
          expected[Math.floor(i / n) * stride + (i % n)] = table[code]!;
        });
        const [, actual] = withBlocks(engine, [x, out, table], n % 5, (from, to, entries) =>
          mapCodes(engine.kernels, from!, to!, entries!, rows, n, stride),
        );
        assert.deepEqual(actual, expected, `${rows} rows of ${n}, ${stride} apart`);
      }
    });
  }

  it('all codes -> 0 to 255, in order', () => {
    for (const [, engine] of ENGINES) {
      const [bytes] = withBlocks(engine, [new Uint8Array(TABLE_BYTES)], 0, (at) =>
        writeAllCodes(engine, at!),
      );
      assert.deepEqual(
        [...bytes!],
        Array.from({ length: 256 }, (_, i) => i),
      );
    }
  });
});

describe('dynamic_scale_u8', () => {
  const { fround } = Math;
  const roundEven = (x: number): number => {
    const below = Math.floor(x);
    const rest = x - below;
    return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
  };

  it('ranges in one piece and in two -> the scale and zero point of ONNX, equal bits in both engines', () => {
    const rng = new Rng(6);
    for (let n = 0; n < 60; n++) {
      const about = [0, 3, -3, 0.2][n % 4]!;
      const x = rng.normal(n, 10 ** rng.int(-4, 4)).map((value) => value + about);
      if (n % 5 === 4) x[rng.int(0, n - 1)] = Number.NaN;
      const seen = x.filter((value) => !Number.isNaN(value));
      const [low, high] = [Math.min(0, ...seen), Math.max(0, ...seen)];
      const scale = low === high ? 1 : fround(fround(high - low) / 255);
      const zeroPoint = roundEven(Math.min(255, Math.max(0, fround(-low / scale))));
      for (const [name, engine] of ENGINES) {
        const views = [x, new Uint8Array(RANGE_BYTES), new Float32Array(1), new Uint8Array(1)];
        const [, , scaleBytes, pointBytes] = withBlocks(engine, views, 4 * (n % 3), (from, block, s, z) => {
          const half = Math.floor(n / 2);
          beginRange(engine, block!);
          extendRange(engine, block!, from!, half);
          extendRange(engine, block!, from! + 4 * half, n - half);
          dynamicScale(engine, block!, s!, z!);
        });
        const message = `${name}: ${n} numbers about ${about}`;
        assert.equal(new Float32Array(scaleBytes!.buffer, scaleBytes!.byteOffset, 1)[0], scale, message);
        assert.equal(pointBytes![0], zeroPoint, message);
      }
    }
  });
});
