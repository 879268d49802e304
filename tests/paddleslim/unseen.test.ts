// Operators that read what no sample gives a value: they stay in float, and the result says so.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Session } from '../../ts-host/index.js';
import { readPaddle } from '../../ts-host/paddle.js';
import { quantPostStatic } from '../../ts-host/paddleslim.js';
import { concat, FLOAT32, type MadeOp, program, record, refused } from '../formats/paddle/support.js';
import { prepareOctavo } from '../support/octavo.js';

before(prepareOctavo);

const mul = (x: string, w: string, out: string): MadeOp => ({
  type: 'mul',
  inputs: { X: [x], Y: [w] },
  outputs: { Out: [out] },
  attributes: { x_num_col_dims: 1, y_num_col_dims: 1 },
});

/** y = c·v + x·w, where every element of c is a constant of the program. */
function model(v: string, w: string) {
  const vars = {
    feed: { dims: [] },
    fetch: { dims: [] },
    x: { dims: [-1, 3] },
    c: { dims: [2, 3] },
    ...Object.fromEntries([v, w].map((name) => [name, { dims: [3, 3], persistable: true }])),
    fixed: { dims: [2, 3] },
    product: { dims: [-1, 3] },
    y: { dims: [-1, 3] },
  };
  const fill = { shape: [2, 3], value: 0.5, dtype: FLOAT32, str_value: '0.5' };
  const bytes = program(vars, [
    { type: 'fill_constant', outputs: { Out: ['c'] }, attributes: fill },
    mul('c', v, 'fixed'),
    mul('x', w, 'product'),
    {
      type: 'elementwise_add',
      inputs: { X: ['fixed'], Y: ['product'] },
      outputs: { Out: ['y'] },
      attributes: { axis: -1 },
    },
  ]);
  const params = concat(...[...new Set([v, w])].map(() => record({ dims: [3, 3] })));
  return readPaddle({ model: bytes, params });
}

const x = { dims: [2, 3], data: Float32Array.of(0.1, -0.9, 0.4, 0.7, 0.2, -0.3) };

async function outputOf(net: Awaited<ReturnType<typeof model>>): Promise<Float32Array> {
  const session = await Session.create(net);
  const { y } = await session.run({ x });
  await session.dispose();
  return y!.data as Float32Array;
}

describe('variables without a value in any sample', () => {
  for (const onnxFormat of [true, false]) {
    it(`onnxFormat ${onnxFormat} -> who reads one is skipped with the reason, others are quantized`, async () => {
      const modelDir = await model('v', 'w');
      const result = await quantPostStatic({ modelDir, dataLoader: [{ x }], algo: 'abs_max', onnxFormat });
      assert.deepEqual(
        result.quantized.map(({ weights }) => weights),
        [['w']],
      );
      assert.deepEqual(result.skipped, [{ index: 2, type: 'mul', reason: 'no sample gives c a value' }]);
      const [found, expected] = [await outputOf(result.model), await outputOf(modelDir)];
      // Two roundings of half a step of three products each, with |w| up to 9.
      for (const [i, each] of found.entries())
        assert.ok(Math.abs(each - expected[i]!) < (3 * 9 * 0.9) / 127, `${i}`);
    });

    it(`onnxFormat ${onnxFormat} -> a weight that such an operator reads too stays as it is`, async () => {
      const options = {
        modelDir: await model('w', 'w'),
        dataLoader: [{ x }],
        algo: 'abs_max' as const,
        onnxFormat,
      };
      await assert.rejects(quantPostStatic(options), refused('NOTHING_TO_QUANTIZE'));
    });
  }
});
