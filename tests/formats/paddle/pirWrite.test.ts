// Programs of PIR, read and written: unchanged they keep their bytes; quantized they say what their ProgramDesc form says; and edits that
// make no program are refused.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { RunContext } from '../../../ts-host/context.js';
import { readPirProgram } from '../../../ts-host/formats/paddle/pir/readPirProgram.js';
import { pirProgramBytes } from '../../../ts-host/formats/paddle/pir/write/program.js';
import type { PaddleBlock, PaddleOp, PaddleProgram } from '../../../ts-host/formats/paddle/program.js';
import { OctavoError } from '../../../ts-host/index.js';
import { bytesSource } from '../../../ts-host/io/source.js';
import { readPaddle, writePaddle } from '../../../ts-host/paddle.js';
import { prepareOctavo } from '../../support/octavo.js';
import { paddleGolden, paddleGoldens } from '../../support/paddleGoldens.js';
import { Rng } from '../../support/rng.js';

const context = new RunContext();
const encoder = new TextEncoder();

const readProgram = (text: string | Uint8Array): Promise<PaddleProgram> =>
  readPirProgram(bytesSource(typeof text === 'string' ? encoder.encode(text) : text), context);

const textOf = (program: PaddleProgram): string => new TextDecoder().decode(pirProgramBytes(program));

function withBlock(program: PaddleProgram, change: Partial<PaddleBlock>): PaddleProgram {
  return { ...program, blocks: [{ ...program.blocks[0]!, ...change }] };
}

/** The program with its operators changed. */
function edited(
  program: PaddleProgram,
  change: (ops: readonly PaddleOp[]) => readonly PaddleOp[],
): PaddleProgram {
  return withBlock(program, { ops: change(program.blocks[0]!.ops) });
}

before(prepareOctavo);

describe('PIR, read and written unchanged', () => {
  for (const container of ['pir', 'pir-operators', 'pir-quantized', 'functions']) {
    it(`${container} -> the same bytes`, async () => {
      const different: string[] = [];
      for (const { name, files } of paddleGoldens(container)) {
        if (files.json === undefined) continue;
        const written = pirProgramBytes(await readProgram(files.json));
        if (Buffer.compare(written, files.json) !== 0) different.push(name);
      }
      assert.deepEqual(different, []);
    });
  }
});

const TENSOR = '{"#":"0.t_dtensor","D":[{"#":"0.t_f32"},[2, 3],"NCHW",[],0]}';

/** A program with spaces, with brackets in texts, and with numbers that JSON.parse does not keep. */
const ODD = `{ "base_code" : {"magic":"pir","version":4,"trainable":true},
  "program":{"regions":[{"#":"region_0","blocks":[{"#":"block_0","args":[],"ops":[
    {"#":"1.data","A":[{"N":"name","AT":{"#":"0.a_str","D":"x"}}],"I":[],"O":[{"%":1,"TT":${TENSOR}}]} ,
    {"#":"1.leaky_relu", "note":"]}\\",[{\\\\", "A":[ {"N":"negative_slope","AT":{"#":"0.a_f32","D":2.50e-01}} ,
      {"N":"wide","AT":{"#":"0.a_i64","D":9223372036854775807}} ],"I":[{"%":1}],"O":[{"%":2,"TT":${TENSOR}}]},
    {"#":"1.full","A":[{"N":"shape","AT":{"#":"1.a_intarray","D":[1]}},{"N":"value","AT":{"#":"0.a_f64","D":1e0}},
      {"N":"dtype","AT":{"#":"1.a_dtype","D":"float32"}}],"I":[],"O":[{"%":7,"TT":${TENSOR}}]},
    {"#":"1.fetch","A":[{"N":"name","AT":{"#":"0.a_str","D":"y"}},{"N":"col","AT":{"#":"0.a_i32","D":0}}],
      "I":[{"%":2}],"O":[{"%":9,"TT":${TENSOR}}]}
  ]}]}]} }
`;

const attribute = { kind: 'float', value: 0.5 } as const;
const marked = (op: PaddleOp): PaddleOp => ({
  ...op,
  attributes: new Map([...op.attributes, ['out_threshold', attribute]]),
});
const at = (ops: readonly PaddleOp[], type: string): number => ops.findIndex((op) => op.type === type);
const replaced = (ops: readonly PaddleOp[], index: number, ...by: readonly PaddleOp[]): PaddleOp[] =>
  [...ops].toSpliced(index, 1, ...by);

