// convert(): Paddle's quantized programs as models that compute with codes, beside what Paddle simulates; choices, debug graphs, and
// what is refused.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { OctavoError, Session } from '../../ts-host/index.js';
import { paddleFolders } from '../../ts-host/node/paddleFolders.js';
import { type PaddleModel, readPaddle, toOnnx } from '../../ts-host/paddle.js';
import { useFolders } from '../../ts-host/paddleslim/paths.js';
import { type ConvertOptions, convert, quantPostStatic } from '../../ts-host/paddleslim.js';
import { prepareOctavo } from '../support/octavo.js';
import { type PaddleGolden, paddleGoldens } from '../support/paddleGoldens.js';

before(prepareOctavo);

const goldens = new Map([...paddleGoldens('quantized')].map((golden) => [golden.name, golden]));
const golden = (name: string): PaddleGolden => goldens.get(name)!;

function read(name: string): Promise<PaddleModel> {
  const { pdmodel, pdiparams } = golden(name).files;
  return readPaddle({ model: pdmodel!, params: pdiparams });
}

type Feeds = Parameters<Session['run']>[0];
type ModelInput = Parameters<typeof Session.create>[0];

async function run(model: ModelInput, { inputs }: PaddleGolden) {
  const session = await Session.create(model);
  const feeds = Object.entries(inputs).map(([name, { data, dims }]) => [name, { data, dims }] as const);
  const outputs = await session.run(Object.fromEntries(feeds) as Feeds);
  const { nodes = [] } = session.diagnostics();
  await session.dispose();
  return { output: Object.values(outputs)[0]!.data as Float32Array, nodes };
}

/** Share of elements that are within one step of an 8-bit code over the range of the output. */
function shareWithinStep(got: Float32Array, wanted: Float32Array): number {
  assert.equal(got.length, wanted.length);
  const step = Math.max(...wanted.map(Math.abs)) / 127;
  return wanted.filter((value, i) => Math.abs(value - got[i]!) <= step).length / wanted.length;
}

