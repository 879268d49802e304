// `octavo bench`: text, JSON, a second model, samples with labels, and what does not fit.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { writeNpy } from '../../ts-host/node/npy.js';
import { floatNet, netSamples, quantizedNet } from '../report/models.js';
import { model } from '../support/onnxBuilder.js';
import { json, octavo, testFolder } from './support.js';

before(buildIfStale);

const FAST = ['--runs', '3', '--warmup', '0'];

function prepared(): { a: string; b: string; samples: string; labels: string } {
  const folder = testFolder();
  const [a, b, samples, labels] = ['a.onnx', 'b.onnx', 'samples', 'labels.csv'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  writeFileSync(a, model(floatNet()));
  writeFileSync(b, model(quantizedNet()));
  mkdirSync(samples);
  for (const [i, { feeds }] of netSamples(4).entries()) {
    const bytes = new Uint8Array(feeds.x.data.buffer);
    writeFileSync(join(samples, `${i}.npy`), writeNpy({ dtype: 'float32', dims: [1, 3, 12, 12], bytes }));
  }
  writeFileSync(labels, '0\n1\n0\n1\n');
  return { a, b, samples, labels };
}

describe('octavo bench', () => {
  it('a model -> times, memory and its layers in text', async () => {
    const { a } = prepared();
    const { code, stdout, stderr } = await octavo(['bench', a, ...FAST, '--batch', '2', '--verbose']);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    const number = String.raw`[\d.]+`;
    const lines = [
      /^model +.*a\.onnx$/,
      /^runs +3 after 0, batch 2, 1 thread, strict, inputs made up$/,
      new RegExp(
        `^time +${number} ms median, ${number} to ${number}, mean ${number}, nine of ten within ${number}$`,
      ),
      new RegExp(`^ +${number} items/s, ${number} GOPS, first result after ${number} ms$`),
      /^memory +arena [\d.]+ kB \(least possible [\d.]+ kB\), weights [\d.]+ kB, at most [\d.]+ kB$/,
      /^ *ms +share +GOPS +operator +output +node$/,
      new RegExp(String.raw`^ *${number} +${number} % +${number} +Conv +2x12x12x8 +second$`),
    ];
    const printed = stdout.toString().split('\n');
    for (const line of lines)
      assert.ok(
        printed.some((each) => line.test(each)),
        `${line}\n${stdout}`,
      );
  });

  it('--json -> one document; --against, --data and --labels with it', async () => {
    const { a, b, samples, labels } = prepared();
    const plain = json(await octavo(['bench', a, ...FAST, '--json']));
    const keys = [
      ...['command', 'model', 'threads', 'medianMs', 'minMs', 'maxMs', 'meanMs', 'p90Ms', 'itemsPerSecond'],
      ...['firstMs', 'multiplyAdds', 'gops', 'memory', 'layers', 'diagnostics', 'runs', 'warmup', 'batch'],
    ];
    assert.deepEqual(Object.keys(plain), keys);
    assert.ok(Number(plain.minMs) > 0 && Number(plain.minMs) <= Number(plain.medianMs));
    const args = [
      'bench',
      b,
      '--against',
      a,
      '--data',
      samples,
      '--labels',
      labels,
      '--threads',
      '2',
      '--json',
    ];
    const told = json(await octavo(args)) as Record<string, any>;
    assert.deepEqual([told.runs, told.samples, told.against.model], [4, 4, a]);
    assert.ok(told.speedup > 0 && told.accuracy.samples === 4 && told.against.accuracy.samples === 4);
    assert.ok(told.accuracy.top5 === 1 && told.accuracy.top1 <= 1);
    assert.deepEqual([told.skipped, told.ignored], [[], 0]);
    assert.ok(
      told.threads === 2 && told.diagnostics.counts.integer > 0 && !('counts' in told.against.diagnostics),
    );
  });

  it('what does not fit -> exit 2 or 1, and why', async () => {
    const { a, samples } = prepared();
    const cases: [string[], number, RegExp][] = [
      [['--threads', '65'], 2, /threads must be a whole number from 1 to 64, not 65/],
      [['--runs', '0'], 2, /above 0/],
      [['--labels', 'l.csv'], 2, /--labels needs --data/],
      [['--resize-method', 'CUBIC'], 2, /--resize-method needs --data/],
      [['--against', '-'], 2, /two models need two files/],
      [['--data', samples, '--shape', 'x=1x3x12x12'], 2, /inputs that are made up/],
      [['--shape', 'z=1'], 1, /no input of this name.*\[FEED_INVALID\]/],
      [['--memory-limit', '1KB'], 1, /MEMORY_LIMIT/],
    ];
    const runs = await Promise.all(cases.map(([args]) => octavo(['bench', a, ...FAST, ...args])));
    for (const [i, [args, code, message]] of cases.entries()) {
      assert.match(runs[i]!.stderr, message, args.join(' '));
      assert.equal(runs[i]!.code, code, args.join(' '));
    }
    const missing = await octavo(['bench', 'none.onnx', '--json']);
    assert.deepEqual([missing.code, (json(missing).error as { code: string }).code], [1, 'IO_FAILED']);
  });
});
