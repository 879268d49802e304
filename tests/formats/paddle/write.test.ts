// What Paddle wrote, read and written again, keeps its bytes; what is made here is read back as it was made.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { RunContext } from '../../../ts-host/context.js';
import type { PaddleAttribute, PaddleNet } from '../../../ts-host/formats/paddle/program.js';
import { readPaddleNet } from '../../../ts-host/formats/paddle/readNet.js';
import { type PaddleFilesOptions, planPaddleFiles } from '../../../ts-host/formats/paddle/write/files.js';
import { outputBytes } from '../../../ts-host/io/output.js';
import { bytesSource } from '../../../ts-host/io/source.js';
import { bytesData } from '../../../ts-host/ir/tensor.js';
import { sharedData } from '../../support/data.js';
import { type PaddleGolden, paddleGolden, paddleGoldens } from '../../support/paddleGoldens.js';

const context = new RunContext();

const readGolden = ({ files }: PaddleGolden): Promise<PaddleNet> =>
  readPaddleNet(
    bytesSource(files.pdmodel!),
    files.pdiparams === undefined ? { none: true } : { combined: bytesSource(files.pdiparams) },
    context,
  );

async function written(net: PaddleNet, options: PaddleFilesOptions = {}): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const file of planPaddleFiles(net, options)) files.set(file.name, await outputBytes(file, context));
  return files;
}

async function readBack(files: ReadonlyMap<string, Uint8Array>): Promise<PaddleNet> {
  const [model, params] = ['model.pdmodel', 'model.pdiparams'].map((name) => bytesSource(files.get(name)!));
  return readPaddleNet(model!, { combined: params! }, context);
}

const small = paddleGolden('quantized', 'residual/float');

describe('models of Paddle, read and written unchanged', () => {
  for (const container of ['quantized', 'operators']) {
    it(`${container} -> the same bytes`, async () => {
      const different: string[] = [];
      for (const golden of paddleGoldens(container)) {
        const files = await written(await readGolden(golden));
        const isSame =
          Buffer.compare(files.get('model.pdmodel')!, golden.files.pdmodel!) === 0 &&
          Buffer.compare(files.get('model.pdiparams')!, golden.files.pdiparams ?? new Uint8Array()) === 0;
        if (!isSame) different.push(golden.name);
      }
      assert.deepEqual(different, []);
    });
  }

  it('a file a parameter -> each its record, in the order of the combined file', async () => {
    const net = await readGolden(small);
    const files = await written(net, { modelFilename: '__model__', paramsFilename: null });
    const names = [...files.keys()];
    assert.equal(names.pop(), '__model__');
    assert.deepEqual(names, [...names].sort());
    const joined = Buffer.concat(names.map((name) => files.get(name)!));
    assert.equal(Buffer.compare(joined, small.files.pdiparams!), 0);
  });
});

const oldFolder = sharedData && join(sharedData, 'models/paddle/mlp_separate_params');

describe('net of the old layout', { skip: oldFolder === undefined && '../shared/data is absent' }, () => {
  it('program without a version, a file a parameter -> the same bytes', async () => {
    const file = (name: string) => readFileSync(join(oldFolder!, name));
    const external = async (name: string) => bytesSource(file(name));
    const net = await readPaddleNet(bytesSource(file('__model__')), { external }, context);
    const files = await written(net, { modelFilename: '__model__', paramsFilename: null });
    assert.ok(files.size > 6);
    for (const [name, bytes] of files) assert.equal(Buffer.compare(bytes, file(name)), 0, name);
  });
});

/** The small net and behind it an operator of no type that there is. */
async function withOperator(attributes: Record<string, PaddleAttribute>): Promise<PaddleNet> {
  const net = await readGolden(small);
  const [block] = net.program.blocks;
  const op = {
    type: 'made',
    inputs: new Map(),
    outputs: new Map(),
    attributes: new Map(Object.entries(attributes)),
  };
  return { ...net, program: { ...net.program, blocks: [{ ...block!, ops: [...block!.ops, op] }] } };
}

