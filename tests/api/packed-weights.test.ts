// Packed weights saved and loaded: the same bits with nothing packed, and every file that does not fit.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { OctavoError, Session, type SessionOptions } from '../../ts-host/index.js';
import { floatNet, netSamples, quantizedNet } from '../report/models.js';
import { prepareOctavo } from '../support/octavo.js';
import { floats, type ModelInput, model } from '../support/onnxBuilder.js';

before(prepareOctavo);

const [sample] = netSamples(1, 2);
const [second] = netSamples(1, 3);
const NET = model(quantizedNet());

/** What a session with these options makes of the sample, and what it tells. */
async function outcome(bytes: Uint8Array, options: SessionOptions = {}, { feeds } = sample!) {
  const session = await Session.create(bytes, options);
  const { y } = await session.run(feeds);
  const packed = await session.packedWeights();
  const { savedPacks } = session.diagnostics();
  await session.dispose();
  return { y: y!.data, packed, savedPacks };
}

const refused = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof OctavoError && error.code === code && message.test(error.message);

describe('packed weights', () => {
  it('saved and loaded -> the same bits and the same file, nothing packed', async () => {
    for (const [net, count] of [
      [quantizedNet(), 3],
      [floatNet(), 3],
    ] as [ModelInput, number][]) {
      const bytes = model(net);
      const made = await outcome(bytes);
      assert.equal(made.savedPacks, undefined);
      const loaded = await outcome(bytes, { packedWeights: made.packed });
      assert.equal(loaded.savedPacks, count);
      assert.deepEqual([loaded.y, loaded.packed], [made.y, made.packed]);
      // Packs do not depend on the number of items.
      const other = await outcome(bytes, { packedWeights: made.packed }, second!);
      assert.equal(other.savedPacks, count);
      assert.deepEqual(other.y, (await outcome(bytes, {}, second!)).y);
    }
  });

  it('before a run, or of the other precision -> of no use, and no harm', async () => {
    const session = await Session.create(NET);
    const empty = await session.packedWeights();
    const made = await outcome(NET);
    assert.ok(empty.byteLength < 100 && made.packed.byteLength > 1000);
    for (const packedWeights of [empty, (await outcome(NET, { precision: 'fast' })).packed]) {
      const { y, savedPacks } = await outcome(NET, { packedWeights });
      // Where the runtime has no relaxed SIMD, fast is strict.
      assert.ok(
        savedPacks === 0 ||
          (await Session.create(NET, { precision: 'fast' })).diagnostics().precision === 'strict',
      );
      assert.deepEqual(y, made.y);
    }
    await session.dispose();
    await assert.rejects(session.packedWeights(), refused('DISPOSED', /disposed/));
  });

  it('what does not fit -> refused', async () => {
    const { packed } = await outcome(NET);
    const rejects = (
      packedWeights: Uint8Array,
      code: string,
      message: RegExp,
      options: SessionOptions = {},
    ) => assert.rejects(Session.create(NET, { packedWeights, ...options }), refused(code, message));
    const changed = (at: number): Uint8Array => packed.map((byte, i) => (i === at ? byte ^ 1 : byte));
    await rejects(packed.subarray(0, 5), 'PACKS_INVALID', /no file of packed weights/);
    await rejects(packed.subarray(0, -1), 'PACKS_INVALID', /truncated or damaged/);
    await rejects(changed(packed.length >> 1), 'PACKS_INVALID', /truncated or damaged/);
    await rejects(changed(0), 'PACKS_INVALID', /no file of packed weights/);
    await rejects(changed(8), 'PACKS_VERSION', /this release reads 1/);
    await rejects([1] as never, 'INVALID_ARGUMENT', /must be a Uint8Array/);
    const executor = 'onnxruntime-node';
    await rejects(packed, 'INVALID_ARGUMENT', /keeps its packed weights to itself/, { executor });
    const net = quantizedNet();
    const bias = floats('b3', [5], [1, 2, 3, 4, 5]);
    const others = net.initializers!.map((each) => (each.name === 'b3' ? bias : each));
    const other = model({ ...net, initializers: others });
    const another = Session.create(other, { packedWeights: packed });
    await assert.rejects(another, refused('INVALID_ARGUMENT', /those of another model/));
  });
});
