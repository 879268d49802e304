// `octavo compare`, and `--report` of compare and quantize: figures, files, and what does not fit.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { writeNpy } from '../../ts-host/node/npy.js';
import { floatNet, netSamples, quantizedNet } from '../report/models.js';
import { model } from '../support/onnxBuilder.js';
import { json, namesIn, octavo, testFolder } from './support.js';

before(buildIfStale);

const COUNT = 5;

/** A folder with two models, samples for them and labels. */
function prepared(): { folder: string; a: string; b: string; samples: string; labels: string } {
  const folder = testFolder();
  const [a, b, samples, labels] = ['a.onnx', 'b.onnx', 'samples', 'labels.csv'].map((name) =>
    join(folder, name),
  );
  writeFileSync(a!, model(floatNet()));
  writeFileSync(b!, model(quantizedNet({ bits: 3 })));
  mkdirSync(samples!);
  for (const [i, { feeds }] of netSamples(COUNT).entries()) {
    const bytes = new Uint8Array(feeds.x.data.buffer);
    writeFileSync(join(samples!, `${i}.npy`), writeNpy({ dtype: 'float32', dims: [1, 3, 12, 12], bytes }));
  }
  writeFileSync(
    labels!,
    `name,class\n${Array.from({ length: COUNT }, (_, i) => `${i}.npy,${i % 2}\n`).join('')}`,
  );
  return { folder, a: a!, b: b!, samples: samples!, labels: labels! };
}

interface Compared {
  samples: number;
  cosine: number;
  sqnrDb: number;
  agreement: number;
  accuracyA: number | null;
  accuracyB: number | null;
  outputs: { output: string; cosine: number }[];
  reports?: string[];
}