describe('what is made here', () => {
  it('an attribute of each kind -> read back as it was', async () => {
    const attributes: Record<string, PaddleAttribute> = {
      int: { kind: 'int', value: -3 },
      long: { kind: 'long', value: 2n ** 40n },
      float: { kind: 'float', value: 0.5 },
      float64: { kind: 'float64', value: 0.1 },
      bool: { kind: 'bool', value: false },
      string: { kind: 'string', value: 'ä' },
      ints: { kind: 'ints', value: [1, -2] },
      longs: { kind: 'longs', value: [1n, -2n] },
      floats: { kind: 'floats', value: [0.25] },
      float64s: { kind: 'float64s', value: [0.1] },
      bools: { kind: 'bools', value: [true, false] },
      strings: { kind: 'strings', value: ['a', ''] },
      scalar: { kind: 'scalar', value: 7n },
      scalars: { kind: 'scalars', value: [true, 2n, 0.5] },
      var: { kind: 'var', value: 'x' },
      vars: { kind: 'vars', value: ['x', 'y'] },
    };
    const { program } = await readBack(await written(await withOperator(attributes)));
    assert.deepEqual(program.blocks[0]!.ops.at(-1)!.attributes, new Map(Object.entries(attributes)));
  });

  it('an attribute of PIR that a ProgramDesc cannot hold -> refused by operator and name', async () => {
    const kinds: PaddleAttribute[] = [
      { kind: 'opaque', origin: { '#': '1.a_place', D: [1, 0, ''] } },
      { kind: 'int', value: 2 ** 40 },
      { kind: 'ints', value: [1, -(2 ** 31) - 1] },
      { kind: 'float', value: 1e39 },
      { kind: 'floats', value: [-1e300] },
    ];
    for (const strange of kinds) {
      const net = await withOperator({ strange });
      const node = `made#${net.program.blocks[0]!.ops.length - 1}`;
      await assert.rejects(written(net), { code: 'UNSUPPORTED_OP', place: { node, field: 'strange' } });
    }
  });

  it('floats that are no numbers -> read back as they were', async () => {
    const floats: PaddleAttribute = { kind: 'floats', value: [Number.NaN, Number.POSITIVE_INFINITY] };
    const { program } = await readBack(await written(await withOperator({ floats })));
    assert.deepEqual(program.blocks[0]!.ops.at(-1)!.attributes.get('floats'), floats);
  });

  it('a parameter of another type -> program and record both tell it', async () => {
    const net = await readGolden(small);
    const name = 'conv2d_0.w_0';
    const before = net.parameters.get(name)!;
    const codes = bytesData(new Uint8Array(before.data.byteLength / 4).fill(255));
    const [block] = net.program.blocks;
    const vars = new Map([...block!.vars, [name, { ...block!.vars.get(name)!, dtype: 'int8' as const }]]);
    const parameters = new Map([
      ...net.parameters,
      [name, { ...before, dtype: 'int8' as const, data: codes }],
    ]);
    const program = { ...net.program, blocks: [{ ...block!, vars }] };
    const again = await readBack(await written({ program, parameters }));
    assert.equal(again.parameters.get(name)!.dtype, 'int8');
    assert.equal(again.program.blocks[0]!.vars.get(name)!.dtype, 'int8');
  });

  it('lengths that do not fit, types and values there are not -> refused by name', async () => {
    const net = await readGolden(small);
    const name = 'conv2d_0.w_0';
    const before = net.parameters.get(name)!;
    const withTensor = (tensor: Partial<typeof before>) =>
      planPaddleFiles({ ...net, parameters: new Map([...net.parameters, [name, { ...before, ...tensor }]]) });
    const place = { tensor: name };
    assert.throws(() => withTensor({ data: bytesData(new Uint8Array(3)) }), {
      code: 'SHAPE_MISMATCH',
      place,
    });
    assert.throws(() => withTensor({ dtype: 'uint4' }), { code: 'UNSUPPORTED_DTYPE', place });
    const parameters = new Map([...net.parameters].filter(([each]) => each !== name));
    assert.throws(() => planPaddleFiles({ ...net, parameters }), { code: 'GRAPH_INVALID', place });
  });
});
