// Scales that nothing can be computed with.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OctavoError } from '../../../ts-host/errors.js';
import { QdqBuilder } from '../../support/qdqBuilder.js';
import { Rng } from '../../support/rng.js';
import { executorOf } from '../support.js';
import { codesOf, engine, IMAGE, X, Y } from './support.js';

describe('fuseQuantized: scales that nothing can be computed with', () => {
  const coded = (code: string) => (error: unknown) =>
    error instanceof OctavoError &&
    error.code === code &&
    error.place.node !== undefined &&
    error.place.tensor !== undefined;
  for (const scale of [0, -0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e-40]) {
    for (const [where, build] of [
      ['an activation', (b: QdqBuilder) => b.both('x', { ...X, scale })],
      ['a weight', (b: QdqBuilder) => b.weight({ dtype: 'int8', scale: [0.1, scale], axis: 0 }, [2], [1, 2])],
    ] as const) {
      it(`${scale} of ${where} -> SCALE_INVALID with the node`, async () => {
        const b = new QdqBuilder();
        const input = b.finish({ x: IMAGE }, build(b));
        await assert.rejects(executorOf(input, engine, { integers: 'fused' }), coded('SCALE_INVALID'));
      });
    }
  }

  it('a scale of QLinearAdd that is 0 -> SCALE_INVALID', async () => {
    const b = new QdqBuilder();
    const x = b.quantize('x', X);
    const inputs = [x, ...b.parameters(X), x, ...b.parameters({ ...X, scale: 0 }), ...b.parameters(Y)];
    const input = b.finish({ x: IMAGE }, b.add('QLinearAdd', inputs, {}, 'com.microsoft'), 13, 'uint8');
    await assert.rejects(executorOf(input, engine, { integers: 'fused' }), coded('SCALE_INVALID'));
  });

  it('scales and zero points that are not as many as channels -> SHAPE_MISMATCH', async () => {
    const b = new QdqBuilder();
    const w = b.weight({ dtype: 'int8', scale: [0.1, 0.2], axis: 0 }, [3, 4, 1, 1], codesOf(new Rng(1), 12));
    const input = b.finish({ x: IMAGE }, b.quantize(b.add('Conv', [b.both('x', X), w]), Y), 13, 'uint8');
    await assert.rejects(executorOf(input, engine, { integers: 'fused' }), coded('SHAPE_MISMATCH'));
  });
});
