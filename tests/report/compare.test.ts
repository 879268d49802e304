// Two models compared by their outputs, against figures computed from the outputs in plain float64.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import type { Samples } from '../../ts-host/data/sample.js';
import { OctavoError } from '../../ts-host/errors.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { bytesSource } from '../../ts-host/io/source.js';
import { type Comparison, compareOutputs } from '../../ts-host/report/compare/compare.js';
import { type Labels, parseLabels } from '../../ts-host/report/compare/labels.js';
import { executionEngine } from '../support/engine.js';
import { oracleErrors } from '../support/error-oracle.js';
import { floats, type ModelInput, model, node, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { floatNet, netSamples, quantizedNet } from './models.js';

const context = new RunContext();
const engine = await executionEngine();

async function compare(a: ModelInput, b: ModelInput, samples: Samples, labels?: Labels): Promise<Comparison> {
  const [first, second] = await Promise.all(
    [a, b].map((each) => readOnnx(bytesSource(model(each)), {}, context)),
  );
  const result = await compareOutputs(engine, first!, second!, samples, labels, context);
  assert.equal(engine.heap.held, 0);
  return result;
}

/** y = x, and y = x + c. */
const same = (dims: readonly (number | string)[]): ModelInput => ({
  nodes: [node('Identity', ['x'], ['y'])],
  inputs: [value('x', dims)],
  outputs: [value('y', dims)],
});
const shifted = (dims: readonly (number | string)[], by: readonly number[]): ModelInput => ({
  nodes: [node('Add', ['x', 'c'], ['y'])],
  initializers: [floats('c', [by.length], by)],
  inputs: [value('x', dims)],
  outputs: [value('y', dims)],
});

const rowsOf = (count: number, width: number) => {
  const rng = new Rng(2);
  return Array.from({ length: count }, () => rng.normal(width));
};
const argmax = (row: ArrayLike<number>): number =>
  Array.from(row).reduce((best, x, i, all) => (x > all[best]! ? i : best), 0);
const near = (actual: number | null, expected: number): void => {
  assert.ok(
    actual !== null && Math.abs(actual - expected) < 1e-9 * Math.max(1, Math.abs(expected)),
    `${actual}, not ${expected}`,
  );
};

describe('compareOutputs', () => {
  const by = [0.4, -0.3, 0, 0.2];
  const rows = rowsOf(20, 4);
  const other = rows.map((row) => row.map((x, i) => Math.fround(x + Math.fround(by[i]!))));
  const expected = rows.map((row, i) => oracleErrors(row, other[i]!));
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

  function check({ samples, cosine, sqnrDb, agreement, outputs }: Comparison): void {
    assert.equal(samples, 20);
    near(cosine, mean(expected.map((each) => each.cosine)));
    near(sqnrDb, mean(expected.map((each) => each.sqnrDb)));
    near(agreement, mean(rows.map((row, i) => Number(argmax(row) === argmax(other[i]!)))));
    near(outputs[0]!.maxAbs, Math.max(...expected.map((each) => each.maxAbs)));
    assert.deepEqual([outputs.length, outputs[0]!.output, outputs[0]!.exact], [1, 'y', false]);
  }

  it('one sample at a time -> means over the samples', async () => {
    const samples = rows.map((data) => ({ data, dims: [1, 4] }));
    check(await compare(same([1, 4]), shifted([1, 4], by), samples));
  });

  it('batches -> the same as their items', async () => {
    const samples = [8, 8, 4].map((count, i) => ({
      data: Float32Array.from(rows.slice(8 * i, 8 * i + count).flatMap((row) => [...row])),
      dims: [count, 4],
    }));
    check(await compare(same(['N', 4]), shifted(['N', 4], by), samples));
  });

  it('a batch filled up with its own items -> those that count', async () => {
    const samples = [0, 8, 16].map((from) => {
      const all = Array.from({ length: 8 }, (_, i) => rows[from + i] ?? rows[from + (i % 4)]!);
      const numbers = Array.from({ length: Math.min(8, 20 - from) }, (_, i) => from + i);
      const feeds = { x: { data: Float32Array.from(all.flatMap((row) => [...row])), dims: [8, 4] } };
      return { name: `batch ${from}`, items: numbers.map(String), numbers, length: 8, feeds };
    });
    check(await compare(same([8, 4]), shifted([8, 4], by), samples));
  });

  it('labels -> share of samples that each model gets right', async () => {
    const samples = rows.map((data) => ({ data, dims: [1, 4] }));
    const labels = rows.map((row, i) => (i % 3 === 0 ? 1 : argmax(row)));
    const { accuracyA, accuracyB } = await compare(same([1, 4]), shifted([1, 4], by), samples, labels);
    near(accuracyA, mean(rows.map((row, i) => Number(argmax(row) === labels[i]))));
    near(accuracyB, mean(other.map((row, i) => Number(argmax(row) === labels[i]))));
    const none = await compare(same([1, 4]), same([1, 4]), samples);
    assert.deepEqual([none.accuracyA, none.accuracyB], [null, null]);
  });

  it('equal models -> exact, 150 dB', async () => {
    const samples = rows.map((data) => ({ data, dims: [1, 4] }));
    const { cosine, sqnrDb, agreement, outputs } = await compare(same([1, 4]), same([1, 4]), samples);
    near(cosine, 1);
    assert.deepEqual([sqnrDb, agreement, outputs[0]!.exact, outputs[0]!.maxAbs], [150, 1, true, 0]);
  });

  it('a map of classes -> places where the same class wins; a map of one -> no agreement', async () => {
    const rng = new Rng(9);
    const data = rng.normal(1 * 3 * 4 * 5);
    const sample = [{ data, dims: [1, 3, 4, 5] }];
    const away = shifted([1, 3, 4, 5], [0, 0, 0, 0, 0]);
    const bias = { ...away, initializers: [floats('c', [3, 1, 1], [0, 0.7, -0.4])] };
    const shift = [0, 0.7, -0.4].map(Math.fround);
    let equal = 0;
    for (let at = 0; at < 20; at++) {
      const [x, y] = [0, 1].map((moved) =>
        argmax([0, 1, 2].map((c) => data[20 * c + at]! + moved * shift[c]!)),
      );
      equal += Number(x === y);
    }
    const { agreement, accuracyA } = await compare(same([1, 3, 4, 5]), bias, sample, [0]);
    near(agreement, equal / 20);
    assert.equal(accuracyA, null);
    const flat = [{ data, dims: [1, 1, 12, 5] }];
    assert.equal((await compare(same([1, 1, 12, 5]), same([1, 1, 12, 5]), flat)).agreement, null);
  });

  it('several outputs -> each, and means over those that have numbers', async () => {
    const two = (input: ModelInput): ModelInput => ({
      ...input,
      nodes: [...input.nodes!, node('ArgMax', ['y'], ['best'], { axis: 1n, keepdims: 0n })],
      outputs: [...input.outputs!, value('best', undefined, 'int64')],
    });
    const samples = rows.map((data) => ({ data, dims: [1, 4] }));
    const result = await compare(two(same([1, 4])), two(shifted([1, 4], by)), samples);
    assert.deepEqual(
      result.outputs.map(({ output }) => output),
      ['y', 'best'],
    );
    near(result.outputs[0]!.cosine, mean(expected.map((each) => each.cosine)));
    near(result.cosine, result.outputs[0]!.cosine!);
    // Integers are equal or not.
    assert.deepEqual([result.outputs[1]!.cosine, result.outputs[1]!.maxAbs], [null, null]);
    near(result.outputs[1]!.agreement, result.outputs[0]!.agreement!);
  });

  it('other names -> by position', async () => {
    const renamed: ModelInput = {
      nodes: [node('Identity', ['in'], ['out'])],
      inputs: [value('in', [1, 4])],
      outputs: [value('out', [1, 4])],
    };
    const result = await compare(same([1, 4]), renamed, [{ data: rows[0]!, dims: [1, 4] }]);
    assert.deepEqual([result.outputs[0]!.output, result.outputs[0]!.exact], ['y', true]);
  });

  it('outputs of other shapes -> mismatched, never agreed', async () => {
    const longer: ModelInput = {
      nodes: [node('Concat', ['x', 'x'], ['y'], { axis: 1n })],
      inputs: [value('x', [1, 4])],
      outputs: [value('y')],
    };
    const result = await compare(
      same([1, 4]),
      longer,
      rows.map((data) => ({ data, dims: [1, 4] })),
    );
    assert.deepEqual([result.outputs[0]!.mismatched, result.cosine, result.agreement], [20, null, null]);
  });

  it('a quantized net -> near the float one', async () => {
    const { cosine, sqnrDb } = await compare(floatNet(), quantizedNet(), netSamples(4));
    assert.ok(cosine! > 0.99 && sqnrDb! > 20, `${cosine}, ${sqnrDb}`);
  });

  it('models that do not correspond -> refused', async () => {
    const samples = [{ data: rows[0]!, dims: [1, 4] }];
    const other: ModelInput = {
      ...same([1, 4]),
      outputs: [value('y'), value('z')],
      nodes: [...same([1, 4]).nodes!, node('Abs', ['x'], ['z'])],
    };
    await assert.rejects(compare(same([1, 4]), other, samples), (error: unknown) => {
      assert.ok(error instanceof OctavoError);
      assert.deepEqual([error.code, error.place.tensor], ['INVALID_ARGUMENT', 'z']);
      assert.match(error.message, /different outputs: y and y, z/);
      return true;
    });
  });

  it('no samples -> SAMPLES_MISSING; a sample without a label -> named', async () => {
    await assert.rejects(compare(same([1, 4]), same([1, 4]), []), { code: 'SAMPLES_MISSING' });
    const samples = rows.map((data) => ({ data, dims: [1, 4] }));
    await assert.rejects(compare(same([1, 4]), same([1, 4]), samples, [1, 2]), (error: unknown) => {
      assert.ok(error instanceof OctavoError);
      assert.deepEqual([error.code, error.place.sample], ['INVALID_ARGUMENT', '#2']);
      return true;
    });
  });
});

describe('parseLabels', () => {
  it('a class a line -> a list', () => {
    assert.deepEqual(parseLabels('3\r\n\n# comment\n0\n'), [3, 0]);
    assert.deepEqual(parseLabels('\uFEFF7'), [7]);
  });

  it('names and classes -> a map; names may hold commas, quotes and folders', () => {
    const labels = parseLabels('name,label\ncats/a.jpg,3\n"b,c.png",0\n"d""e",12\n');
    assert.deepEqual(
      [...(labels as Map<string, number>)],
      [
        ['cats/a.jpg', 3],
        ['b,c.png', 0],
        ['d"e', 12],
      ],
    );
  });

  it("Paddle's val_list.txt, path and class -> a map", () => {
    const labels = parseLabels('val/ILSVRC 1.JPEG 65\nval/b,2.JPEG\t970\n');
    assert.deepEqual(
      [...(labels as Map<string, number>)],
      [
        ['val/ILSVRC 1.JPEG', 65],
        ['val/b,2.JPEG', 970],
      ],
    );
  });

  it('what is no label -> refused with the line', () => {
    for (const [text, message] of [
      ['1\ncat\n', /line 2 is no class number but "cat"/],
      ['a,1\nb,-2', /line 2 is no class number/],
      ['a,1\n2', /line 2 has no name/],
      ['a,1\na,2', /line 2 labels a a second time/],
      ['', /no labels/],
      ['a,1.5\nb,x', /line 2 is no class/],
    ] as const) {
      assert.throws(
        () => parseLabels(text, 'labels.csv'),
        (error: unknown) => {
          assert.ok(error instanceof OctavoError);
          assert.equal(error.place.file, 'labels.csv');
          assert.match(error.message, message);
          return true;
        },
      );
    }
  });

  it('a sample -> found by its whole name, its file, or its stem where that is one', async () => {
    const labels = new Map([
      ['a.png', 0],
      ['deep/b', 1],
      ['x/c.png', 2],
      ['y/c.png', 3],
    ]);
    const sample = (name: string) => ({
      name,
      feeds: { x: { data: Float32Array.of(0, 0, 1, 0), dims: [1, 4] } },
    });
    const run = (name: string) => compare(same([1, 4]), same([1, 4]), [sample(name)], labels);
    assert.equal((await run('some/folder/a.png')).accuracyA, 0);
    assert.equal((await run('b.jpg')).accuracyA, 0);
    assert.equal((await run('x/c.png')).accuracyA, 1);
    await assert.rejects(run('c.png'), { code: 'INVALID_ARGUMENT' });
  });
});
