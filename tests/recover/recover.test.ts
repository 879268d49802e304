// Recovery as a whole: steps kept only where held-out samples come nearer, the same bytes everywhere, and what callers can give
// wrongly.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { materializeStatic } from '../../ts-host/formats/onnx/materialize/static/index.js';
import { planOnnxFiles } from '../../ts-host/formats/onnx/writer.js';
import { calibrate, OctavoError, planQuantization, quantize, type TensorInput } from '../../ts-host/index.js';
import { outputBytes } from '../../ts-host/io/output.js';
import { productsOf } from '../../ts-host/quantize/static/bias/products.js';
import { withBiases } from '../../ts-host/quantize/static/bias/withBiases.js';
import { biasAnalytic } from '../../ts-host/recover/biasAnalytic.js';
import { isBetter, Judge } from '../../ts-host/recover/judge.js';
import { recoverStatic } from '../../ts-host/recover/recover.js';
import type { RecoveryStep } from '../../ts-host/recover/step.js';
import { referenceEngine, referenceExecutionEngine } from '../support/engine.js';
import { prepareOctavo } from '../support/octavo.js';
import { int64s, type ModelInput, model, node, value } from '../support/onnxBuilder.js';
import { context, draftOf, type Engines, engines, inputOf, samplesOf, unevenNet } from './support.js';

before(prepareOctavo);

const samples = samplesOf(16);
const coarse = { bits: 4, granularity: 'channel' } as const;
const NET = model(unevenNet());

/** Adds to every bias: never better. */
const spoil: RecoveryStep = {
  name: 'spoil',
  level: 'fast',
  async apply(draft, tools) {
    const products = productsOf(draft);
    const added = new Map(products.map(({ at, channels }) => [at, new Float64Array(channels).fill(1)]));
    const spoilt = await withBiases(draft.model, products, added, tools.engine, tools.context);
    return tools.replan(draft, { model: spoilt });
  },
};

const same: RecoveryStep = { name: 'same', level: 'fast', apply: (draft) => Promise.resolve({ ...draft }) };
const nothing: RecoveryStep = {
  name: 'nothing',
  level: 'best',
  apply: () => Promise.resolve('nothing to do'),
};

async function recovered(steps: readonly RecoveryStep[], given: readonly TensorInput[] = samples) {
  const input = await inputOf(unevenNet(1), given, coarse);
  return { input, ...(await recoverStatic({ ...input, steps }, new RunContext())) };
}

async function bytesOf(options: object, on: Engines = engines): Promise<Uint8Array> {
  const input = await inputOf(unevenNet(), samples, options, on);
  const { model: found, plan } = await recoverStatic(input, new RunContext());
  const [file] = planOnnxFiles(materializeStatic(found, plan, on.engine), { fileName: 'm.onnx' }, context);
  return outputBytes(file!, context);
}

const refused = async (work: Promise<unknown>): Promise<OctavoError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof OctavoError, String(error));
  return error;
};

describe('recovery', () => {
  test('keeps a step that brings the held-out samples nearer, and tells by how much', async () => {
    const { report, model: found, input, plan } = await recovered([biasAnalytic]);
    const [step] = report.steps;
    assert.equal(step!.kept, true);
    assert.ok(step!.after! > step!.before!);
    assert.equal(report.before, step!.before);
    assert.equal(report.after, step!.after);
    assert.notEqual(found, input.model);
    assert.deepEqual(plan.recovered, ['bias correction, analytic']);
    assert.deepEqual([report.learningSamples, report.heldOutSamples], [12, 4]);
  });

  test('drops a step that does not, and one that changes nothing', async () => {
    const { report, model: found, input, plan } = await recovered([spoil, same, nothing]);
    assert.equal(found, input.model);
    assert.equal(plan.recovered, undefined);
    assert.deepEqual(
      report.steps.map(({ step, kept }) => [step, kept]),
      [
        ['spoil', false],
        ['same', false],
        ['nothing', false],
      ],
    );
    assert.ok(report.steps[0]!.after! < report.before! - 3);
    assert.equal(report.steps[1]!.after, report.before);
    assert.deepEqual([report.steps[2]!.after, report.steps[2]!.reason], [null, 'nothing to do']);
    assert.equal(report.after, report.before);
  });

  test('goes on from the last draft that was kept', async () => {
    const alone = await recovered([biasAnalytic]);
    const between = await recovered([spoil, biasAnalytic, spoil]);
    assert.equal(between.report.after, alone.report.after);
    assert.deepEqual(
      between.report.steps.map(({ kept }) => kept),
      [false, true, false],
    );
  });

  test('tries nothing with fewer than four samples, and says so', async () => {
    const { report, model: found, input } = await recovered([biasAnalytic], samples.slice(0, 3));
    assert.equal(found, input.model);
    assert.match(report.skipped!, /3 samples are too few/);
    assert.deepEqual(report.steps, []);
  });

  test('gives the same bytes again, and with the scalar kernels', async () => {
    const first = await bytesOf(coarse);
    assert.deepEqual(await bytesOf(coarse), first);
    const scalar = { engine: await referenceEngine(), execution: await referenceExecutionEngine() };
    assert.deepEqual(await bytesOf(coarse, scalar), first);
  });

  test('leaves no memory held', async () => {
    const input = await inputOf(unevenNet(), samples, coarse);
    const limited = new RunContext({ memoryLimit: 64 << 20 });
    const held = input.execution.heap.held;
    await recoverStatic(input, limited);
    assert.equal(limited.budget.held, 0);
    assert.equal(input.execution.heap.held, held);
  });

  test('is aborted between any two runs', async () => {
    const input = await inputOf(unevenNet(), samples, coarse);
    for (const calls of [1, 5, 40]) {
      const controller = new AbortController();
      let count = 0;
      const onProgress = (): void => {
        if (++count === calls) controller.abort();
      };
      const work = recoverStatic(input, new RunContext({ signal: controller.signal, onProgress }));
      assert.equal((await refused(work)).code, 'ABORTED');
    }
  });
});

