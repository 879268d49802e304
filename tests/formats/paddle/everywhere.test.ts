// What readPaddle returns is a model in every function that takes one.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  calibrate,
  inspect,
  memorySink,
  planQuantization,
  quantize,
  quantizeVariants,
  Session,
} from '../../../ts-host/index.js';
import { readPaddle } from '../../../ts-host/paddle.js';
import { analyze, benchModel, compareModels } from '../../../ts-host/reporting.js';
import { prepareOctavo } from '../../support/octavo.js';
import { paddleGolden } from '../../support/paddleGoldens.js';

before(prepareOctavo);

const { files, inputs } = paddleGolden('nets', 'residual');
const x = { data: inputs.x!.data as Float32Array, dims: inputs.x!.dims };
const samples = [{ x }, { x }];
const read = () => readPaddle({ model: files.pdmodel!, params: files.pdiparams });

describe('a Paddle model', () => {
  it('quantize by samples, compareModels, analyze -> near the float model', async () => {
    const model = await read();
    const result = await quantize(model, { mode: 'static', calibration: samples });
    const bytes = await result.bytes();
    const { outputs } = await compareModels(model, bytes, samples);
    assert.ok((outputs[0]!.cosine ?? 0) > 0.99, `${outputs[0]!.cosine}`);
    const report = await analyze(model, bytes, samples);
    assert.ok(report.layers.length > 0);
    await result.close();
  });

  it('inspect, planQuantization, calibrate, benchModel -> by Paddle’s names', async () => {
    const model = await read();
    const { nodes, format, inputs } = await inspect(model);
    assert.deepEqual([inputs[0]!.dims, inputs[0]!.toldDims], [Array(4).fill(null), [null, 3, 16, 16]]);
    assert.equal(format, 'paddle');
    assert.ok(nodes > 10);
    const plan = await planQuantization(model, { mode: 'weights' });
    assert.ok(plan.tensors.some(({ tensor }) => tensor === 'conv2d_0.w_0'));
    const stats = await calibrate(model, samples);
    assert.equal(stats.sampleCount, 2 * x.dims[0]!);
    const bench = await benchModel(model, { now: () => performance.now(), runs: 1, warmup: 0, samples });
    assert.ok(bench.multiplyAdds > 0);
  });

  it('quantizeVariants, several sessions of one model -> read again each time', async () => {
    const model = await read();
    const variants = await quantizeVariants(model, 'transformers.js', () => memorySink());
    assert.ok(variants.length > 1);
    const [first, second] = [await Session.create(model), await Session.create(model)];
    assert.deepEqual(await first.run({ x }), await second.run({ x }));
    await model.close();
  });
});
