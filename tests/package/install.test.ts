// The package as users get it: packed, checked by publint, unpacked into an empty project and imported there.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { buildIfStale } from '../../scripts/build.js';
import { npmCommand } from '../../scripts/npm.js';
import { DECODE_CASES } from '../data/goldenImages.js';
import { model, node, value } from '../support/onnxBuilder.js';
import { paddleGolden } from '../support/paddleGoldens.js';

const root = new URL('../../', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'octavo-install-'));
const installed = join(folder, 'node_modules/octavo');
let packed: string[] = [];

before(async () => {
  await buildIfStale();
  const npm = npmCommand();
  const options = ['--ignore-scripts', '--json', '--loglevel=error'];
  const output = execFileSync(npm.file, [...npm.args, 'pack', root, ...options], {
    cwd: folder,
    encoding: 'utf8',
  });
  const [{ filename, files }] = JSON.parse(output);
  packed = files.map((file: { path: string }) => file.path);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components=1']);
  // The dependencies as npm would place them, without a network: links to the ones installed here.
  for (const name of Object.keys(manifest.dependencies)) linkInstalled(name);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});

after(() => rmSync(folder, { recursive: true }));

function linkInstalled(name: string): void {
  const link = join(folder, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), link);
}

/** Compiles `code` in the empty project, declarations of the package included, under both ways to resolve. */
function compile(code: string, flags: string[]): void {
  writeFileSync(join(folder, 'user.ts'), code);
  for (const resolution of ['nodenext', 'bundler']) {
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--moduleResolution', resolution];
    options.push('--module', resolution === 'nodenext' ? 'nodenext' : 'esnext', ...flags);
    const tsc = join(root, 'node_modules/.bin/tsc');
    const result = spawnSync(tsc, [...options, 'user.ts'], { cwd: folder, encoding: 'utf8' });
    assert.equal(result.status, 0, `${resolution}:\n${result.stdout}`);
  }
}

/** Runs `code` in the empty project with what must then be on stdout. */
function run(code: string, flags: string[] = []): string {
  const result = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', code], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.trim();
}

describe('npm pack', () => {
  it('tarball -> dist, licence and manifest, nothing of the workshop', () => {
    assert.ok(
      packed.includes('LICENSE') && packed.includes('dist/index.js') && packed.includes('package.json'),
    );
    const strangers = packed.filter(
      (path) => !/^(dist\/|README\.md$|CHANGELOG\.md$|LICENSE$|package\.json$)/.test(path),
    );
    assert.deepEqual(strangers, []);
  });

  it('every path in exports, types and bin -> in the tarball', () => {
    const paths = [
      ...JSON.stringify([manifest.exports, manifest.bin]).matchAll(/"\.\/([^"]+\.[a-z.]+)"/g),
    ].map((match) => match[1]!);
    const targets = paths.filter((path) => path.startsWith('dist/'));
    assert.ok(targets.length >= 8, targets.join());
    assert.deepEqual(
      targets.filter((path) => !packed.includes(path)),
      [],
    );
  });

  it('publint strict -> no message', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, manifest)),
      [],
    );
  });
});

/** y = x + x */
const TWICE = model({
  nodes: [node('Add', ['x', 'x'], ['y'])],
  inputs: [value('x', [1])],
  outputs: [value('y', [1])],
});

