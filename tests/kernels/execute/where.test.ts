// The choice between two broadcast tensors: SIMD equals the scalar reference and the definition, bits untouched, for
// every width of elements.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { whereBroadcast } from '../../../ts-host/wasm/kernels/execute/where.js';
import { Rng } from '../../support/rng.js';
import { broadcasts, countOf, runWalk, sources, type WalkRun } from './broadcasting.js';
import { ENGINES } from './engines.js';

describe('where', () => {
  for (const bytes of [1, 2, 4, 8]) {
    it(`elements of ${bytes} bytes -> chosen bit for bit, in both engines, in pieces, in place`, () => {
      const rng = new Rng(bytes);
      for (const [n, shapes] of broadcasts(rng, 3).entries()) {
        const [condition, x, y] = shapes.operands.map((dims, i) =>
          rng.bytes(countOf(dims) * (i === 0 ? 1 : bytes)),
        );
        // Every value but 0 is true.
        condition!.forEach((value, i) => {
          condition![i] = value < 128 ? 0 : value;
        });
        const operands = [condition!, x!, y!];
        const [c, a, b] = shapes.operands.map((dims) => sources(shapes.out, dims));
        const expected = c!.flatMap((at, i) => {
          const [from, place] = condition![at] !== 0 ? [x!, a![i]!] : [y!, b![i]!];
          return [...from.subarray(place * bytes, (place + 1) * bytes)];
        });
        for (const [name, engine] of ENGINES) {
          const run = (how: WalkRun = {}): number[] => {
            const out =
              how.inPlace === undefined
                ? new Uint8Array(expected.length).fill(9)
                : operands[how.inPlace]!.slice();
            return [
              ...runWalk(
                engine,
                shapes,
                operands,
                [1, bytes, bytes],
                out,
                bytes,
                ([p, q, r], to, block) => whereBroadcast(engine.kernels, bytes, p!, q!, r!, to, block),
                how,
              ),
            ];
          };
          const message = `${name} ${JSON.stringify(shapes)}`;
          assert.deepEqual(run({ shift: (n % 4) * bytes }), expected, message);
          assert.deepEqual(run({ limit: 7 }), expected, `${message}, in pieces`);
          for (const inPlace of [1, 2]) {
            if (operands[inPlace]!.length !== expected.length) continue;
            assert.deepEqual(run({ inPlace }), expected, `${message}, over operand ${inPlace}`);
          }
        }
      }
    });
  }
});
