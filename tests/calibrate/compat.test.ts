// Calibration as other systems do it, over a whole model: the batches a system would see, its ranges in the plan.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { planStaticQuantization } from '../../ts-host/api/quantizeStatic.js';
import { compatRanges } from '../../ts-host/calibrate/compat.js';
import { RunContext } from '../../ts-host/context.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { calibrate, type Samples } from '../../ts-host/index.js';
import { bytesSource } from '../../ts-host/io/source.js';
import { COMPAT_METHODS, compatMethod } from '../../ts-host/observers/activation/compat/index.js';
import { executionEngine } from '../support/engine.js';
import { prepareOctavo } from '../support/octavo.js';
import { batches, netWith, refused, VALUES } from './support.js';

before(prepareOctavo);

const NET = netWith();
const engine = await executionEngine();

async function ranges(system: string, method: string, samples: Samples) {
  const context = new RunContext();
  const model = await readOnnx(bytesSource(NET), {}, context);
  const make = compatMethod(system, method);
  return compatRanges(model, engine, VALUES, samples, () => make(engine), context);
}

describe('compat calibration', () => {
  it('every system and method -> a range of every value that holds 0, no heap left behind', async () => {
    const held = engine.heap.held;
    const stats = await calibrate(NET, batches(6, 2), { values: VALUES });
    for (const [system, methods] of Object.entries(COMPAT_METHODS)) {
      for (const method of Object.keys(methods)) {
        const found = await ranges(system, method, batches(6, 2));
        assert.deepEqual([...found.keys()].sort(), VALUES);
        for (const [name, { min, max }] of found) {
          const seen = stats.get(name)!;
          const reach = Math.max(-seen.min, seen.max);
          assert.ok(
            min <= 0 && max >= 0 && Number.isFinite(min) && Number.isFinite(max),
            `${system} ${method}`,
          );
          assert.ok(
            Math.max(-min, max) <= 1.01 * reach,
            `${system} ${method} ${name} [${min}, ${max}] of ${reach}`,
          );
        }
      }
    }
    assert.equal(engine.heap.held, held);
  });

  it('minmax -> what calibrate() saw', async () => {
    const stats = await calibrate(NET, batches(5), { values: VALUES });
    for (const [name, { min, max }] of await ranges('onnxruntime', 'minmax', batches(5))) {
      const seen = stats.get(name)!;
      assert.deepEqual([min, max], [Math.min(0, seen.min), Math.max(0, seen.max)]);
    }
  });

  it('batches are those of the system: Paddle takes the mean over batches of means over their rows', async () => {
    const [single, paired] = await Promise.all(
      [1, 2].map((size) => ranges('paddle', 'avg', batches(3, size))),
    );
    assert.notDeepEqual(single!.get('y'), paired!.get('y'));
    const whole = await ranges('paddle', 'avg', batches(4, 2));
    const stats = await calibrate(NET, batches(4), { values: VALUES });
    assert.ok(Math.abs(whole.get('y')!.max - stats.get('y')!.meanAbsMax) < 1e-6);
  });

  it('a generator for two passes, values there are not -> INVALID_ARGUMENT', async () => {
    function* once() {
      yield* batches(2);
    }
    await assert.rejects(ranges('paddle', 'kl', once()), refused('INVALID_ARGUMENT', /twice/));
    assert.ok((await ranges('paddle', 'mse', once())).has('y'));
    const model = await readOnnx(bytesSource(NET), {}, new RunContext());
    const make = compatMethod('paddle', 'mse');
    const run = compatRanges(model, engine, ['zz'], batches(1), () => make(engine), new RunContext());
    await assert.rejects(run, refused('INVALID_ARGUMENT', /zz/));
  });

  it('NaN in a value -> NON_FINITE_ACTIVATION naming it and the sample', async () => {
    const bad = batches(2);
    (bad[1]!.data as Float32Array)[3] = NaN;
    await assert.rejects(ranges('mindspore', 'kl', bad), refused('NON_FINITE_ACTIVATION', /x|#1/));
  });

  it('quantize with compat -> its ranges in the plan; statistics instead of samples are refused', async () => {
    const options = { mode: 'static', method: 'kl', compat: 'paddle', activationSymmetric: true } as const;
    const plan = await planStaticQuantization(NET, {
      ...options,
      activationType: 'int8',
      calibration: batches(4),
    });
    const found = await ranges('paddle', 'kl', batches(4));
    const of = plan.activations!.find(({ value }) => value === 'x')!;
    assert.equal(of.method, 'paddle kl');
    assert.equal(of.scale, Math.fround(Math.fround(found.get('x')!.max) / of.qmax));
    const stats = await calibrate(NET, batches(2));
    await assert.rejects(
      planStaticQuantization(NET, { ...options, calibration: stats }),
      refused('INVALID_ARGUMENT', /give samples/),
    );
    const none = planStaticQuantization(NET, {
      ...options,
      method: 'removalOutlier',
      calibration: batches(1),
    });
    await assert.rejects(none, refused('INVALID_ARGUMENT', /paddle has no method/));
  });
});