describe('installed package', () => {
  it('import -> ready', () => {
    const code = `import { init, diagnostics } from 'octavo'; await init(); console.log(diagnostics().ready)`;
    assert.equal(run(code), 'true');
  });

  it('octavo/node -> the same module state', () => {
    const code = `import { init, OctavoError } from 'octavo'; import * as node from 'octavo/node';
      await init(); console.log(node.diagnostics().ready && node.OctavoError === OctavoError)`;
    assert.equal(run(code), 'true');
  });

  it('wasm files -> reached by their exports and taken by init', () => {
    const code = `import { init, diagnostics } from 'octavo'; import { readFileSync } from 'node:fs';
      const file = (name) => readFileSync(new URL(import.meta.resolve('octavo/' + name)));
      await init({ simd: file('simd.wasm'), relaxed: file('relaxed.wasm') }); console.log(diagnostics().ready)`;
    assert.equal(run(code), 'true');
  });

  it('a session -> runs, with the modules of the entry and with given ones', () => {
    const given = `const file = (name) => readFileSync(new URL(import.meta.resolve('octavo/' + name)));
      await init({ simd: file('simd.wasm'), execute: file('execute.wasm') });`;
    for (const before of ['', given]) {
      const code = `import { init, Session } from 'octavo'; import { readFileSync } from 'node:fs'; ${before}
        const session = await Session.create(Buffer.from('${Buffer.from(TWICE).toString('base64')}', 'base64'));
        const { y } = await session.run({ x: { data: Float32Array.of(3), dims: [1] } }); console.log(y.data[0])`;
      assert.equal(run(code), '6');
    }
  });

  it('octavo/images -> decodes with the module of the entry and with a given one', () => {
    const png = DECODE_CASES.find(({ name }) => name.startsWith('png 1 x 1 colour 2'))!.file;
    const given = `await initImages(readFileSync(new URL(import.meta.resolve('octavo/images.wasm'))));`;
    for (const before of ['', given]) {
      const code = `import { imageSamples, initImages } from 'octavo/images'; import { RunContext } from 'octavo';
        import { readFileSync } from 'node:fs'; ${before}
        const files = [{ name: 'a.png', data: Buffer.from('${Buffer.from(png).toString('base64')}', 'base64') }];
        const inputs = [{ name: 'x', dims: [1, 3, 1, 1] }];
        for await (const { feeds } of imageSamples(files).open(inputs, new RunContext())) console.log(feeds.x.data.length)`;
      assert.equal(run(code), '3');
    }
  });

  it('octavo/report -> works by itself, and knows what octavo made', () => {
    const twice = `Buffer.from('${Buffer.from(TWICE).toString('base64')}', 'base64')`;
    const alone = `import { compareModels } from 'octavo/report';
      const samples = [{ data: Float32Array.of(3), dims: [1] }];
      const { outputs } = await compareModels(${twice}, ${twice}, samples); console.log(outputs[0].exact)`;
    assert.equal(run(alone), 'true');
    const both = `import { quantize } from 'octavo'; import { analyze, reportToHtml } from 'octavo/report';
      const result = await quantize(${twice}, { mode: 'weights' });
      const report = await analyze(${twice}, result, [{ data: Float32Array.of(3), dims: [1] }]);
      console.log(report.layers.length, report.subject.settings[0].value, reportToHtml(report).startsWith('<!DOCTYPE html>'))`;
    assert.equal(run(both), '1 weights true');
  });

  it('octavo/paddle, octavo/paddleslim -> each works by itself, on quantized programs too', () => {
    const { files } = paddleGolden('quantized', 'classic/static/hist-onnx');
    mkdirSync(join(folder, 'quantized'));
    for (const [ending, bytes] of Object.entries(files))
      writeFileSync(join(folder, `quantized/model.${ending}`), bytes);
    const onnx = `import { readFileSync } from 'node:fs'; import { readPaddle, toOnnx } from 'octavo/paddle';
      const [model, params] = ['pdmodel', 'pdiparams'].map((ending) => readFileSync('quantized/model.' + ending));
      console.log((await (await toOnnx(await readPaddle({ model, params }))).bytes()).length > 5000)`;
    assert.equal(run(onnx), 'true');
    const integers = `import { convert } from 'octavo/paddleslim';
      const { lone } = await convert('quantized', { int8ModelSavePath: 'int8' }); console.log(lone.length)`;
    assert.equal(run(integers), '1');
    assert.ok(existsSync(join(folder, 'int8/model.onnx')));
  });

  for (const condition of ['workerd', 'edge-light']) {
    it(`under the condition ${condition} -> its entry`, () => {
      const code = `console.log(import.meta.resolve('octavo').endsWith('/dist/${condition}.js'))`;
      assert.equal(run(code, ['-C', condition]), 'true');
      const images = `console.log(import.meta.resolve('octavo/images').endsWith('/dist/images-${condition}.js'))`;
      assert.equal(run(images, ['-C', condition]), 'true');
      const report = `console.log(import.meta.resolve('octavo/report').endsWith('/dist/report-${condition}.js'))`;
      assert.equal(run(report, ['-C', condition]), 'true');
      for (const name of ['pack', 'paddle', 'paddleslim']) {
        const code = `console.log(import.meta.resolve('octavo/${name}').endsWith('/dist/${name}-${condition}.js'))`;
        assert.equal(run(code, ['-C', condition]), 'true');
      }
    });
  }

  it('inner paths -> not reachable', () => {
    const code = `await import('octavo/dist/index.js').catch((error) => console.log(error.code))`;
    assert.equal(run(code), 'ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('types of octavo -> compile in a strict project for pages, without the types of Node', () => {
    compile(
      `import { init, diagnostics, OctavoError, type ErrorCode } from 'octavo';
       import { Session, type Tensor } from 'octavo';
       import 'octavo/threads';
       import { imageSamples } from 'octavo/images';
       console.log(imageSamples([new File([], 'a.jpg')], { preset: 'tf' }).count);
       import { analyze, type Report, reportToHtml } from 'octavo/report';
       const report: Report = await analyze(new Uint8Array(), new Uint8Array(), []);
       console.log(reportToHtml(report));
       import { readPaddle, toOnnx } from 'octavo/paddle';
       import { convert, type ConvertOptions, quantEmbedding, type QuantPostStaticOptions, quantPostDynamic, quantPostStatic,
         type SlimData } from 'octavo/paddleslim';
       const modelDir = await readPaddle({ model: new File([], 'm.pdmodel'), params: new Uint8Array() });
       const dataLoader: SlimData = function* () { yield { data: new Float32Array(1), dims: [1] }; };
       const given: QuantPostStaticOptions = { modelDir, dataLoader, algo: 'KL', batchNums: 10, deployBackend: 'TensorRT' };
       const quantized = await quantPostStatic(given);
       const threshold: number | undefined = quantized.thresholds.get('x')?.threshold;
       await quantPostStatic({ model_dir: { 'm.pdmodel': new Blob() }, data_loader: [], batch_nums: null, scope: null });
       // @ts-expect-error: no such option
       await quantPostStatic({ modelDir, dataLoaders: [] });
       const { testModel } = await quantPostDynamic({ modelDir, generateTestModel: true, quantizable_op_type: ['mul'] });
       await quantEmbedding({ modelDir, config: { lookup_table: { quantize_type: 'log' }, lookupTableV2: { threshold: 3 } } });
       const choice: ConvertOptions = { opsToQuantize: 'conv2d,mul', opIdsToSkip: [3], debug: ({ text }) => console.log(text) };
       const int8 = await convert(quantized.model, choice);
       const file: Uint8Array = await (await toOnnx(int8)).bytes();
       console.log(threshold, testModel?.files, int8.lone[0]?.opId, file);
       import { pack, unpack } from 'octavo/pack';
       console.log((await unpack(await pack(new Uint8Array(), { precision: 'fast' }))).get(''));
       import execute from 'octavo/execute.wasm';
       import simd from 'octavo/simd.wasm';
       await init({ simd, execute });
       const session = await Session.create(new Uint8Array());
       const outputs: Record<string, Tensor> = await session.run({ x: { data: new Float32Array(1), dims: [1] } });
       console.log(outputs);
       const code: ErrorCode = new OctavoError('ABORTED', String(diagnostics().ready)).code;
       // @ts-expect-error: no such code
       const wrong: ErrorCode = 'NO_SUCH_CODE';
       console.log(code, wrong);`,
      ['--lib', 'es2023,dom,dom.iterable,dom.asynciterable', '--types', ''],
    );
  });

  it('types of octavo/node -> compile in a strict project for Node, with its types', () => {
    for (const name of ['@types/node', 'undici-types']) linkInstalled(name);
    compile(
      `import { fileSource, folderSamples, init } from 'octavo/node';
       const samples = await folderSamples('photos', { preset: 'imagenet', decoder: 'sharp' });
       console.log(samples.files);
       await init();
       const source = await fileSource('model.onnx');
       const size: number = source.size;
       process.exitCode = size > 0 ? 0 : 1;`,
      ['--lib', 'es2023,dom', '--types', 'node'],
    );
  });

  it('bin -> starts with the line that names node', { skip: commandMissing() }, () => {
    const path = join(installed, manifest.bin.octavo);
    assert.match(readFileSync(path, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  });
});

function commandMissing(): string | false {
  return existsSync(join(root, 'ts-host/entries/cli.ts')) ? false : 'the command line has no entry yet';
}
