// memoryLimit, signal and onProgress: every operation keeps to them, ends with the right code, and leaves nothing behind.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  inspect,
  type Progress,
  planQuantization,
  type QuantizeOptions,
  quantize,
  type RunOptions,
} from '../../ts-host/index.js';
import { rejectsWith } from '../formats/onnx/support.js';
import { prepareOctavo, quantizedBytes } from '../support/octavo.js';
import { Rng } from '../support/rng.js';
import { MODEL, slowSource, watchedSink } from './support.js';

before(prepareOctavo);

const MODES: readonly QuantizeOptions[] = [
  { mode: 'weights' },
  { mode: 'weights', bits: 4 },
  { mode: 'weights', bits: 4, blockForm: 'qdq' },
  { mode: 'dynamic' },
  { mode: 'fp16' },
];

/** Quantizes into a sink. */
async function write(options: QuantizeOptions, source = slowSource(MODEL)) {
  const sink = watchedSink();
  let failure: unknown;
  try {
    const result = await quantize(source, options);
    try {
      await result.writeTo(sink);
      await result.measure();
    } finally {
      await result.close();
    }
  } catch (error) {
    failure = error;
  }
  return { sink, failure };
}

for (const options of MODES) {
  test(`quantize ${JSON.stringify(options)} under growing limits -> MEMORY_LIMIT until it fits, then the same bytes`, async () => {
    const expected = await quantizedBytes(MODEL, options);
    let fitted = 0;
    for (let memoryLimit = 16 * 1024; memoryLimit <= 128 * 1024 * 1024; memoryLimit *= 2) {
      const { sink, failure } = await write({ ...options, memoryLimit });
      if (failure === undefined) {
        fitted ||= memoryLimit;
        assert.ok(Buffer.from(sink.files.get('model.onnx')!).equals(expected));
        continue;
      }
      assert.equal(fitted, 0, `${memoryLimit} is too little, ${fitted} was enough`);
      await rejectsWith('MEMORY_LIMIT', Promise.reject(failure));
      assert.equal(sink.files.size, 0);
      assert.ok(sink.ended === '' || sink.ended === 'aborted', sink.ended);
    }
    // Below a chunk of 4 MiB nothing can be read.
    assert.ok(fitted > 4 * 1024 * 1024 && fitted <= 64 * 1024 * 1024, `${fitted}`);
  });
}

for (const memoryLimit of [0, -1, Number.NaN]) {
  test(`quantize memoryLimit ${memoryLimit} -> INVALID_ARGUMENT`, async () => {
    const error = await rejectsWith('INVALID_ARGUMENT', quantize(MODEL, { memoryLimit }));
    assert.equal(error.place.field, 'memoryLimit');
  });
}

test('quantize aborted at any read -> ABORTED with the reason, the sink empty', async () => {
  let total = 0;
  await write(
    { mode: 'weights', bits: 4 },
    slowSource(MODEL, () => total++),
  );
  const rng = new Rng(5);
  const moments = Array.from({ length: 12 }, () => rng.int(1, total - 1));
  // Not the last: nothing asks for the signal after it.
  for (const moment of new Set([1, 2, total - 1, ...moments])) {
    const controller = new AbortController();
    const source = slowSource(MODEL, (reads) => {
      if (reads === moment) controller.abort('enough');
    });
    const { sink, failure } = await write({ mode: 'weights', bits: 4, signal: controller.signal }, source);
    const error = await rejectsWith('ABORTED', Promise.reject(failure));
    assert.equal(error.cause, 'enough');
    // measure() comes behind the writing: only there may files exist.
    assert.ok(sink.ended === 'committed' || sink.files.size === 0);
  }
});

test('quantize aborted at any progress -> ABORTED, the sink empty', async () => {
  const calls: Progress[] = [];
  await write({ mode: 'dynamic', onProgress: (progress) => calls.push(progress) });
  for (const [at, { phase }] of calls.entries()) {
    const controller = new AbortController();
    let count = 0;
    const { sink, failure } = await write({
      mode: 'dynamic',
      signal: controller.signal,
      onProgress: () => {
        if (count++ === at) controller.abort();
      },
    });
    await rejectsWith('ABORTED', Promise.reject(failure));
    if (phase !== 'write') assert.equal(sink.ended, '');
    else assert.ok(sink.ended === 'aborted' || at === calls.length - 1, `${sink.ended} at ${at}`);
  }
});

const OPERATIONS: Readonly<Record<string, (options: RunOptions) => Promise<unknown>>> = {
  inspect: (options) => inspect(MODEL, options),
  planQuantization: (options) => planQuantization(MODEL, options),
  quantize: (options) => quantize(MODEL, options),
};
for (const [name, run] of Object.entries(OPERATIONS)) {
  test(`${name} with an aborted signal -> ABORTED`, async () => {
    await rejectsWith('ABORTED', run({ signal: AbortSignal.abort() }));
  });
}

for (const options of MODES) {
  test(`onProgress ${JSON.stringify(options)} -> read, analyse, write, each growing to its total`, async () => {
    const calls: Progress[] = [];
    await write({ ...options, onProgress: (progress) => calls.push({ ...progress }) });
    const phases = calls.map(({ phase }) => phase).filter((phase, i, all) => phase !== all[i - 1]);
    assert.deepEqual(phases, ['read', 'analyse', 'write']);
    for (const phase of phases) {
      const steps = calls.filter((call) => call.phase === phase);
      assert.equal(new Set(steps.map(({ total }) => total)).size, 1, phase);
      for (const [i, { done, total }] of steps.entries()) {
        assert.ok(done <= total && done >= (steps[i - 1]?.done ?? 0), `${phase} ${done} of ${total}`);
      }
      assert.equal(steps.at(-1)!.done, steps[0]!.total, phase);
    }
  });
}

test('onProgress that throws -> its error, the sink empty', async () => {
  for (const phase of ['read', 'analyse', 'write'] as const) {
    const thrown = new Error(`no ${phase}`);
    const { sink, failure } = await write({
      mode: 'weights',
      onProgress: (progress) => {
        if (progress.phase === phase) throw thrown;
      },
    });
    assert.equal(failure, thrown);
    assert.equal(sink.files.size, 0);
    assert.equal(sink.ended, phase === 'write' ? 'aborted' : '');
  }
});