describe('the text of a program', () => {
  it('unchanged -> every space and digit', async () => {
    assert.equal(textOf(await readProgram(ODD)), ODD);
  });

  it('one more attribute -> nothing else is spelled anew', async () => {
    const program = await readProgram(ODD);
    const text = textOf(
      edited(program, (ops) => ops.map((op) => (op.type === 'leaky_relu' ? marked(op) : op))),
    );
    const added = '{"AT":{"#":"0.a_f32","D":0.5},"N":"out_threshold"}';
    assert.equal(text, ODD.replace('9223372036854775807}}', `$&,${added}`));
    const again = await readProgram(text);
    assert.deepEqual(again.blocks[0]!.ops[1]!.attributes.get('out_threshold'), attribute);
  });

  it('an operator in between -> a new number, and who reads it takes that', async () => {
    const program = await readProgram(ODD);
    const vars = program.blocks[0]!.vars;
    const cast: PaddleOp = {
      type: 'cast',
      inputs: new Map([['X', ['leaky_relu_2']]]),
      outputs: new Map([['Out', ['half']]]),
      attributes: new Map([['out_dtype', { kind: 'int', value: 4 }]]),
    };
    const changed = edited(program, (ops) => {
      const made = vars.has('y') ? 'y' : 'leaky_relu_2';
      const own = { ...cast, inputs: new Map([['X', [made]]]) };
      const fetch = ops.at(-1)!;
      return [...ops.slice(0, -1), own, { ...fetch, inputs: new Map([['X', ['half']]]) }];
    });
    const half = { ...vars.get('x')!, name: 'half', dtype: 'float16' as const };
    const text = textOf(withBlock(changed, { vars: new Map([...vars, ['half', half]]) }));
    const ops = JSON.parse(text).program.regions[0].blocks[0].ops as {
      '#': string;
      I: unknown;
      O: unknown;
    }[];
    const made = ops.find((op) => op['#'] === '1.cast')!;
    assert.deepEqual([made.I, ops.at(-1)!.I], [[{ '%': 2 }], [{ '%': 10 }]]);
    assert.match(text, /"%":10,"TT":{"#":"0.t_dtensor","D":\[{"#":"0.t_f16"},\[2,3\]/);
  });

  it('inputs of other dims -> the input says so too', async () => {
    const { json, pdiparams } = paddleGolden('pir', 'residual').files;
    const model = await readPaddle({ model: json!, params: pdiparams }, { inputDims: { x: [4, 3, -1, -1] } });
    const program = await readProgram(await writePaddle(model).bytes('model.json'));
    assert.deepEqual(program.blocks[0]!.vars.get('x')!.dims, [4, 3, -1, -1]);
    assert.match(textOf(program), /"#":"1.a_intarray","D":\[4,3,-1,-1\]/);
  });
});

describe('layouts', () => {
  const { json, pdiparams } = paddleGolden('pir', 'residual').files;
  const { pdmodel, pdiparams: params } = paddleGolden('nets', 'residual').files;
  const pir = () => readPaddle({ model: json!, params: pdiparams });
  const desc = () => readPaddle({ model: pdmodel!, params });
  const namesOf = (output: ReturnType<typeof writePaddle>) => output.files.map(({ name }) => name);

  it('of PIR -> what it was read from, unless options or the name say otherwise', async () => {
    const model = await pir();
    assert.deepEqual(namesOf(writePaddle(model)), ['model.pdiparams', 'model.json']);
    assert.deepEqual(namesOf(writePaddle(model, { layout: 'program' })), [
      'model.pdiparams',
      'model.pdmodel',
    ]);
    const named = writePaddle(model, { modelFilename: 'inference.pdmodel' });
    assert.equal((await named.bytes('inference.pdmodel'))[0], 0x0a);
    const other = writePaddle(model, { modelFilename: 'net' });
    assert.equal(Buffer.compare(await other.bytes('net'), json!), 0);
    assert.equal(Buffer.compare(await other.bytes('model.pdiparams'), pdiparams!), 0);
  });

  it('of ProgramDesc -> it, and never PIR', async () => {
    const model = await desc();
    assert.deepEqual(namesOf(writePaddle(model)), ['model.pdiparams', 'model.pdmodel']);
    for (const options of [{ layout: 'pir' }, { modelFilename: 'model.json' }] as const) {
      assert.throws(() => writePaddle(model, options), {
        code: 'UNSUPPORTED_OP',
        message: /read from Paddle's ProgramDesc/,
      });
    }
  });

  it('a layout in a file that Paddle does not look for it in -> refused', async () => {
    const model = await pir();
    const place = { field: 'layout' };
    for (const options of [
      { layout: 'program', modelFilename: 'model.json' },
      { layout: 'pir', modelFilename: '__model__' },
      { layout: 'input', modelFilename: 'model.pdmodel' },
    ] as const) {
      assert.throws(() => writePaddle(model, options), { code: 'INVALID_ARGUMENT', place });
    }
  });

  it('a layout there is not -> refused', async () => {
    const model = await pir();
    for (const layout of ['pirr', 5, null]) {
      assert.throws(() => writePaddle(model, { layout: layout as 'pir' }), {
        code: 'INVALID_ARGUMENT',
        message: /layout is one of program, pir, input/,
      });
    }
  });
});

it('bytes changed at random -> what is read is written as it was', async () => {
  const texts = [paddleGolden('pir', 'residual'), ...paddleGoldens('functions')].map(
    ({ files }) => files.json!,
  );
  const found = { same: 0, error: 0 };
  for (let seed = 1; seed <= 400; seed++) {
    const rng = new Rng(seed);
    const bytes = Uint8Array.from(texts[rng.int(0, texts.length - 1)]!);
    const at = rng.int(0, bytes.length - 1);
    bytes[at] = bytes[rng.int(0, bytes.length - 1)]!;
    try {
      const written = pirProgramBytes(await readProgram(bytes));
      assert.equal(Buffer.compare(written, bytes), 0, `seed ${seed}`);
      found.same++;
    } catch (error) {
      if (!(error instanceof OctavoError)) throw new Error(`seed ${seed}`, { cause: error });
      assert.ok(
        !['GRAPH_INVALID', 'INVALID_ARGUMENT'].includes(error.code),
        `seed ${seed}: ${error.message}`,
      );
      found.error++;
    }
  }
  assert.ok(found.same > 100 && found.error > 100, JSON.stringify(found));
});

describe('edits that make no program', () => {
  const { json } = paddleGolden('pir', 'residual').files;
  const op = (type: string, input: string, output: string): PaddleOp => ({
    type,
    inputs: new Map([['X', [input]]]),
    outputs: new Map([['Out', [output]]]),
    attributes: new Map(),
  });

  const cases: Readonly<
    Record<string, readonly [(ops: readonly PaddleOp[]) => readonly PaddleOp[], object]>
  > = {
    'a variable that nothing makes': [
      (ops) => [...ops, op('cast', 'nobody', 'x')],
      { code: 'GRAPH_INVALID', place: { node: 'cast#25', tensor: 'nobody' } },
    ],
    'an operator before the one it reads': [
      (ops) => [ops[0]!, ops[2]!, ops[1]!, ...ops.slice(3)],
      { code: 'GRAPH_INVALID', message: /before anything makes it/ },
    ],
    'an operator that is gone, and read': [
      (ops) => replaced(ops, at(ops, 'conv2d')),
      { code: 'GRAPH_INVALID', message: /before anything makes it/ },
    ],
    'an operator twice': [
      (ops) => replaced(ops, 1, ops[1]!, ops[1]!),
      { code: 'GRAPH_INVALID', message: /makes the value \d+ again/ },
    ],
    'an operator that PIR is not known to have': [
      (ops) => [...ops, op('pad2d', 'x', 'x')],
      { code: 'UNSUPPORTED_OP', message: /pad2d is not written into a program of PIR/ },
    ],
    'an attribute with another value': [
      (ops) => {
        const conv = ops[at(ops, 'conv2d')]!;
        const attributes = new Map([...conv.attributes, ['groups', { kind: 'int', value: 3 } as const]]);
        return replaced(ops, at(ops, 'conv2d'), { ...conv, attributes });
      },
      { code: 'UNSUPPORTED_OP', message: /has another groups/ },
    ],
    'another output': [
      (ops) => {
        const conv = ops[at(ops, 'conv2d')]!;
        return replaced(ops, at(ops, 'conv2d'), { ...conv, outputs: new Map([['Output', ['x']]]) });
      },
      { code: 'UNSUPPORTED_OP', message: /writes other variables/ },
    ],
    'an input that the operator has not': [
      (ops) => {
        const conv = ops[at(ops, 'conv2d')]!;
        return replaced(ops, at(ops, 'conv2d'), {
          ...conv,
          inputs: new Map([...conv.inputs, ['Bias', ['x']]]),
        });
      },
      { code: 'UNSUPPORTED_OP', message: /reads another Bias/ },
    ],
    'a kind of attribute that PIR has not': [
      (ops) => {
        const conv = ops[at(ops, 'conv2d')]!;
        const attributes = new Map([...conv.attributes, ['inner', { kind: 'block', value: 1 } as const]]);
        return replaced(ops, at(ops, 'conv2d'), { ...conv, attributes });
      },
      { code: 'UNSUPPORTED_OP', message: /no attribute of the kind block/ },
    ],
  };

  for (const [name, [change, error]] of Object.entries(cases)) {
    it(`${name} -> refused`, async () => {
      const program = await readProgram(json!);
      assert.throws(() => pirProgramBytes(edited(program, change)), error);
    });
  }

  it('a parameter that is gone, and read -> refused', async () => {
    const program = await readProgram(json!);
    const vars = new Map(program.blocks[0]!.vars);
    vars.delete('conv2d_0.w_0');
    assert.throws(() => pirProgramBytes(withBlock(program, { vars })), { code: 'GRAPH_INVALID' });
  });

  it('all that is left of a program is its input -> parameters and constants go with who took them', async () => {
    const program = await readProgram(json!);
    const { ops, vars } = program.blocks[0]!;
    const fetch = ops.at(-1)!;
    const kept = [ops[0]!, { ...fetch, inputs: new Map([['X', ['x']]]) }];
    const left = new Map([...vars].filter(([, { persistable, kind }]) => !persistable || kind !== 'tensor'));
    const written = JSON.parse(textOf(withBlock(program, { ops: kept, vars: left })));
    const names = written.program.regions[0].blocks[0].ops.map((each: { '#': string }) => each['#']);
    assert.deepEqual(names, ['1.data', '1.fetch']);
  });
});
