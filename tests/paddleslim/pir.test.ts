// Models of Paddle 3's JSON, quantized: each style as PIR is the program that it is as ProgramDesc, and computes the same.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import type { PaddleAttribute, PaddleNet } from '../../ts-host/formats/paddle/program.js';
import { Session } from '../../ts-host/index.js';
import { outputBytes } from '../../ts-host/io/output.js';
import { type PaddleModel, readPaddle, writePaddle } from '../../ts-host/paddle.js';
import {
  type QuantPostStaticOptions,
  quantEmbedding,
  quantPostDynamic,
  quantPostStatic,
} from '../../ts-host/paddleslim.js';
import { prepareOctavo } from '../support/octavo.js';
import { paddleGolden } from '../support/paddleGoldens.js';
import { filesOf, floatGolden } from './support.js';

type Feeds = Parameters<Session['run']>[0];

const golden = (name: string) => paddleGolden('pir', name);
const read = (name: string) => {
  const { json, pdiparams } = golden(name).files;
  return readPaddle({ model: json!, params: pdiparams });
};
const feedsOf = (name: string): Feeds =>
  Object.fromEntries(
    Object.entries(golden(name).inputs).map(([input, { dims, data }]) => [input, { dims, data }]),
  ) as Feeds;

/** The model written in a layout and read again. */
async function again(model: PaddleModel, layout: 'pir' | 'program'): Promise<PaddleModel> {
  const [params, program] = writePaddle(model, { layout }).files;
  const context = new RunContext();
  return readPaddle({
    model: await outputBytes(program!, context),
    params: await outputBytes(params!, context),
  });
}

async function run(model: PaddleModel, feeds: Feeds) {
  const session = await Session.create(model);
  try {
    return Object.values(await session.run(feeds)).map(({ dims, data }) => ({ dims, data }));
  } finally {
    session.dispose();
  }
}

/** Attributes that one of the layouts does without: what is a variable's type, and what plays a part in training. */
const UNSAID = ['op_role', 'in_dtype', 'out_dtype'];

const plain = (attribute: PaddleAttribute | undefined): unknown =>
  attribute !== undefined && 'value' in attribute ? String(attribute.value) : undefined;

/** Operators, with who made what they read in the place of names. */
function structureOf({ program, parameters }: PaddleNet) {
  const makers = new Map<string, string>();
  return program.blocks[0]!.ops.map(({ type, inputs, outputs, attributes }, at) => {
    const read = [...inputs].flatMap(([argument, names]) =>
      names.map((name) => {
        const maker = makers.get(name) ?? (parameters.has(name) ? `parameter ${name}` : 'nobody');
        return `${argument} ${maker}`;
      }),
    );
    for (const [argument, names] of outputs) {
      // Thresholds that an operator of PIR's leaves as they are have the name of the parameter still.
      if (!/Out(Scale|State|Accum)/.test(argument)) {
        for (const [index, name] of names.entries()) makers.set(name, `${at} ${argument} ${index}`);
      }
    }
    return { type, read, attributes };
  });
}

/** Whether what one program says the other says too. PIR's operators have attributes beyond those, with Paddle's defaults. */
function assertSame(pir: PaddleNet, desc: PaddleNet): void {
  const [ours, theirs] = [structureOf(pir), structureOf(desc)];
  const bare = (ops: typeof ours) => ops.map(({ type, read }) => ({ type, read }));
  assert.deepEqual(bare(ours), bare(theirs));
  const missing = theirs.flatMap(({ type, attributes }, at) =>
    [...attributes]
      .filter(([name]) => !UNSAID.includes(name))
      .filter(([name, value]) => plain(ours[at]!.attributes.get(name)) !== plain(value))
      .map(([name]) => `${type}#${at} ${name}`),
  );
  assert.deepEqual(missing, []);
  assert.deepEqual(
    [...pir.parameters.values()].map(({ name, dtype, dims }) => ({ name, dtype, dims })),
    [...desc.parameters.values()].map(({ name, dtype, dims }) => ({ name, dtype, dims })),
  );
}

before(prepareOctavo);

const STYLES: Readonly<Record<string, Partial<QuantPostStaticOptions>>> = {
  'onnx format': { onnxFormat: true },
  'onnx format, everything, biases corrected': {
    onnxFormat: true,
    isFullQuantize: true,
    biasCorrection: true,
  },
  'onnx format, 16 bits': { onnxFormat: true, weightBits: 16, activationBits: 16 },
  'fake operators': { onnxFormat: false, skipTensorList: ['x'] },
  'fake operators, everything': { onnxFormat: false, isFullQuantize: true },
  'fake operators, one scale a weight': {
    onnxFormat: false,
    weightQuantizeType: 'abs_max',
    activationQuantizeType: 'moving_average_abs_max',
  },
  'fake operators, 16 bits': { onnxFormat: false, weightBits: 16, activationBits: 16 },
  'fake operators, codes as floats': { onnxFormat: false, saveInt8: false },
  ranges: { algo: 'min_max' },
};

