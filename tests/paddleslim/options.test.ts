// What the quantizers refuse: options there are not, data that is none, models that are quantized already.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type QuantPostStaticOptions, quantPostDynamic, quantPostStatic } from '../../ts-host/paddleslim.js';
import { prepareOctavo } from '../support/octavo.js';
import { paddleGolden } from '../support/paddleGoldens.js';
import { batchesOf, filesOf, floatGolden } from './support.js';

before(prepareOctavo);

const float = floatGolden('residual');
const modelDir = filesOf(float);
const dataLoader = batchesOf(float).slice(0, 1);
const run = (options: object) =>
  quantPostStatic({ modelDir, dataLoader, ...options } as unknown as QuantPostStaticOptions);

const shown = (given: object): string =>
  JSON.stringify(given, (_, value) => (value instanceof Uint8Array ? 'bytes' : value));

describe('options', () => {
  for (const [given, hint] of [
    [{ batchNum: 1 }, 'did you mean batchNums?'],
    [{ batch_num: 1 }, 'did you mean batch_nums?'],
    [{ weight_bit: 8 }, 'did you mean weight_bits?'],
    [{ algo: 'kl' }, 'did you mean KL?'],
    [{ quantizableOpType: ['conv2'] }, 'did you mean conv2d?'],
    [{ weightBits: 4 }, 'one of 8, 16'],
    [{ weightBits: 8, activationBits: 16 }, 'must be the same'],
    [{ activationQuantizeType: 'channel_wise_abs_max' }, 'cannot be'],
    [{ histPercent: 0 }, 'a number in'],
    [{ batchNums: 1.5 }, 'a whole number above 0'],
    [{ roundType: 'adaround' }, 'adaround'],
    [{ onnxFormat: 'yes' }, 'true or false'],
    [{ skipTensorList: [1] }, 'a list of names'],
    [{ skip_tensor_list: ['conv2d_0.w_O'] }, 'did you mean conv2d_0.w_0?'],
    [{ modelDir: 5 }, 'modelDir is'],
    [{ modelDir: modelDir['m.pdmodel'] }, 'modelDir is'],
    [{ saveModelFilename: '../m.pdmodel' }, 'not a plain file name'],
    [{ saveModelFilename: 'a', saveParamsFilename: 'a' }, 'one name'],
    [{ batchNums: 1, batch_nums: 2 }, 'given twice'],
    [{ dataLoader: 7 }, 'dataLoader must be'],
    [{ compat: 'tensorrt' }, 'one of paddle'],
    [{ deployBackend: 'TensorR' }, 'did you mean tensorrt?'],
    [{ batch_nums: 1, batchNums: 1 }, 'given twice'],
    [{ modelDir: undefined }, 'modelDir is needed'],
    [{ sampleGenerator: [] }, 'give one of dataLoader'],
    [{ dataLoader: undefined }, 'give one of dataLoader'],
  ] as const) {
    it(`${shown(given)} -> refused: ${hint}`, async () => {
      await assert.rejects(run(given), (error: { code?: string; message: string }) => {
        assert.equal(error.code, 'INVALID_ARGUMENT');
        assert.ok(error.message.includes(hint), error.message);
        return true;
      });
    });
  }

  it("PaddleSlim's spelling -> the same program as ours", async () => {
    const theirs = await run({
      onnx_format: false,
      weight_quantize_type: 'abs_max',
      batch_nums: 1,
      executor: {},
      scope: null,
    });
    const ours = await run({ onnxFormat: false, weightQuantizeType: 'abs_max', batchNums: 1 });
    assert.equal(Buffer.compare(await theirs.bytes('model.pdmodel'), await ours.bytes('model.pdmodel')), 0);
  });

  it('a path where there are none, a folder with two programs -> refused', async () => {
    await assert.rejects(run({ modelDir: '/somewhere' }), { code: 'INVALID_ARGUMENT' });
    const two = { ...modelDir, 'other.pdmodel': modelDir['m.pdmodel'] };
    await assert.rejects(
      run({ modelDir: two }),
      /several programs \(m\.pdmodel, other\.pdmodel\).*modelFilename/,
    );
    await assert.rejects(run({ paramsFilename: 'missing' }), {
      code: 'IO_FAILED',
      place: { file: 'missing' },
    });
  });
});

