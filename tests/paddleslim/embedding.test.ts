// quantEmbedding beside PaddleSlim's quant_embedding, and what the quantized tables give in our executor.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Session } from '../../ts-host/index.js';
import { bytesData } from '../../ts-host/ir/tensor.js';
import { PaddleModel } from '../../ts-host/paddle.js';
import { quantEmbedding } from '../../ts-host/paddleslim.js';
import { prepareOctavo } from '../support/octavo.js';
import { type PaddleGolden, paddleGolden } from '../support/paddleGoldens.js';
import { filesOf, netOf, numbersOf, operatorCounts } from './support.js';

before(prepareOctavo);

const float = paddleGolden('nets', 'words');
const TABLE = 'embedding_0.w_0';
const modelDir = filesOf(float);

const run = (config: object) =>
  quantEmbedding({ modelDir, config: { quantize_op_types: 'lookup_table_v2', ...config } });

function largestDifference(a: readonly number[], b: readonly number[]): number {
  assert.equal(a.length, b.length);
  return Math.max(...a.map((each, i) => Math.abs(each - b[i]!)));
}

/** The first output for the ids of a golden. */
async function outputOf(
  model: Parameters<typeof Session.create>[0],
  golden: PaddleGolden,
): Promise<number[]> {
  const session = await Session.create(model);
  const { data, dims } = golden.inputs.ids!;
  const [output] = Object.values(await session.run({ ids: { data, dims } }));
  session.dispose();
  return Array.from(output!.data as Float32Array);
}

describe('quantEmbedding beside quant_embedding', () => {
  for (const kind of ['abs_max', 'log'] as const) {
    const golden = paddleGolden('quantized', `words/${kind}`);

    it(`${kind} -> Paddle's program, codes and ${kind === 'log' ? 'dictionary' : 'scale'}`, async () => {
      const { model } = await run({ lookup_table_v2: { quantize_type: kind } });
      const theirs = await netOf(golden);
      const { scale, ...rest } = operatorCounts(theirs);
      assert.deepEqual(operatorCounts(model.net), { ...rest, scale: scale! - 1 });
      assert.equal(model.net.parameters.get(`${TABLE}.int`)!.dtype, 'int8');
      assert.equal(model.net.parameters.has(TABLE), false);
      const codes = await Promise.all([theirs, model.net].map((net) => numbersOf(net, `${TABLE}.int`)));
      assert.ok(largestDifference(codes[0]!, codes[1]!) <= 1);
      const other = `${TABLE}.${kind === 'log' ? 'dict' : 'scale'}`;
      const numbers = await Promise.all([theirs, model.net].map((net) => numbersOf(net, other)));
      assert.ok(largestDifference(numbers[0]!, numbers[1]!) <= 1e-6 * Math.max(...numbers[0]!));
    });

    it(`${kind} -> the outputs that Paddle computed of it, within a step`, async () => {
      const { model } = await run({ lookup_table_v2: { quantize_type: kind } });
      const [ours, theirs] = [
        await outputOf(model, golden),
        Array.from(golden.outputs[Object.keys(golden.outputs)[0]!]!.data as Float32Array),
      ];
      assert.ok(largestDifference(ours, theirs) <= 1e-5 * Math.max(...theirs.map(Math.abs)) + 1e-6);
    });
  }
});

describe('quantEmbedding', () => {
  it('threshold -> codes reach to it, what is beyond is clipped', async () => {
    const { model } = await run({ lookupTableV2: { threshold: 0.125 } });
    assert.deepEqual(await numbersOf(model.net, `${TABLE}.scale`), [0.125]);
    const [codes, values] = [
      await numbersOf(model.net, `${TABLE}.int`),
      await numbersOf(await netOf(float), TABLE),
    ];
    const expected = values!.map((x) => Math.round((Math.min(0.125, Math.max(-0.125, x)) / 0.125) * 127));
    assert.ok(largestDifference(codes!, expected) <= 1);
  });

  it('a table with |w| of 1 and more -> clipped at the 99.99th percentile', async () => {
    const values = Float32Array.from({ length: 200 * 24 }, (_, i) => (i === 7 ? -50 : (i % 97) / 96));
    const net = await netOf(float);
    const table = { ...net.parameters.get(TABLE)!, data: bytesData(new Uint8Array(values.buffer)) };
    const large = new PaddleModel({ ...net, parameters: new Map([...net.parameters, [TABLE, table]]) });
    const { model } = await quantEmbedding({ modelDir: large });
    // Rank 0.9999 · 4799 lies 0.4 of the way from the last but one value, 1, to the last, 50.
    const rank = 0.9999 * (values.length - 1);
    const expected = 1 + 49 * (rank - Math.floor(rank));
    const [scale] = (await numbersOf(model.net, `${TABLE}.scale`))!;
    assert.ok(Math.abs(scale! - expected) < 1e-4 * expected, `${scale}, not ${expected}`);
  });

  it('16 bits -> int16', async () => {
    const { model } = await run({ lookup_table_v2: { quantize_bits: 16 } });
    assert.equal(model.net.parameters.get(`${TABLE}.int`)!.dtype, 'int16');
  });

  it('bad configurations -> refused by name', async () => {
    for (const [config, message] of [
      [{ quantize_op_types: 'pyramid_hash' }, /one of lookup_table/],
      [{ lookup_table_v2: { quantize_type: 'absmax' } }, /did you mean abs_max/],
      [{ lookup_table_v2: { quantise_type: 'log' } }, /did you mean quantize_type/],
      [{ lookup_table_v2: { quantize_type: 'log', quantize_bits: 16 } }, /cannot be stored/],
      [{ lookup_table_v2: { dtype: 'int16' } }, /cannot be stored/],
      [{ lookup_table_v2: { threshold: 0 } }, /a number in/],
    ] as const) {
      await assert.rejects(run(config), { code: 'INVALID_ARGUMENT', message });
    }
    await assert.rejects(run({ quantize_op_types: ['lookup_table'] }), { code: 'NOTHING_TO_QUANTIZE' });
    const again = filesOf(paddleGolden('quantized', 'words/log'));
    await assert.rejects(quantEmbedding({ modelDir: again }), { code: 'ALREADY_QUANTIZED' });
  });
});