describe('quantPostStatic of PIR', () => {
  const feeds = feedsOf('residual');
  const quantize = async (options: Partial<QuantPostStaticOptions>) =>
    quantPostStatic({ modelDir: await read('residual'), dataLoader: [feeds], ...options });

  for (const [name, options] of Object.entries(STYLES)) {
    it(`${name} -> the program and the outputs of its ProgramDesc form`, async () => {
      const { model } = await quantize(options);
      const [pir, desc] = [await again(model, 'pir'), await again(model, 'program')];
      assertSame(pir.net, desc.net);
      assert.deepEqual(await run(pir, feeds), await run(desc, feeds));
    });
  }

  it('thresholds that each run finds -> the same outputs', async () => {
    for (const weightQuantizeType of ['abs_max', 'channel_wise_abs_max'] as const) {
      const options = { onnxFormat: false, activationQuantizeType: 'abs_max', weightQuantizeType } as const;
      const { model } = await quantize(options);
      const outputs = await run(await again(model, 'pir'), feeds);
      assert.deepEqual(outputs, await run(await again(model, 'program'), feeds));
    }
  });

  for (const onnxFormat of [true, false]) {
    it(`batch norms folded, onnxFormat ${onnxFormat} -> what is added is reshaped, and computes the same`, async () => {
      const { model } = await quantize({ onnxFormat, optimizeModel: true, isFullQuantize: true });
      const [pir, desc] = [await again(model, 'pir'), await again(model, 'program')];
      const typesOf = ({ net }: PaddleModel, without: string) =>
        net.program.blocks[0]!.ops.map(({ type }) => type).filter((type) => type !== without);
      assert.deepEqual(typesOf(pir, 'reshape2'), typesOf(desc, 'reshape2'));
      assert.ok(!typesOf(pir, '').includes('batch_norm'));
      assert.deepEqual(await run(pir, feeds), await run(desc, feeds));
    });
  }

  it('files -> model.json; but ProgramDesc where nobody asks and Paddle misruns dequantize_linear', async () => {
    const names = async (options: Partial<QuantPostStaticOptions>) =>
      (await quantize(options)).files.map(({ name }) => name);
    assert.deepEqual(await names({ onnxFormat: false }), ['model.pdiparams', 'model.json']);
    assert.deepEqual(await names({ onnxFormat: false, saveLayout: 'program' }), [
      'model.pdiparams',
      'model.pdmodel',
    ]);
    assert.deepEqual(await names({ algo: 'min_max' }), ['model.pdiparams', 'model.json']);
    assert.deepEqual(await names({}), ['model.pdiparams', 'model.pdmodel']);
    assert.deepEqual(await names({ saveLayout: 'input' }), ['model.pdiparams', 'model.json']);
    assert.deepEqual(await names({ saveModelFilename: 'int8.json' }), ['model.pdiparams', 'int8.json']);
  });

  it('PIR of a program that was read from ProgramDesc -> refused before a sample is asked for', async () => {
    let asked = 0;
    const dataLoader = () => {
      asked++;
      return [feeds];
    };
    const modelDir = filesOf(floatGolden('residual'));
    for (const options of [{ saveLayout: 'pir' }, { saveModelFilename: 'int8.json' }] as const) {
      await assert.rejects(quantPostStatic({ modelDir, dataLoader, ...options }), { code: 'UNSUPPORTED_OP' });
    }
    assert.equal(asked, 0);
  });
});

describe('other functions of PIR', () => {
  it('quantPostDynamic -> codes and attributes on the operators; its test model is a float one', async () => {
    for (const weightBits of [8, 16] as const) {
      const quantizableOpType = ['conv2d', 'depthwise_conv2d', 'mul'];
      const options = { quantizableOpType, weightBits, generateTestModel: true };
      const result = await quantPostDynamic({ modelDir: await read('residual'), ...options });
      assert.deepEqual(
        result.files.map(({ name }) => name),
        ['model.pdiparams', 'model.json'],
      );
      assertSame((await again(result.model, 'pir')).net, (await again(result.model, 'program')).net);
      const test = await again(result.testModel!.model, 'pir');
      assertSame(test.net, (await again(result.testModel!.model, 'program')).net);
      const feeds = feedsOf('residual');
      assert.deepEqual(await run(test, feeds), await run(result.testModel!.model, feeds));
    }
  });

  for (const quantizeType of ['abs_max', 'log'] as const) {
    it(`quantEmbedding, ${quantizeType} -> the program and the outputs of its ProgramDesc form`, async () => {
      const { model, files } = await quantEmbedding({
        modelDir: await read('words'),
        config: { lookupTableV2: { quantizeType } },
      });
      assert.deepEqual(
        files.map(({ name }) => name),
        ['model.pdiparams', 'model.json'],
      );
      const [pir, desc] = [await again(model, 'pir'), await again(model, 'program')];
      assertSame(pir.net, desc.net);
      // The lookup makes codes, which Paddle chooses the kernel of what dequantizes them by.
      const { ops, vars } = pir.net.program.blocks[0]!;
      const lookup = ops.find(({ type }) => type === 'lookup_table_v2')!;
      assert.equal(vars.get(lookup.outputs.get('Out')![0]!)!.dtype, 'int8');
      assert.deepEqual(await run(pir, feedsOf('words')), await run(desc, feedsOf('words')));
    });
  }
});