describe('limits', () => {
  it('an aborted signal, too little memory -> ABORTED, MEMORY_LIMIT', async () => {
    await assert.rejects(run({ signal: AbortSignal.abort() }), { code: 'ABORTED' });
    await assert.rejects(run({ memoryLimit: 10_000 }), { code: 'MEMORY_LIMIT' });
    const late = new AbortController();
    const aborting = function* () {
      late.abort();
      yield dataLoader[0]!;
    };
    await assert.rejects(run({ dataLoader: aborting, signal: late.signal }), { code: 'ABORTED' });
  });
});

describe('calibration data', () => {
  it('nothing in it -> SAMPLES_MISSING', async () => {
    await assert.rejects(run({ dataLoader: [] }), { code: 'SAMPLES_MISSING' });
    await assert.rejects(run({ dataLoader: undefined, sampleGenerator: () => [] }), {
      code: 'SAMPLES_MISSING',
    });
  });

  it('a generator that throws, or cannot be made -> its error is the cause', async () => {
    const cause = new Error('the disk is gone');
    const throwing = function* () {
      yield dataLoader[0]!;
      throw cause;
    };
    const broken = () => {
      throw cause;
    };
    for (const data of [throwing, broken]) {
      await assert.rejects(run({ dataLoader: data }), (error: { code?: string; cause?: unknown }) => {
        assert.equal(error.code, 'IO_FAILED');
        assert.equal(error.cause, cause);
        return true;
      });
    }
  });

  it('tensors of a wrong number, rank or type -> FEED_INVALID naming the sample', async () => {
    const { data } = dataLoader[0]!;
    const bad = [
      [dataLoader[0], dataLoader[0]],
      { data, dims: [data.byteLength / 4] },
      { data: [1, 2], dims: [2] },
      7,
    ];
    for (const batch of bad) {
      await assert.rejects(
        run({ dataLoader: [batch] }),
        (error: { code?: string; place?: { sample?: string } }) => {
          assert.equal(error.code, 'FEED_INVALID');
          assert.equal(error.place?.sample, '#0');
          return true;
        },
      );
    }
  });

  it('single samples -> the batches that they make, the last one left out where it is short', async () => {
    const { data, dims } = dataLoader[0]!;
    const values = data as Float32Array;
    const [count, ...rest] = dims as [number, ...number[]];
    const length = values.length / count;
    const sample = (i: number) => ({ data: values.slice(i * length, (i + 1) * length), dims: rest });
    function* samples() {
      for (let i = 0; i < count; i++) yield sample(i);
      yield { data: values.slice(0, length).map((x) => x * 1000), dims: rest };
    }
    const single = await run({
      dataLoader: undefined,
      sampleGenerator: samples,
      batchSize: count,
      algo: 'avg',
    });
    const whole = await run({ algo: 'avg' });
    assert.deepEqual(single.thresholds, whole.thresholds);
    const other = [sample(0), { data: new Float32Array(3), dims: [3, 1, 1] }];
    const unlike = run({ dataLoader: undefined, sampleGenerator: other, batchSize: 2 });
    await assert.rejects(unlike, { code: 'FEED_INVALID', place: { sample: '#1' } });
    const none = run({ dataLoader: undefined, sampleGenerator: samples, batchSize: 1000 });
    await assert.rejects(none, { code: 'SAMPLES_MISSING', place: { field: 'batchSize' } });
  });

  it('a source -> told the dims of the program, which takes others too', async () => {
    const told: unknown[] = [];
    const source = {
      async *open(inputs: readonly object[]) {
        told.push(...inputs);
        yield { name: 'all', feeds: { x: dataLoader[0]! } };
      },
    };
    await run({ dataLoader: source });
    const rank = dataLoader[0]!.dims.length;
    const x = { name: 'x', dtype: 'float32', dims: Array(rank).fill(null), toldDims: [null, 3, 16, 16] };
    assert.deepEqual(told, [x]);
  });

  it('batchNums -> no batch behind them is asked for', async () => {
    let asked = 0;
    const counting = function* () {
      for (;;) {
        asked++;
        yield dataLoader[0]!;
      }
    };
    await run({ dataLoader: counting, batchNums: 3 });
    assert.equal(asked, 3);
    asked = 0;
    await run({ dataLoader: undefined, sampleGenerator: counting, batchSize: 1, batchNums: 2 });
    assert.equal(asked, 2);
  });

  it('a generator without an end, no batchNums -> goes on until it is aborted, and may clean up', async () => {
    const abort = new AbortController();
    let [asked, isClosed] = [0, false];
    const endless = function* () {
      try {
        for (;;) {
          if (++asked === 5) abort.abort();
          yield dataLoader[0]!;
        }
      } finally {
        isClosed = true;
      }
    };
    await assert.rejects(run({ dataLoader: endless, signal: abort.signal }), { code: 'ABORTED' });
    assert.ok(asked < 8 && isClosed, `${asked} batches`);
  });

  it('fewer batches than batchNums -> those that there are', async () => {
    const [all, many] = [await run({}), await run({ batchNums: 100 })];
    assert.deepEqual(many.thresholds, all.thresholds);
  });

  it('a generator that cannot begin again, for an algorithm that goes twice through the data -> said so', async () => {
    const once = (function* () {
      yield* dataLoader;
    })();
    const twice = run({ dataLoader: once, compat: 'paddle', algo: 'hist' });
    await assert.rejects(twice, /cannot begin again/);
  });
});

