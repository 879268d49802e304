// The small functions behind the command line.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultName } from '../../ts-host/cli/output.js';
import { duration, ProgressLine } from '../../ts-host/cli/progress.js';
import { groupByReason, megabytes } from '../../ts-host/cli/summary.js';
import { byteCount, count, names } from '../../ts-host/cli/values.js';
import type { Progress } from '../../ts-host/context.js';
import type { NodePlan } from '../../ts-host/ir/plan.js';

const float = (reason: string): NodePlan => ({
  node: 'n',
  opType: 'Add',
  form: 'float',
  tensors: [],
  reason,
});

describe('groupByReason', () => {
  it('reasons that differ in numbers -> one, with the range; most nodes first', () => {
    const reasons = [
      'skipped by a*',
      ...[72, 16, 64].map((n) => `its weight of ${n} elements would not get smaller`),
    ];
    const groups = groupByReason(reasons.map(float)).map(({ reason, nodes }) => [nodes.length, reason]);
    assert.deepEqual(groups, [
      [3, 'its weight of 16 to 72 elements would not get smaller'],
      [1, 'skipped by a*'],
    ]);
  });

  it('numbers inside names -> no numbers', () => {
    const groups = groupByReason([
      float('shares its weight with conv1'),
      float('shares its weight with conv2'),
    ]);
    assert.deepEqual(
      groups.map(({ nodes }) => nodes.length),
      [1, 1],
    );
  });
});

describe('megabytes', () => {
  it('sizes -> three digits and a unit', () => {
    const shown = [0, 999, 1000, 9_994, 99_949, 999_499, 999_500, 4_745_517, 3e9, 5e15].map(megabytes);
    const expected = [
      '0 B',
      '999 B',
      '1.00 kB',
      '9.99 kB',
      '99.9 kB',
      '999 kB',
      '1.00 MB',
      '4.75 MB',
      '3.00 GB',
    ];
    assert.deepEqual(shown, [...expected, '5000 TB']);
  });
});

describe('values of options', () => {
  it('byteCount of sizes -> bytes', () => {
    assert.deepEqual(['1', '512MB', '512MiB', '1.5 GiB', '2kb'].map(byteCount), [
      1,
      512e6,
      2 ** 29,
      1.5 * 2 ** 30,
      2000,
    ]);
  });

  it('byteCount of anything else -> refused', () => {
    for (const text of ['', '0', '-1', 'MB', '1 MX', '1e9', '0.1', 'Infinity', '9999999999 GB']) {
      assert.throws(() => byteCount(text), /such as 512MB/, text);
    }
  });

  it('count and names -> checked', () => {
    assert.equal(count('12'), 12);
    for (const text of ['', '1.5', '-1', '1e3', '99999999999999999999'])
      assert.throws(() => count(text), text);
    assert.deepEqual(names('Conv, Gemm'), ['Conv', 'Gemm']);
    assert.throws(() => names('Conv,,Gemm'));
  });
});

describe('defaultName', () => {
  it('a model and what it becomes -> the word between stem and extension', () => {
    const cases: [string, Parameters<typeof defaultName>[1], string][] = [
      ['dir/model.onnx', {}, 'model.int8.onnx'],
      ['a.b.onnx', { mode: 'weights', bits: 4 }, 'a.b.int4.onnx'],
      ['model.onnx', { mode: 'dynamic' }, 'model.dynamic.onnx'],
      ['model', { mode: 'fp16' }, 'model.fp16.onnx'],
      ['model.onnx', { plan: { version: 1, mode: 'fp16', tensors: [], nodes: [] } }, 'model.plan.onnx'],
    ];
    for (const [input, options, name] of cases) assert.equal(defaultName(input, options), name);
  });
});

describe('ProgressLine', () => {
  it('bytes -> a bar; samples -> a count, their rate and the time left, once it has settled', () => {
    const line = new ProgressLine((text) => `(${text})`);
    const at = (seconds: number, phase: Progress['phase'], done: number, total: number) =>
      line.text({ phase, done, total }, seconds);
    assert.equal(at(0, 'read', 1, 4), `${'━'.repeat(6)}(${'━'.repeat(18)})  25 %  reading`);
    assert.match(at(0, 'write', 0, 0), /100 % {2}writing$/);
    assert.match(at(1, 'calibrate', 10, 100), /10 % {2}calibrating 10 of 100$/);
    assert.match(at(1.2, 'calibrate', 14, 100), /calibrating 14 of 100$/);
    assert.match(at(3, 'calibrate', 30, 100), /30 % {2}calibrating 30 of 100, 10\/s, 7 s left$/);
    assert.match(at(5, 'calibrate', 100, 100), /100 % {2}calibrating 100 of 100, 23\/s$/);
    assert.equal(at(5, 'run', 0, 1).endsWith('running'), true);
    assert.equal(at(6, 'calibrate', 0, 0), 'calibrating 0');
    assert.equal(at(10, 'calibrate', 5, 0), 'calibrating 5, 1.3/s');
  });

  it('durations -> in two units', () => {
    assert.deepEqual([0.2, 59.5, 61, 3599.2, 7322].map(duration), [
      '1 s',
      '1 min 0 s',
      '1 min 1 s',
      '1 h 0 min',
      '2 h 2 min',
    ]);
  });
});
