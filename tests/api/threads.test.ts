// Sessions with threads: what is asked for, what there is and why, aborts and disposal while threads work.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { init, OctavoError, Session, type SessionOptions } from '../../ts-host/index.js';
import { registerThreads } from '../../ts-host/wasm/load.js';
import { threadingOn } from '../../ts-host/wasm/threads/threading.js';
import { webThreads } from '../../ts-host/wasm/threads/web.js';
import { prepareOctavo } from '../support/octavo.js';
import { floats, model, node, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { threadHost } from '../support/threads.js';

/** Four convolutions in a row. */
const DEEP = model({
  nodes: Array.from({ length: 4 }, (_, i) =>
    node('Conv', [i === 0 ? 'x' : `v${i}`, 'w'], [i === 3 ? 'y' : `v${i + 1}`], { pads: [1n, 1n, 1n, 1n] }),
  ),
  initializers: [floats('w', [32, 32, 3, 3], [...new Rng(3).normal(32 * 32 * 9, 0.1)])],
  inputs: [value('x', [1, 32, 96, 96])],
  outputs: [value('y', [1, 32, 96, 96])],
});

const FEEDS = { x: { data: new Rng(4).normal(32 * 96 * 96), dims: [1, 32, 96, 96] } };

async function withSession<T>(options: SessionOptions, body: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.create(DEEP, options);
  try {
    return await body(session);
  } finally {
    await session.dispose();
  }
}

const hasCode = (code: string) => (error: unknown) => {
  assert.ok(error instanceof OctavoError, String(error));
  assert.equal(error.code, code, error.message);
  return true;
};

before(async () => {
  await prepareOctavo();
  registerThreads(threadingOn(await threadHost()));
});

describe('threads of a session', () => {
  it('default -> one; 2 and 3 -> as many, the same bytes', async () => {
    const expected = await withSession({}, async (session) => {
      assert.deepEqual(session.diagnostics().threads, { used: 1 });
      return session.run(FEEDS);
    });
    for (const threads of [1, 2, 3]) {
      await withSession({ threads }, async (session) => {
        assert.deepEqual(session.diagnostics().threads, { used: threads });
        for (let round = 0; round < 2; round++) assert.deepEqual(await session.run(FEEDS), expected);
      });
    }
  });

  for (const threads of [0, -1, 1.5, 65, Number.NaN, '2' as unknown as number]) {
    it(`${threads} -> INVALID_ARGUMENT`, async () => {
      await assert.rejects(Session.create(DEEP, { threads }), hasCode('INVALID_ARGUMENT'));
    });
  }

  it('of another executor -> INVALID_ARGUMENT', async () => {
    const options = { threads: 2, executor: 'onnxruntime-node' } as const;
    await assert.rejects(Session.create(DEEP, options), hasCode('INVALID_ARGUMENT'));
  });

  it('an operator that is missing -> UNSUPPORTED_OP, and the threads end', async () => {
    const strange = model({
      nodes: [node('Strange', ['x'], ['y'])],
      inputs: [value('x', [1])],
      outputs: [value('y', [1])],
    });
    await assert.rejects(Session.create(strange, { threads: 2 }), hasCode('UNSUPPORTED_OP'));
  });

  it('two sessions at once, runs side by side -> the same bytes', async () => {
    const expected = await withSession({}, (session) => session.run(FEEDS));
    await withSession({ threads: 2 }, (first) =>
      withSession({ threads: 3 }, async (second) => {
        const runs = [first, second, first, second].map((session) => session.run(FEEDS));
        for (const outputs of await Promise.all(runs)) assert.deepEqual(outputs, expected);
      }),
    );
  });

  it('aborted -> ABORTED; disposed while it runs -> the run ends well, then DISPOSED', async () => {
    const expected = await withSession({}, (session) => session.run(FEEDS));
    const session = await Session.create(DEEP, { threads: 2 });
    await session.run(FEEDS);
    const controller = new AbortController();
    // Behind a node that took long enough for a look at the signal.
    const abort = (): void => {
      controller.abort();
      for (const start = performance.now(); performance.now() - start < 20; );
    };
    const aborted = session.run(FEEDS, { signal: controller.signal, onNode: abort });
    await assert.rejects(aborted, hasCode('ABORTED'));
    let disposed: Promise<void> | undefined;
    const onNode = (): void => void (disposed ??= session.dispose());
    assert.deepEqual(await session.run(FEEDS, { onNode }), expected);
    await disposed;
    await assert.rejects(session.run(FEEDS), hasCode('DISPOSED'));
  });

  it('memoryLimit -> holds with threads too', async () => {
    const limited = { threads: 2, memoryLimit: 3_000_000 };
    await withSession(limited, async (session) => {
      await assert.rejects(session.run(FEEDS), hasCode('MEMORY_LIMIT'));
      await assert.rejects(session.run(FEEDS), hasCode('MEMORY_LIMIT'));
    });
  });
});

describe('without threads', () => {
  const tellsOne = (options: SessionOptions, reason: RegExp) =>
    withSession(options, async (session) => {
      const { threads } = session.diagnostics();
      assert.equal(threads?.used, 1);
      assert.match(threads?.reason ?? '', reason);
      await session.run(FEEDS);
    });

  it('a page that is not isolated, a runtime without workers -> one, and why', async () => {
    const noWorker = () => {
      throw new Error('no worker may be made');
    };
    const globals = globalThis as { Worker?: unknown };
    const { Worker } = globals;
    try {
      registerThreads(threadingOn(webThreads(noWorker)));
      delete globals.Worker;
      await tellsOne({ threads: 2 }, /no workers/);
      globals.Worker = class {};
      await tellsOne({ threads: 2 }, /not cross-origin isolated/);
    } finally {
      if (Worker === undefined) delete globals.Worker;
      else globals.Worker = Worker;
      registerThreads(threadingOn(await threadHost()));
    }
  });

  it('a script that is not there -> one, and why', async () => {
    const { nodeThreads } = await import('../../ts-host/node/threads.js');
    registerThreads(threadingOn(nodeThreads(() => new URL('file:///nowhere/threads.js'))));
    await tellsOne({ threads: 2 }, /did not start.*nowhere/);
    registerThreads(threadingOn(await threadHost()));
  });

  it('compiled modules -> one, for their bytes are needed', async () => {
    const compiled = (name: string) =>
      new WebAssembly.Module(readFileSync(new URL(`../../dist/${name}.wasm`, import.meta.url)));
    await init({ simd: compiled('simd'), execute: compiled('execute') });
    await tellsOne({ threads: 2 }, /compiled/);
    await prepareOctavo();
  });
});