describe('convert', () => {
  const NAMES = [
    'residual/static/KL-fake',
    'residual/static/hist-onnx-is_full_quantize',
    'residual/aware/fake-simulated',
    'residual/aware/fake-frozen',
    'residual/aware/onnx-simulated',
    'classic/static/avg-onnx-per_tensor',
    'classic/aware/fake-simulated',
    'classic/aware/fake-frozen',
    'classic/aware/onnx-frozen',
  ];
  for (const name of NAMES) {
    it(`${name}: integers that give what Paddle simulates`, async () => {
      const { output, nodes } = await run(await convert(await read(name)), golden(name));
      const wanted = Object.values(golden(name).outputs)[0]!.data as Float32Array;
      assert.ok(shareWithinStep(output, wanted) >= 0.999);
      const products = nodes.filter(({ opType }) => /^(Conv|Gemm|MatMul)$/.test(opType));
      assert.ok(products.length >= 4);
      assert.deepEqual(
        products.filter(({ runs }) => runs === 'float'),
        [],
      );
    });
  }

  it('writes ONNX that gives the same, with weights as int8 and activations as uint8', async () => {
    const name = 'classic/aware/fake-frozen';
    const converted = await convert(await read(name));
    const { model } = await converted.open();
    const types = new Set([...model.graph.initializers.values()].map(({ dtype }) => dtype));
    assert.ok(types.has('int8') && types.has('uint8') && types.has('int32'));
    for (const { dims, dtype } of model.graph.initializers.values())
      if (dims.length > 1) assert.equal(dtype, 'int8');
    const bytes = await (await toOnnx(converted)).bytes();
    const [own, written] = [await run(converted, golden(name)), await run(bytes, golden(name))];
    assert.deepEqual(written.output, own.output);
  });

  it('gives uint8 codes from 0 to what follows a Relu', async () => {
    const { model } = await (await convert(await read('residual/aware/fake-frozen'))).open();
    const { nodes, initializers } = model.graph;
    const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
    const zeros = nodes
      .filter(({ opType }) => opType === 'QuantizeLinear')
      .map(({ inputs: [value = '', , zeroPoint = ''] }) => {
        const clip = makers.get(value);
        const before = clip?.opType === 'Clip' ? makers.get(clip.inputs[0]!) : clip;
        return [before?.opType, initializers.get(zeroPoint)!.dtype, zeroPoint] as const;
      });
    const behindRelu = zeros.filter(([opType]) => opType === 'Relu');
    assert.ok(behindRelu.length > 0);
    assert.equal(new Set(behindRelu.map(([, , zeroPoint]) => zeroPoint)).size, 1);
    assert.deepEqual(new Set(zeros.map(([, dtype]) => dtype)), new Set(['uint8']));
  });

  it('keeps weights of a program that is quantized dynamically', async () => {
    const converted = await convert(await read('residual/dynamic/channel_wise_abs_max-8'));
    const test = golden('residual/dynamic/channel_wise_abs_max-8-test');
    const wanted = Object.values(test.outputs)[0]!.data as Float32Array;
    assert.ok(shareWithinStep((await run(converted, test)).output, wanted) === 1);
  });

  it('takes what quantPostStatic makes, with weights as int8 behind a cast or as floats that are integers', async () => {
    const modelDir = await read('residual/float');
    const { dims, data } = golden('residual/float').inputs.x!;
    const dataLoader = [{ x: { dims, data: data as Float32Array } }];
    const outputs: Float32Array[] = [];
    for (const saveInt8 of [true, false]) {
      const result = await quantPostStatic({ modelDir, dataLoader, onnxFormat: false, saveInt8 });
      const { nodes, output } = await run(await convert(result.model), golden('residual/float'));
      assert.ok(nodes.filter(({ opType, runs }) => opType === 'Conv' && runs === 'integer').length > 4);
      outputs.push(output);
    }
    assert.deepEqual(outputs[0], outputs[1]);
  });

  it('tells integer operators that are alone', async () => {
    const name = 'residual/aware/fake-frozen';
    const { lone } = await convert(await read(name));
    assert.deepEqual(
      lone.map(({ opId, type }) => [opId, type]),
      [[32, 'matmul_v2']],
    );
    assert.match(lone[0]!.advice, /opIdsToSkip: \[32\]/);
    assert.equal(lone[0]!.multiplyAdds, 160);
    assert.deepEqual((await convert(await read(name), { opIdsToSkip: [32] })).lone, []);
  });

  it('what an operator that is alone costs -> by the sizes told, those given, or that they are open', async () => {
    const model = await read('residual/aware/fake-frozen');
    const convs = model.net.program.blocks[0]!.ops.flatMap(({ type }, id) => (type === 'conv2d' ? [id] : []));
    const [first, ...others] = convs;
    const cost = async (inputDims?: ConvertOptions['inputDims']) => {
      const { lone } = await convert(model, { opsToQuantize: ['conv2d'], opIdsToSkip: others, inputDims });
      assert.deepEqual(
        lone.map(({ opId }) => opId),
        [first],
      );
      return lone[0]!;
    };
    // 3 × 3 × 3 products for each of 8 channels of half the size.
    const told = await cost();
    assert.equal(told.multiplyAdds, 8 * 8 * 8 * 27);
    assert.equal(told.convertedElements, 3 * 16 * 16 + 8 * 8 * 8);
    assert.equal((await cost({ x: [1, 3, 32, 32] })).multiplyAdds, 4 * told.multiplyAdds);
    const open = await cost({ x: [-1, 3, -1, -1] });
    assert.equal(open.multiplyAdds, undefined);
    assert.match(open.advice, /not known \(the size of x is open: give inputDims\)/);
  });

  it('shows the graph after each step', async () => {
    const shown: { name: string; text: string }[] = [];
    await convert(await read('classic/aware/fake-frozen'), { debug: (graph) => void shown.push(graph) });
    assert.deepEqual(
      shown.map(({ name }) => name.replace(/^\d\d-|\.dot$/g, '')),
      `program restore-weights fuse gather-scales select widen propagate place store-weights squash`.split(
        ' ',
      ),
    );
    assert.ok(shown.every(({ text }) => text.startsWith('digraph') && /conv2d#\d+/.test(text)));
    const has = (at: number, opType: string) => shown[at]!.text.includes(`"${opType}\\n`);
    assert.deepEqual(
      [0, 3, 7].map((at) => has(at, 'QuantizeLinear')),
      [true, false, true],
    );
    const last = shown.at(-1)!.text;
    assert.match(last, /"DequantizeLinear\\nconv2d_0\.w_0[^"]*\\nint8 \[\d+, 3, 3, 3\]/);
    // Chains of layers straight, weights beside them.
    assert.match(last, /\[label="x_codes[^"]*", weight=20\]/);
    assert.match(last, /\[label="conv2d_0\.w_0[^"]*"\]/);
  });
});

describe('choice of operators', () => {
  const name = 'classic/aware/fake-frozen';
  const integersOf = async (options: ConvertOptions) =>
    (await run(await convert(await read(name), options), golden(name))).nodes
      .filter(({ runs, opType }) => runs === 'integer' && /^(Conv|Gemm|MatMul)$/.test(opType))
      .map(({ node }) => node);

  it('skips ids', async () => {
    const all = await integersOf({});
    const skipped = all[1]!;
    const id = Number(/#(\d+)/.exec(skipped)![1]);
    assert.deepEqual(
      await integersOf({ opIdsToSkip: [id] }),
      all.filter((node) => node !== skipped),
    );
  });

  it('takes types', async () => {
    const some = await integersOf({ opsToQuantize: ['conv2d'] });
    assert.ok(some.length > 0 && some.every((node) => node.startsWith('conv2d#')));
    assert.ok(some.length < (await integersOf({})).length);
  });

  it('takes types that the program does not quantize, by the thresholds of results', async () => {
    const residual = 'residual/static/hist-fake';
    const types = ['conv2d', 'depthwise_conv2d', 'matmul_v2', 'elementwise_add', 'pool2d'];
    const [own, more] = [
      await convert(await read(residual)),
      await convert(await read(residual), { opsToQuantize: types }),
    ];
    const integers = async (model: ModelInput) =>
      (await run(model, golden(residual))).nodes.filter(({ runs }) => runs === 'integer').length;
    assert.ok((await integers(more)) > (await integers(own)));
    const adds = (await run(more, golden(residual))).nodes.filter(({ as }) => as === 'QLinearAdd');
    assert.ok(adds.length > 0);
    const wanted = Object.values(golden('residual/float').outputs)[0]!.data as Float32Array;
    const { output } = await run(more, golden(residual));
    assert.ok(
      Math.max(...wanted.map((value, i) => Math.abs(value - output[i]!))) < 0.05 * Math.max(...wanted),
    );
  });

  const refused = async (options: ConvertOptions, message: RegExp) => {
    const error = await convert(await read(name), options).then(
      () => assert.fail('it was taken'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof OctavoError && error.code === 'INVALID_ARGUMENT');
    assert.match(error.message, message);
  };

  it('refuses what the program does not have', async () => {
    await refused({ opsToQuantize: ['conv2'] }, /no operator conv2: did you mean conv2d\?/);
    await refused({ opIdsToSkip: [1000] }, /there is no operator 1000: ids are 0 to \d+/);
    await refused({ opIdsToSkip: [0.5] }, /there is no operator 0\.5/);
    await refused({ opIdsToSkip: [0] }, /operator 0 is not quantized; those that are: conv2d#/);
  });

  it("takes Paddle's spelling, lists as texts with commas, and refuses options there are not", async () => {
    const own = await convert(await read(name), { opsToQuantize: ['conv2d'], opIdsToSkip: [2] });
    const theirs = { ops_to_quantize: 'conv2d', op_ids_to_skip: '2' } as unknown as ConvertOptions;
    const spelled = await convert(await read(name), theirs);
    const [a, b] = [await own.open(), await spelled.open()];
    assert.deepEqual(
      a.model.graph.nodes.map((node) => node.name),
      b.model.graph.nodes.map((node) => node.name),
    );
    await refused(
      { op_id_to_skip: [2] } as ConvertOptions,
      /no option op_id_to_skip: did you mean op_ids_to_skip\?/,
    );
    for (const ids of ['two', '2,', '2,,3', '1.5'])
      await refused({ opIdsToSkip: ids as unknown as number[] }, /is a list of numbers/);
    await refused({ opIdsToSkip: {} as number[] }, /is a list of numbers/);
    await refused({ debug: 1 as unknown as string }, /debug is a function/);
  });

  it('reads a folder, writes ONNX and graphs to folders', async () => {
    useFolders(paddleFolders);
    const folder = mkdtempSync(join(tmpdir(), 'octavo-convert-'));
    const { pdmodel, pdiparams } = golden(name).files;
    writeFileSync(join(folder, 'inference.pdmodel'), pdmodel!);
    writeFileSync(join(folder, 'inference.pdiparams'), pdiparams!);
    const [int8ModelSavePath, debug] = [join(folder, 'int8'), join(folder, 'dots')];
    const converted = await convert(folder, { int8ModelSavePath, debug });
    const { output } = await run(readFileSync(join(int8ModelSavePath, 'model.onnx')), golden(name));
    assert.deepEqual(output, (await run(converted, golden(name))).output);
    assert.ok(readdirSync(debug).includes('07-place.dot'));
    await converted.close();
    rmSync(folder, { recursive: true });
  });

  it('leaves the graphs before an error in their folder', async () => {
    useFolders(paddleFolders);
    const debug = mkdtempSync(join(tmpdir(), 'octavo-convert-'));
    await assert.rejects(
      convert(await read(name), { debug, opIdsToSkip: [0] }),
      /operator 0 is not quantized/,
    );
    assert.deepEqual(readdirSync(debug), ['00-program.dot', '01-restore-weights.dot', '02-fuse.dot']);
    rmSync(debug, { recursive: true });
  });

  it('refuses a program that is not quantized', async () => {
    for (const float of ['classic/float', 'classic/dynamic/abs_max-8-test']) {
      await assert.rejects(convert(await read(float)), {
        code: 'INVALID_ARGUMENT',
        message: /not quantized/,
      });
    }
  });
});
