// Sessions of a quantized net under wrong use: feeds that do not fit, several runs at once, disposal, no memory. Each is a typed error, and
// the session gives the same codes afterwards, or says that it is closed.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { OctavoError, Session, type TensorInput } from '../../ts-host/index.js';
import { netSamples, quantizedNet } from '../report/models.js';
import { prepareOctavo } from '../support/octavo.js';
import { model, tensor } from '../support/onnxBuilder.js';

before(prepareOctavo);

const NET = model(quantizedNet());
const samples = netSamples(4).map(({ feeds }) => feeds);
const hasCode =
  (code: string, message = /./) =>
  (error: unknown) =>
    error instanceof OctavoError && error.code === code && message.test(error.message);

async function codesOf(session: Session, feeds = samples[0]!): Promise<number[]> {
  return [...((await session.run(feeds)).y!.data as Float32Array)];
}

describe('a session in integers', () => {
  it('inputs of the wrong shape, rank, dtype and length -> FEED_INVALID, and the next run is right', async () => {
    const session = await Session.create(NET);
    const expected = await codesOf(session);
    const { data } = samples[0]!.x as TensorInput;
    const wrong: Record<string, TensorInput> = {
      shape: { data: new Float32Array(3 * 5 * 5), dims: [1, 3, 5, 5] },
      rank: { data, dims: [432] },
      dtype: { data: new Uint8Array(432), dims: [1, 3, 12, 12] },
      length: { data: new Float32Array(431), dims: [1, 3, 12, 12] },
    };
    for (const [what, x] of Object.entries(wrong)) {
      await assert.rejects(session.run({ x }), hasCode('FEED_INVALID'), what);
      assert.deepEqual(await codesOf(session), expected, what);
    }
    await session.dispose();
  });

  it('runs at once, some of other shapes, some aborted -> each its own result, the session goes on', async () => {
    const session = await Session.create(NET);
    const expected: number[][] = [];
    for (const feeds of samples) expected.push(await codesOf(session, feeds));
    const [first, second] = samples.map(({ x }) => x as { data: Float32Array; dims: number[] });
    const both = { data: new Float32Array([...first!.data, ...second!.data]), dims: [2, 3, 12, 12] };
    const stop = new AbortController();
    const runs = samples.map((feeds) => codesOf(session, feeds));
    const batch = codesOf(session, { x: both });
    const aborted = session.run(samples[0]!, { signal: stop.signal });
    stop.abort();
    assert.deepEqual(await Promise.all(runs), expected);
    assert.deepEqual(await batch, [...expected[0]!, ...expected[1]!]);
    await assert.rejects(aborted, hasCode('ABORTED'));
    assert.deepEqual(await codesOf(session), expected[0]);
    await session.dispose();
  });

  it('disposed while the first run compiles and others wait -> the first ends, the others say DISPOSED', async () => {
    const session = await Session.create(NET);
    const runs = samples.map((feeds) => session.run(feeds));
    await Promise.resolve();
    const disposal = session.dispose();
    const [begun, ...waiting] = await Promise.allSettled(runs);
    await disposal;
    assert.equal(begun!.status, 'fulfilled');
    for (const each of waiting) assert.ok(each.status === 'rejected' && hasCode('DISPOSED')(each.reason));
    await assert.rejects(session.run(samples[0]!), hasCode('DISPOSED'));
  });

  it('a memory limit at every place of a run -> MEMORY_LIMIT until it is enough, nothing leaks', async () => {
    const free = await Session.create(NET);
    const expected = await codesOf(free);
    const { peak } = free.diagnostics().memory!;
    await free.dispose();
    let refusals = 0;
    for (let memoryLimit = peak >> 2; ; memoryLimit += 2048) {
      const session = await Session.create(NET, { memoryLimit }).catch((error: unknown) => {
        assert.ok(hasCode('MEMORY_LIMIT')(error));
        return undefined;
      });
      try {
        if (session !== undefined) {
          assert.deepEqual(await codesOf(session), expected);
          assert.ok(refusals > 3, `${refusals} limits were too low`);
          return;
        }
      } catch (error) {
        assert.ok(hasCode('MEMORY_LIMIT')(error), String(error));
        const { held } = session!.diagnostics().memory!;
        // The same again: it stays usable, and what is held does not grow.
        await assert.rejects(session!.run(samples[0]!), hasCode('MEMORY_LIMIT'));
        assert.equal(session!.diagnostics().memory!.held, held, `limit ${memoryLimit}`);
      } finally {
        await session?.dispose();
      }
      refusals++;
    }
  });

  it('zero points of another type than their codes, and more of them than channels -> an error that names the node', async () => {
    const net = quantizedNet();
    const zero = net.initializers!.find(({ name }) => name === 'w1_zero')!;
    for (const [changed, message] of [
      [tensor(zero.name, 'uint8', [8], new Uint8Array(8)), /int8, but (the|its) zero point uint8/],
      [tensor(zero.name, 'int8', [9], new Uint8Array(9)), /9 zero points do not fit 8 scales/],
      [tensor(zero.name, 'int32', [8], new Uint8Array(32)), /int8, but (the|its) zero point int32/],
    ] as const) {
      const initializers = net.initializers!.map((each) => (each === zero ? changed : each));
      const run = async (): Promise<void> => {
        const session = await Session.create(model({ ...net, initializers }));
        await session.run(samples[0]!).finally(() => session.dispose());
      };
      await assert.rejects(
        run(),
        (error: unknown) =>
          hasCode('SHAPE_MISMATCH', message)(error) && (error as OctavoError).place.node !== undefined,
      );
    }
  });
});
