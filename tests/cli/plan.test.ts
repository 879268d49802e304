// `octavo plan`, --plan-out and --plan: a plan saved, edited and applied.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { buildIfStale } from '../../scripts/build.js';
import type { CodePlan, NodePlan, QuantPlan } from '../../ts-host/ir/plan.js';
import { folderWithModel, json, namesIn, octavo } from './support.js';

before(buildIfStale);

function readPlan(path: string): QuantPlan {
  return JSON.parse(readFileSync(path, 'utf8'));
}

describe('octavo plan', () => {
  it('without -o -> the plan on stdout, no file', async () => {
    const { folder, path } = folderWithModel();
    const run = await octavo(['plan', path, '--mode', 'dynamic']);
    assert.equal(run.code, 0, run.stderr);
    const plan = json(run) as unknown as QuantPlan;
    assert.deepEqual([plan.version, plan.mode, plan.tensors.length], [1, 'dynamic', 3]);
    assert.deepEqual(namesIn(folder), ['model.onnx']);
  });

  it('-o -> the same plan as a file, and a summary', async () => {
    const { folder, path } = folderWithModel();
    const printed = await octavo(['plan', path]);
    const file = join(folder, 'plan.json');
    const run = await octavo(['plan', path, '-o', file]);
    assert.deepEqual(readFileSync(file), printed.stdout);
    assert.match(run.stdout.toString(), /^nodes +2 dequantize, 1 gatherDequantize, 1 float$/m);
    const asJson = json(await octavo(['plan', path, '-o', file, '--json']));
    assert.deepEqual(asJson.forms, { dequantize: 2, gatherDequantize: 1, float: 1 });
  });

  it('-o that is the model -> refused', async () => {
    const { path } = folderWithModel();
    const before = readFileSync(path);
    const run = await octavo(['plan', path, '-o', path]);
    assert.equal(run.code, 2);
    assert.deepEqual(readFileSync(path), before);
  });
});

describe('octavo quantize with plans', () => {
  it('--plan-out, then --plan -> equal models', async () => {
    const { folder, path } = folderWithModel();
    const [plan, a, b] = ['plan.json', 'a.onnx', 'b.onnx'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const first = await octavo(['quantize', path, '--bits', '4', '-o', a, '--plan-out', plan]);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout.toString(), /^plan +.*plan\.json$/m);
    const second = await octavo(['quantize', path, '--plan', plan, '-o', b]);
    assert.equal(second.code, 0, second.stderr);
    assert.deepEqual(readFileSync(a), readFileSync(b));
  });

  it('an edited plan -> what it says: a node in float, another scale', async () => {
    const { folder, path } = folderWithModel();
    const file = join(folder, 'plan.json');
    await octavo(['plan', path, '-o', file]);
    const plan = readPlan(file);
    const product = plan.nodes.find(({ node }) => node === 'head/product')!;
    const kernel = plan.tensors.find(({ tensor }) => tensor === 'kernel') as CodePlan;
    const edited: QuantPlan = {
      ...plan,
      tensors: plan.tensors
        .filter(({ tensor }) => !product.tensors.includes(tensor))
        .map((tensor) => (tensor === kernel ? { ...kernel, scale: kernel.scale!.map(() => 0.25) } : tensor)),
      nodes: plan.nodes.map(
        (node): NodePlan =>
          node === product ? { ...node, form: 'float', tensors: [], reason: 'kept by hand' } : node,
      ),
    };
    writeFileSync(file, JSON.stringify(edited));
    const run = await octavo(['quantize', path, '--plan', file, '--measure', '--json']);
    assert.equal(run.code, 0, run.stderr);
    const result = json(run);
    assert.deepEqual(result.forms, { dequantize: 1, gatherDequantize: 1, float: 2 });
    assert.ok(existsSync(join(folder, 'model.plan.onnx')));
    const { tensors } = result.weightError as { tensors: { tensor: string; sqnrDb: number }[] };
    assert.ok(tensors.find(({ tensor }) => tensor === 'kernel')!.sqnrDb < 30, 'a coarse scale was asked for');
  });

  const broken: readonly [string, (plan: Record<string, unknown>) => unknown, string, RegExp][] = [
    ['another version', (plan) => ({ ...plan, version: 9 }), 'PLAN_VERSION', /version 9/],
    ['no JSON', () => undefined, 'PLAN_INVALID', /not JSON/],
    [
      'a scale of 0',
      (plan) => {
        const [first, ...rest] = plan.tensors as CodePlan[];
        return { ...plan, tensors: [{ ...first, scale: first!.scale!.map(() => 0) }, ...rest] };
      },
      'PLAN_INVALID',
      /tensors\[0\]\.scale\[0\]/,
    ],
    [
      'a tensor the model does not have',
      (plan) => ({
        ...plan,
        tensors: [...(plan.tensors as CodePlan[]), { tensor: 'ghost', dtype: 'float16' }],
      }),
      'PLAN_INVALID',
      /ghost/,
    ],
  ];
  for (const [title, edit, code, message] of broken) {
    it(`a plan with ${title} -> exit 1, ${code}, no model`, async () => {
      const { folder, path } = folderWithModel();
      const file = join(folder, 'plan.json');
      await octavo(['plan', path, '-o', file]);
      const edited = edit(readPlan(file) as unknown as Record<string, unknown>);
      writeFileSync(file, edited === undefined ? '{' : JSON.stringify(edited));
      const run = await octavo(['quantize', path, '--plan', file]);
      assert.equal(run.code, 1);
      assert.match(run.stderr, message);
      assert.ok(run.stderr.includes(`[${code}]`), run.stderr);
      assert.deepEqual(namesIn(folder), ['model.onnx', 'plan.json']);
    });
  }

  it('--plan-out into a folder that is not there -> exit 1, neither plan nor model', async () => {
    const { folder, path } = folderWithModel();
    const run = await octavo(['quantize', path, '--plan-out', join(folder, 'absent/plan.json')]);
    assert.equal(run.code, 1, run.stderr);
    assert.deepEqual(namesIn(folder), ['model.onnx']);
  });
});
