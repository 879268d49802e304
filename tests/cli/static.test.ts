// `octavo quantize` and `octavo plan` in mode static: from samples, from a stats file, from a plan, and what does not fit.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import { writeNpy } from '../../ts-host/node/npy.js';
import { batch, netWith } from '../calibrate/support.js';
import { folderWithModel, json, namesIn, octavo } from './support.js';

before(buildIfStale);

/** A folder with a model, 5 samples for it, and their stats file. */
async function prepared(): Promise<{ folder: string; path: string; samples: string; stats: string }> {
  const { folder, path } = folderWithModel(netWith());
  const samples = join(folder, 'samples');
  mkdirSync(samples);
  for (let i = 0; i < 5; i++) {
    const bytes = new Uint8Array((batch(i).data as Float32Array).buffer);
    writeFileSync(join(samples, `${i}.npy`), writeNpy({ dtype: 'float32', dims: [1, 2, 6, 6], bytes }));
  }
  const stats = join(folder, 'model.stats');
  const { code, stderr } = await octavo(['calibrate', path, '--calibrate', samples, '-o', stats]);
  assert.equal(code, 0, stderr);
  return { folder, path, samples, stats };
}

describe('octavo quantize in mode static', () => {
  it('--calibrate alone -> mode static because of it, model.static.onnx, values, target and samples told', async () => {
    const { folder, path, samples } = await prepared();
    const { code, stdout, stderr } = await octavo(['quantize', path, '--calibrate', samples]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    const text = stdout.toString();
    assert.match(text, /^mode +static: --calibrate .*samples is for mode static$/m);
    assert.match(text, /^values +\d+ as uint8$/m);
    assert.match(text, /^target +onnxruntime-web, qdq form$/m);
    assert.match(text, /^samples +.*samples, 5 samples$/m);
    assert.ok(namesIn(folder).includes('model.static.onnx'));
  });

  it('--compat -> ranges of that system from samples; its name and a stats file beside it are checked', async () => {
    const { folder, path, samples, stats } = await prepared();
    const out = join(folder, 'plan.json');
    const compat = ['--method', 'kl', '--compat', 'paddle'];
    const { code, stderr } = await octavo(['plan', path, '--calibrate', samples, ...compat, '-o', out]);
    assert.equal(code, 0, stderr);
    const { activations } = JSON.parse(readFileSync(out, 'utf8')) as { activations: { method: string }[] };
    assert.ok(activations.some(({ method }) => method === 'paddle kl'));
    const statsToo = await octavo(['plan', path, '--mode', 'static', '--stats', stats, ...compat, '-o', out]);
    assert.equal(statsToo.code, 2);
    assert.match(statsToo.stderr, /give samples/);
    const unknown = await octavo(['plan', path, '--calibrate', samples, '--compat', 'padle', '-o', out]);
    assert.match(unknown.stderr, /did you mean paddle/);
  });

  it('samples, their stats file, the plan of either -> the same model', async () => {
    const { folder, path, samples, stats } = await prepared();
    const out = (name: string) => join(folder, name);
    const method = ['--method', 'kl', '--target', 'onnxruntime-cpu'];
    const runs: [string, string[]][] = [
      ['a.onnx', ['--calibrate', samples, ...method]],
      ['b.onnx', ['--mode', 'static', '--stats', stats, ...method]],
      ['c.onnx', ['--plan', out('plan.json')]],
    ];
    const plan = ['plan', path, '--mode', 'static', '--stats', stats, ...method, '-o', out('plan.json')];
    assert.match((await octavo(plan)).stdout.toString(), /^mode +static$/m);
    for (const [name, args] of runs) {
      const { code, stderr } = await octavo(['quantize', path, ...args, '-o', out(name)]);
      assert.equal(code, 0, stderr);
    }
    const [a, b, c] = runs.map(([name]) => readFileSync(out(name)));
    assert.deepEqual(b, a);
    assert.deepEqual(c, a);
    const json = JSON.parse(readFileSync(out('plan.json'), 'utf8'));
    assert.deepEqual(
      [json.mode, json.target, json.activations[0].method],
      ['static', 'onnxruntime-cpu', 'kl'],
    );
  });

  it('--skip and the other filters -> values that calibrate observes, so that its stats serve the same plan', async () => {
    const { folder, path, samples, stats } = await prepared();
    const filters = ['--skip', 's', '--op-types', 'Conv,Gemm,GlobalAveragePool', '--min-elements', '1'];
    const own = join(folder, 'own.stats');
    const run = await octavo(['calibrate', path, '--calibrate', samples, ...filters, '-o', own]);
    assert.equal(run.code, 0, run.stderr);
    const made = async (name: string, args: string[]): Promise<Uint8Array> => {
      const out = join(folder, name);
      const { code, stderr } = await octavo(['quantize', path, ...args, ...filters, '-o', out]);
      assert.equal(code, 0, stderr);
      return readFileSync(out);
    };
    const direct = await made('direct.onnx', ['--calibrate', samples]);
    assert.deepEqual(await made('own.onnx', ['--stats', own]), direct);
    assert.notDeepEqual(await made('other.onnx', ['--stats', stats]), direct);
  });

  it('--json -> target, calibration with what was left out, activations', async () => {
    const { path, samples } = await prepared();
    writeFileSync(join(samples, '2.npy'), 'broken');
    const run = await octavo([
      'quantize',
      path,
      '--calibrate',
      samples,
      '--representation',
      'operator',
      '--json',
    ]);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /left out 2\.npy/);
    const told = json(run);
    assert.deepEqual(
      [told.mode, told.target, told.representation],
      ['static', 'onnxruntime-web', 'operator'],
    );
    const { from, samples: count, skipped } = told.calibration as Record<string, unknown[]>;
    assert.deepEqual([from, count], [samples, 5]);
    assert.equal((skipped as { name: string }[])[0]!.name, '2.npy');
    assert.ok((told.activations as unknown[]).length >= 3);
  });

  it('what does not fit -> said, nothing written', async () => {
    const { folder, path, samples, stats } = await prepared();
    const other = join(folder, 'other.onnx');
    writeFileSync(other, netWith(8));
    const cut = join(folder, 'cut.stats');
    writeFileSync(cut, readFileSync(stats).subarray(0, 99));
    const before = namesIn(folder);
    const cases: [string[], number, RegExp][] = [
      [[path, '--mode', 'static'], 2, /needs samples: --calibrate FOLDER, or --stats FILE/],
      [[path, '--calibrate', samples, '--stats', stats], 2, /take one/],
      [[path, '--stats', stats, '--preset', 'tf'], 2, /--preset is for the samples of --calibrate/],
      [[path, '--stats', stats, '--method', 'kll'], 2, /did you mean kl\?/],
      [[path, '--stats', stats, '--target', 'cpu'], 2, /target is cpu, must be one of onnxruntime-cpu/],
      [
        [path, '--stats', stats, '--mode', 'weights'],
        2,
        /--stats .* does not suit mode weights, it is for static/,
      ],
      [
        [path, '--stats', stats, '--weight-type', 'int8'],
        2,
        /--stats .* and --weight-type int8 are for different modes/,
      ],
      [[path, '--stats', stats, '--bits', '16'], 2, /are for different modes/],
      [[path, '--plan', 'p.json', '--method', 'kl'], 2, /edit the plan instead/],
      [[path, '--stats', stats, '--percentile', 'most'], 2, /must be a number/],
      [[path, '--stats', stats, '-o', stats], 2, /would replace the input/],
      [[path, '--stats', stats, '--variants', 'transformers.js'], 2, /does not go with --variants/],
      [[other, '--stats', stats], 1, /different models.*\[STATS_MISMATCH\]/],
      [[path, '--stats', cut], 1, /cut\.stats.*\[STATS_INVALID\]/],
      [[path, '--stats', path], 1, /no stats file.*\[STATS_INVALID\]/],
      [[path, '--calibrate', join(folder, 'gone')], 1, /\[IO_FAILED\]/],
    ];
    for (const [args, code, pattern] of cases) {
      const run = await octavo(['quantize', ...args]);
      assert.equal(run.code, code, `${args.join(' ')}: ${run.stderr}`);
      assert.match(run.stderr, pattern, args.join(' '));
    }
    assert.deepEqual(namesIn(folder), before);
  });
});