describe('octavo compare', () => {
  it('two models and samples -> figures in text and JSON', async () => {
    const { a, b, samples, labels } = prepared();
    const { code, stdout, stderr } = await octavo(['compare', a, b, '--data', samples, '--labels', labels]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.match(
      stdout.toString(),
      /^a +.*a\.onnx\nb +.*b\.onnx\nsamples +5 from .*samples\ncosine +0\.9\d+, .*\nSQNR +[\d.]+ dB, .*\nagreement +[\d.]+ %, .*\naccuracy +[\d.]+ % → [\d.]+ %, [+−][\d.]+ points\n$/,
    );
    const told = json(await octavo(['compare', a, b, '--data', samples, '--json'])) as unknown as Compared;
    assert.deepEqual(Object.keys(told), [
      'command',
      'a',
      'b',
      'data',
      'samples',
      'cosine',
      'sqnrDb',
      'agreement',
      'accuracyA',
      'accuracyB',
      'outputs',
      'skipped',
      'ignored',
    ]);
    assert.equal(told.samples, COUNT);
    assert.ok(told.cosine > 0.9 && told.cosine < 1 && told.sqnrDb > 5);
    assert.deepEqual([told.accuracyA, told.accuracyB], [null, null]);
    assert.deepEqual([told.outputs[0]!.output, told.outputs[0]!.cosine], ['y', told.cosine]);
  });

  it('a model with itself -> equal, bit for bit', async () => {
    const { a, samples } = prepared();
    const { stdout } = await octavo(['compare', a, a, '--data', samples]);
    assert.match(stdout.toString(), /^outputs +equal, bit for bit$/m);
  });

  it('--report -> files of each kind, whole; nothing else in the folder', async () => {
    const { folder, a, b, samples } = prepared();
    const names = ['r.html', 'r.json', 'r.csv', 'r.dot'];
    const reports = names.flatMap((name) => ['--report', join(folder, name)]);
    const run = await octavo([
      'compare',
      a,
      b,
      '--data',
      samples,
      ...reports,
      '--report-samples',
      '2',
      '--json',
    ]);
    const told = json(run) as unknown as Compared;
    const written = ['r.csv', 'r.dot', 'r.html', 'r.json', 'r.output_summary.csv', 'r.quant_param.csv'];
    assert.deepEqual(told.reports!.map((path) => path.slice(folder.length + 1)).sort(), written);
    assert.deepEqual(namesIn(folder), ['a.onnx', 'b.onnx', 'labels.csv', ...written, 'samples'].sort());
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    assert.match(read('r.html'), /^<!DOCTYPE html>[\s\S]*<\/html>\n$/);
    assert.match(read('r.dot'), /^digraph "b\.onnx" \{/);
    assert.match(read('r.csv'), /^NodeName,NodeType,/);
    const report = JSON.parse(read('r.json'));
    assert.deepEqual([report.version, report.samples], [1, ['0.npy', '1.npy']]);
    assert.equal(report.subject.floatBytes, readFileSync(a).byteLength);
  });

  it('what does not fit -> wrong usage, and no file', async () => {
    const { folder, a, b, samples, labels } = prepared();
    const before = namesIn(folder);
    const cases: [string[], RegExp][] = [
      [['compare', a, b], /--data/],
      [['compare', a, '-', '--data', samples], /compare needs two files/],
      [
        ['compare', a, b, '--data', samples, '--report', 'r.pdf'],
        /must end in \.html, \.json, \.csv or \.dot/,
      ],
      [['compare', a, b, '--data', samples, '--report', '-'], /a report needs a file/],
      [
        ['compare', a, b, '--data', samples, '--report', 'r.csv', '--report', './r.quant_param.csv'],
        /would be written twice/,
      ],
      [['compare', a, b, '--data', samples, '--preset', 'imagnet'], /imagenet/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await octavo(args, { cwd: folder });
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    writeFileSync(labels, '0.npy,1\n');
    const missing = await octavo(['compare', a, b, '--data', samples, '--labels', labels]);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /no label for this sample \(sample 1\.npy, field labels\)/);
    const report = await octavo([
      'compare',
      a,
      b,
      '--data',
      samples,
      '--report',
      join(folder, 'no', 'r.html'),
    ]);
    assert.equal(report.code, 1);
    assert.deepEqual(namesIn(folder), before);
  });

  it('a report that would replace a model -> refused', async () => {
    const { folder, b, samples } = prepared();
    const path = join(folder, 'model.json');
    const bytes = model(floatNet());
    writeFileSync(path, bytes);
    const { code, stderr } = await octavo(['compare', path, b, '--data', samples, '--report', path]);
    assert.equal(code, 2, stderr);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
  });
});

describe('octavo quantize --report', () => {
  it('samples of --calibrate -> model and report, told in text and JSON', async () => {
    const { folder, a, samples } = prepared();
    const page = join(folder, 'r.html');
    const run = await octavo([
      'quantize',
      a,
      '--calibrate',
      samples,
      '--report',
      page,
      '--report-samples',
      '3',
    ]);
    assert.equal(run.code, 0, run.stderr);
    const text = run.stdout.toString();
    assert.match(text, /^outputs +SQNR [\d.]+ dB on 3 samples; worst layer \w+, [\d.]+ dB$/m);
    assert.match(text, /^report +.*r\.html$/m);
    const html = readFileSync(page, 'utf8');
    for (const found of ['a.static.onnx', 'onnxruntime-web', '5 samples of', 'In float']) {
      assert.ok(html.toLowerCase().includes(found.toLowerCase()), found);
    }
    const told = json(
      await octavo(['quantize', a, '--calibrate', samples, '--report', page, '--force', '--json']),
    );
    assert.deepEqual(told.reports, [page]);
    assert.ok(Array.isArray(told.suggestions));
  });

  it('--stats and samples beside it -> the same model, the report on the samples', async () => {
    const { folder, a, samples } = prepared();
    const at = (name: string) => join(folder, name);
    const calibrated = await octavo(['calibrate', a, '--calibrate', samples, '-o', at('a.stats')]);
    assert.equal(calibrated.code, 0, calibrated.stderr);
    const runs = { direct: [], stats: ['--stats', at('a.stats')] };
    for (const [name, more] of Object.entries(runs)) {
      const args = ['-o', at(`${name}.onnx`), '--report', at(`${name}.json`)];
      const run = await octavo(['quantize', a, '--calibrate', samples, ...more, ...args]);
      assert.equal(run.code, 0, run.stderr);
    }
    const values = (name: string) => JSON.parse(readFileSync(at(`${name}.json`), 'utf8')).values;
    assert.deepEqual(readFileSync(at('stats.onnx')), readFileSync(at('direct.onnx')));
    assert.deepEqual(values('stats'), values('direct'));
    const alone = await octavo(['quantize', a, '--stats', at('a.stats'), '--report', at('r.html')]);
    assert.equal(alone.code, 2);
    assert.match(alone.stderr, /statistics are not enough: add --calibrate FOLDER/);
  });

  it('operator form -> the report of the same codes', async () => {
    const { folder, a, samples } = prepared();
    const values = async (form: string): Promise<unknown> => {
      const path = join(folder, `${form}.json`);
      const out = join(folder, `${form}.onnx`);
      const args = [
        'quantize',
        a,
        '--calibrate',
        samples,
        '--representation',
        form,
        '-o',
        out,
        '--report',
        path,
      ];
      const { code, stderr } = await octavo(args);
      assert.equal(code, 0, stderr);
      return JSON.parse(readFileSync(path, 'utf8')).values;
    };
    assert.deepEqual(await values('operator'), await values('qdq'));
  });

  it('no samples, other modes, the place of the model -> wrong usage, and no file', async () => {
    const { folder, a, samples } = prepared();
    const before = namesIn(folder);
    const cases: [string[], RegExp][] = [
      [['--mode', 'weights', '--report', 'r.html'], /--report compares on the samples of --calibrate/],
      [['--variants', 'transformers.js', '--report', 'r.html'], /--report does not go with --variants/],
      [['--calibrate', samples, '--report-samples', '3'], /--report-samples goes with --report/],
      [
        ['--calibrate', samples, '-o', 'x.json', '--report', 'x.json'],
        /x\.json cannot be a report and something else/,
      ],
      [['--calibrate', samples, '--report', 'r.txt'], /must end in/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await octavo(['quantize', a, ...args], { cwd: folder });
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    assert.deepEqual(namesIn(folder), before);
  });
});
