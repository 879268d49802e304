// The example of a session in a worker: the same bits as one that is here, the main thread free meanwhile, errors with their code.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { buildIfStale } from '../../scripts/build.js';
import { Session, type Tensor, type TensorInput } from '../../ts-host/index.js';
import { prepareOctavo } from '../support/octavo.js';
import { matMul, model, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';

before(async () => {
  await buildIfStale();
  await prepareOctavo();
});

const EXAMPLE = new URL('../../examples/background/', import.meta.url);
const OCTAVO = new URL('../../dist/index.js', import.meta.url).href;
const SIZE = 160;

/** x times itself, often enough to take some dozens of milliseconds. */
const CHAIN = model({
  nodes: Array.from({ length: 60 }, (_, i) =>
    matMul(i === 0 ? 'x' : `v${i}`, 'x', i === 59 ? 'y' : `v${i + 1}`),
  ),
  inputs: [value('x', [SIZE, SIZE])],
  outputs: [value('y', [SIZE, SIZE])],
});

const feed: TensorInput = { data: new Rng(3).normal(SIZE * SIZE, 0.08), dims: [SIZE, SIZE] };

/** The surface of the example, which is plain JavaScript. */
interface Background {
  open(octavo: string, bytes: Uint8Array): Promise<void>;
  run(feeds: Record<string, TensorInput>): Promise<Record<string, Tensor>>;
  close(): Promise<void>;
  readonly inputs: readonly { readonly name: string }[];
}

describe('a session in a worker', () => {
  it('runs -> the bits of a session here, and turns of the main thread meanwhile', async () => {
    const { BackgroundSession } = await import(new URL('background-session.js', EXAMPLE).href);
    const session: Background = new BackgroundSession(new Worker(new URL('session-worker.js', EXAMPLE)));
    await session.open(OCTAVO, CHAIN.slice());
    assert.deepEqual(
      session.inputs.map(({ name }) => name),
      ['x'],
    );
    let [turns, done] = [0, false];
    const running = session.run({ x: feed }).finally(() => (done = true));
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    // A run on this thread, which nobody observes, has no turn at all.
    assert.ok(turns > 5, `${turns} turns`);
    const here = await Session.create(CHAIN);
    assert.deepEqual((await running).y!.data, (await here.run({ x: feed })).y!.data);
    await here.dispose();

    const asked = [session.run({ z: feed }), session.run({ x: feed }), session.run({ x: feed })];
    const [wrong, ...right] = await Promise.allSettled(asked);
    assert.equal(wrong!.status === 'rejected' && wrong!.reason.code, 'FEED_INVALID');
    const bits = right.map((each) => (each.status === 'fulfilled' ? each.value.y!.data : each.reason));
    assert.deepEqual(bits[0], bits[1]);
    await session.close();
  });
});