describe('quantize with recover', () => {
  const options = { mode: 'static', ...coarse } as const;

  test('fast and best come nearer than none, and best tries all', async () => {
    const result = await quantize(NET, { ...options, calibration: samples, recover: 'best' });
    const { before: was, after, steps } = result.recovery!;
    assert.ok(after! > was! + 3, `${was} dB, then ${after} dB`);
    assert.ok(steps.some(({ kept, step }) => kept && step.startsWith('cross-layer')));
    const fast = await quantize(NET, { ...options, calibration: samples, recover: 'fast' });
    assert.deepEqual(
      fast.recovery!.steps.map(({ step }) => step),
      ['weights by mse', 'bias correction, analytic'],
    );
    const none = await quantize(NET, { ...options, calibration: samples });
    assert.equal(none.recovery, undefined);
    assert.notDeepEqual(await result.bytes(), await none.bytes());
  });

  test('a generator gives what an array does, within the memory limit', async () => {
    function* once() {
      yield* samples;
    }
    const expected = await quantize(NET, { ...options, calibration: samples, recover: 'best' });
    const found = await quantize(NET, { ...options, calibration: once(), recover: 'best' });
    assert.deepEqual(await found.bytes(), await expected.bytes());
  });

  test('a generator of more than can be kept is refused, with what to do', async () => {
    async function* endless() {
      for (let at = 0; at < 4000; at++) yield samples[at % samples.length]!;
    }
    const error = await refused(
      quantize(NET, { ...options, calibration: endless(), recover: 'best', memoryLimit: 2 << 20 }),
    );
    assert.equal(error.code, 'MEMORY_LIMIT');
    assert.match(error.message, /cannot begin again.*give an array/);
  });

  test('statistics alone are refused, with samples beside them they serve', async () => {
    const stats = await calibrate(NET, samples);
    const error = await refused(quantize(NET, { ...options, calibration: stats, recover: 'fast' }));
    assert.deepEqual([error.code, error.place.field], ['INVALID_ARGUMENT', 'recoverySamples']);
    const found = await quantize(NET, {
      ...options,
      calibration: stats,
      recover: 'fast',
      recoverySamples: samples,
    });
    const expected = await quantize(NET, { ...options, calibration: samples, recover: 'fast' });
    assert.deepEqual(await found.bytes(), await expected.bytes());
  });

  test('another word is refused', async () => {
    const recover = 'thorough' as 'best';
    const error = await refused(quantize(NET, { ...options, calibration: samples, recover }));
    assert.deepEqual([error.code, error.place.field], ['INVALID_ARGUMENT', 'recover']);
  });

  test('a plan made for recovered weights says so and is refused for others', async () => {
    const plan = await planQuantization(NET, { ...options, calibration: samples, recover: 'best' });
    assert.ok(plan.recovered!.length > 0);
    const error = await refused(quantize(NET, { ...options, plan }));
    assert.deepEqual([error.code, error.place.field], ['PLAN_INVALID', 'recovered']);
  });
});

describe('the judge', () => {
  test('keeps what gains by more than the standard error of its gain', () => {
    assert.equal(isBetter([10, 20, 30], [11, 21, 31]), true);
    assert.equal(isBetter([10, 20, 30], [10, 20, 30]), false);
    assert.equal(isBetter([10, 20, 30], [9, 19, 29]), false);
    // Gains of 9, −8, 2: 1 on the mean, with a standard error of 5.
    assert.equal(isBetter([10, 20, 30], [19, 12, 32]), false);
    assert.equal(isBetter([10], [10.1]), true);
    assert.equal(isBetter([10, 20], [Number.NEGATIVE_INFINITY, 40]), false);
    assert.equal(isBetter([Number.NEGATIVE_INFINITY, 20], [10, 20]), true);
  });

  test('judges a Softmax by what it reads, through shapes', async () => {
    const net = unevenNet(1);
    const shares: ModelInput = {
      ...net,
      outputs: [value('shares', [null])],
      nodes: [...net.nodes!, node('Softmax', ['y'], ['s']), node('Reshape', ['s', 'flat'], ['shares'])],
      initializers: [...net.initializers!, int64s('flat', [1], [-1])],
    };
    const figures = async (of: ModelInput): Promise<number[]> => {
      const input = await inputOf(of, samples, coarse);
      const { draft, tools } = await draftOf(input);
      const judge = await Judge.create(
        engines.execution,
        input.model,
        tools.samples.heldOut,
        context,
        () => undefined,
      );
      const found = await judge.decibels(await tools.quantized(draft));
      judge.release();
      return found;
    };
    assert.deepEqual(await figures(shares), await figures(net));
  });
});