describe('models', () => {
  for (const name of [
    'static/hist-onnx',
    'static/avg-fake-per_tensor',
    'dynamic/abs_max-8',
    'aware/fake-simulated',
  ]) {
    it(`${name} -> ALREADY_QUANTIZED`, async () => {
      const quantized = filesOf(paddleGolden('quantized', `residual/${name}`));
      await assert.rejects(run({ modelDir: quantized }), { code: 'ALREADY_QUANTIZED' });
      await assert.rejects(quantPostDynamic({ modelDir: quantized }), { code: 'ALREADY_QUANTIZED' });
    });
  }

  it('no operator of the types that are asked for -> NOTHING_TO_QUANTIZE', async () => {
    await assert.rejects(run({ quantizableOpType: ['conv2d_transpose'] }), { code: 'NOTHING_TO_QUANTIZE' });
    const dynamic = quantPostDynamic({ modelDir, quantizableOpType: ['matmul'] });
    await assert.rejects(dynamic, { code: 'NOTHING_TO_QUANTIZE' });
  });

  it('skipTensorList -> the operator stays in float and says so', async () => {
    const all = await run({});
    const [first] = all.quantized;
    const some = await run({ skipTensorList: [first!.weights[0]!] });
    assert.equal(some.quantized.length, all.quantized.length - 1);
    assert.deepEqual(some.skipped, [
      { index: first!.index, type: first!.type, reason: 'skipped by the user' },
    ]);
    const marked = some.model.net.program.blocks[0]!.ops.filter(({ attributes }) =>
      attributes.has('skip_quant'),
    );
    assert.equal(marked.length, 1);
  });

  it('deployBackend -> the activations that the engine computes with codes', async () => {
    const [plain, mkldnn] = [await run({}), await run({ deploy_backend: 'MKLDNN' })];
    const types = (result: typeof plain) => [...new Set(result.quantized.map(({ type }) => type))].sort();
    assert.ok(types(mkldnn).includes('elementwise_add') && !types(plain).includes('elementwise_add'));
  });
});
