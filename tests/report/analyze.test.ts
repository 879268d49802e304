// The comparison value by value, against both models run apart with every value as an output, and sums in plain float64.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { OctavoError } from '../../ts-host/errors.js';
import { Executor } from '../../ts-host/execute/executor.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { bytesSource } from '../../ts-host/io/source.js';
import type { Model } from '../../ts-host/ir/model.js';
import { type AnalysisOptions, analyzeModels } from '../../ts-host/report/layers/analyze.js';
import type { Report, ValueReport } from '../../ts-host/report/layers/layerReport.js';
import { executionEngine, referenceExecutionEngine } from '../support/engine.js';
import { oracleErrors, oracleQuantile } from '../support/error-oracle.js';
import { conv, floats, type ModelInput, model, node, value } from '../support/onnxBuilder.js';
import { floatNet, netSamples, quantizedNet } from './models.js';

const context = new RunContext();
const engine = await executionEngine();
const subject = { float: 'net.onnx', quantized: 'net.int8.onnx' };

const read = (input: ModelInput): Promise<Model> => readOnnx(bytesSource(model(input)), {}, context);

async function analyze(
  a: ModelInput,
  b: ModelInput,
  options: AnalysisOptions = {},
  on = engine,
): Promise<Report> {
  return analyzeModels(on, await read(a), await read(b), netSamples(3), subject, options, context);
}

/** Every value of a model in all runs, one after another. */
async function valuesOf(input: ModelInput): Promise<Map<string, Float32Array>> {
  const one = await read(input);
  const names = [
    ...one.graph.inputs.map(({ name }) => name),
    ...one.graph.nodes.flatMap(({ outputs }) => outputs),
  ];
  const graph = { ...one.graph, outputs: names.map((name) => ({ name })) };
  const executor = await Executor.create({ ...one, graph }, engine, {}, context);
  const all = new Map<string, number[]>();
  for (const { feeds } of netSamples(3)) {
    const feed = new Map([['x', { dtype: 'float32' as const, ...feeds.x }]]);
    for (const [name, { data }] of await executor.run(feed, context)) {
      all.set(name, [...(all.get(name) ?? []), ...Array.from(data as Float32Array, Number)]);
    }
  }
  executor.dispose();
  return new Map([...all].map(([name, list]) => [name, Float32Array.from(list)]));
}

function near(actual: number, expected: number, bound: number, what: string): void {
  const fits =
    Object.is(actual, expected) || Math.abs(actual - expected) <= bound * Math.max(1, Math.abs(expected));
  assert.ok(fits, `${what}: ${actual} instead of ${expected}`);
}

function checkError(actual: ValueReport['error'], a: Float32Array, b: Float32Array, what: string): void {
  const expected = oracleErrors(a, b);
  // Rewrites change last bits of what the two runs compute.
  for (const key of ['mse', 'sqnrDb', 'cosine', 'maxAbs'] as const) {
    near(actual[key], expected[key], 1e-5, `${key} of ${what}`);
  }
}

const valueNamed = (report: Report, name: string): ValueReport => {
  const found = report.values.find((each) => each.value === name);
  assert.ok(found !== undefined, `no value ${name}`);
  return found;
};

describe('analyzeModels', () => {
  it('a model of ours -> each value against its own, as both models run apart', async () => {
    const report = await analyze(floatNet(), quantizedNet());
    const [a, b] = [await valuesOf(floatNet()), await valuesOf(quantizedNet())];
    assert.deepEqual(
      report.values.map((each) => each.value),
      ['x', 'r', 'd', 's', 'g', 'f', 'y'],
    );
    for (const { value, error } of report.values) {
      checkError(error, a.get(value)!, b.get(value === 'x' ? 'xq' : value)!, value);
    }
    assert.deepEqual(report.unmatched, ['c']);
    assert.equal(engine.heap.held, 0);
  });

  it('a model of other tools -> what stands behind DequantizeLinear', async () => {
    const report = await analyze(floatNet(), quantizedNet({ ours: false }));
    const [a, b] = [await valuesOf(floatNet()), await valuesOf(quantizedNet({ ours: false }))];
    const twins: Record<string, string> = { x: 'xq', r: 'r_dq', d: 'd_dq', s: 's_dq' };
    for (const { value, error } of report.values) {
      checkError(error, a.get(value)!, b.get(twins[value] ?? value)!, value);
    }
    assert.deepEqual(report.unmatched, ['c']);
  });

  it('distributions -> those of the numbers', async () => {
    const report = await analyze(floatNet(), quantizedNet());
    const [a, b] = [await valuesOf(floatNet()), await valuesOf(quantizedNet())];
    for (const { value, origin, dequantized, histogram } of report.values) {
      const sides = [
        [origin, a.get(value)!],
        [dequantized, b.get(value === 'x' ? 'xq' : value)!],
      ] as const;
      for (const [found, numbers] of sides) {
        const span = found.max - found.min;
        const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
        near(found.min, oracleQuantile(numbers, 0), 1e-5, `min of ${value}`);
        near(found.max, oracleQuantile(numbers, 1), 1e-5, `max of ${value}`);
        near(found.mean, mean, 1e-5, `mean of ${value}`);
        near(
          found.variance,
          numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length,
          1e-5,
          value,
        );
        assert.equal(found.sparsity, numbers.filter((x) => x === 0).length / numbers.length);
        // In small tensors neighbours are far from each other.
        const bound = numbers.length < 100 ? span / 4 : span / 500;
        for (const [quartile, share] of [
          [found.q1, 0.25],
          [found.median, 0.5],
          [found.q3, 0.75],
        ] as const) {
          const expected = oracleQuantile(numbers, share);
          assert.ok(
            Math.abs(quartile - expected) <= bound,
            `${share} of ${value}: ${quartile}, not ${expected}`,
          );
        }
        assert.equal(found.nonFinite, 0);
      }
      assert.equal(
        histogram.counts.reduce((sum, count) => sum + count, 0),
        a.get(value)!.length,
      );
      assert.ok(histogram.counts.length <= 64);
      assert.ok(
        histogram.low <= origin.min &&
          histogram.low + histogram.width * histogram.counts.length >= origin.max,
      );
    }
  });

  it('codes -> read from the model, with the share that they cut off', async () => {
    const report = await analyze(floatNet(), quantizedNet());
    const { codes, clipped } = valueNamed(report, 'r');
    const scale = Math.fround(4 / 255);
    assert.deepEqual(codes, { dtype: 'uint8', scale, zeroPoint: 0, low: 0, high: scale * 255 });
    const r = (await valuesOf(floatNet())).get('r')!;
    assert.equal(clipped, r.filter((x) => x > Math.fround(scale * 255.5)).length / r.length);
    assert.ok(clipped > 0);
    assert.equal(valueNamed(report, 'g').codes, null);
  });

  it('each layer alone -> its own nodes between values of the float model', async () => {
    const report = await analyze(floatNet(), quantizedNet({ bits: 4 }));
    const [a, weights] = [await valuesOf(floatNet()), await valuesOf(quantizedNet({ bits: 4 }))];
    // The second convolution with the weights of 4 bits, over the exact r, then the codes of d.
    const alone: ModelInput = {
      nodes: [conv('x', 'w', 'b2', 'y', { pads: [1n, 1n, 1n, 1n] })],
      initializers: [
        floats('w', [8, 8, 3, 3], weights.get('w2')!.subarray(0, 576)),
        ...floatNet().initializers!.filter(({ name }) => name === 'b2'),
      ],
      inputs: [value('x')],
      outputs: [value('y')],
    };
    const executor = await Executor.create(await read(alone), engine, {}, context);
    const r = a.get('r')!;
    const parts: number[] = [];
    for (let i = 0; i < 3; i++) {
      const feed = {
        dtype: 'float32' as const,
        dims: [1, 8, 12, 12],
        data: r.slice(i * 1152, (i + 1) * 1152),
      };
      parts.push(...((await executor.run(new Map([['x', feed]]), context)).get('y')!.data as Float32Array));
    }
    executor.dispose();
    const scale = Math.fround(8 / 255);
    const codes = parts.map((x) => (Math.min(255, Math.max(0, Math.round(x / scale) + 128)) - 128) * scale);
    const { ownError } = valueNamed(report, 'd');
    near(ownError!.sqnrDb, oracleErrors(a.get('d')!, codes).sqnrDb, 1e-3, 'own error of d');
    assert.equal(valueNamed(report, 'g').ownError!.mse, 0);
    assert.equal(valueNamed(report, 'x').ownError, null);
  });

  it('not run alone -> neither own errors nor suggestions, the rest is the same', async () => {
    const whole = await analyze(floatNet(), quantizedNet());
    const short = await analyze(floatNet(), quantizedNet(), { alone: false });
    assert.deepEqual(short.suggestions, []);
    assert.deepEqual(
      short.values,
      whole.values.map((each) => ({ ...each, ownError: null })),
    );
  });

  it('layers -> nodes melted together, how they run, weights and reasons', async () => {
    const reasons = new Map([['last', 'left in float because the test says so']]);
    const { layers } = await analyze(floatNet(), quantizedNet(), { reasons });
    assert.deepEqual(
      layers.map(({ node, opType, state, fused }) => [
        node,
        opType,
        state,
        fused.map((each) => each.node).join(),
      ]),
      [
        ['first', 'Conv', 'integer', 'relu'],
        ['second', 'Conv', 'integer', ''],
        ['sum', 'Add', 'integer', ''],
        ['pool', 'GlobalAveragePool', 'float', ''],
        ['flat', 'Flatten', 'float', ''],
        ['last', 'Gemm', 'float', ''],
      ],
    );
    assert.deepEqual([layers[2]!.inputs, layers[2]!.outputs], [['d', 'r'], ['s']]);
    assert.equal(layers[5]!.reason, 'left in float because the test says so');
    const [weight, ...more] = layers[1]!.weights;
    assert.deepEqual(more, []);
    assert.deepEqual(
      [weight!.tensor, weight!.dims, weight!.dtype, weight!.bits],
      ['w2', [8, 8, 3, 3], 'int8', 8],
    );
    assert.equal(weight!.scale.length, 8);
    const quantized = (await valuesOf(quantizedNet())).get('w2')!.subarray(0, 576);
    const origin = new Float32Array(floatNet().initializers![2]!.rawData.slice().buffer);
    checkError(weight!.error, origin, quantized, 'w2');
    assert.deepEqual(layers[5]!.weights, []);
  });

  it('outputs -> the figures of each run', async () => {
    const { outputs, samples } = await analyze(floatNet(), quantizedNet());
    const [a, b] = [await valuesOf(floatNet()), await valuesOf(quantizedNet())];
    assert.deepEqual(samples, ['sample 0', 'sample 1', 'sample 2']);
    assert.deepEqual(
      outputs.map(({ value }) => value),
      ['y'],
    );
    for (let i = 0; i < 3; i++) {
      const [x, y] = [a, b].map((each) => each.get('y')!.subarray(5 * i, 5 * i + 5));
      near(outputs[0]!.cosine[i]!, oracleErrors(x!, y!).cosine, 1e-5, 'cosine');
      near(outputs[0]!.sqnrDb[i]!, oracleErrors(x!, y!).sqnrDb, 1e-3, 'sqnr');
    }
  });

  it('a model with itself -> every value exact, nothing to suggest', async () => {
    const report = await analyze(floatNet(), floatNet());
    assert.ok(report.values.every(({ error }) => error.mse === 0 && error.sqnrDb === Infinity));
    assert.deepEqual(report.suggestions, []);
    assert.ok(report.layers.every(({ state }) => state === 'float'));
  });

  it('fewer samples asked for -> the first ones', async () => {
    const { samples } = await analyze(floatNet(), quantizedNet(), { samples: 2 });
    assert.deepEqual(samples, ['sample 0', 'sample 1']);
  });

  it('scalar kernels -> the same report, number by number', async () => {
    const reference = await referenceExecutionEngine();
    const [simd, scalar] = [
      await analyze(floatNet(), quantizedNet()),
      await analyze(floatNet(), quantizedNet(), {}, reference),
    ];
    assert.deepEqual(scalar, simd);
  });

  it('names that look like those of the merged graph -> kept apart', async () => {
    const rename = (input: ModelInput): ModelInput => {
      const renamed: Record<string, string> = { r: 'quantized:r', s: 'errors:d', g: 'alone::s' };
      const each = (name: string): string => renamed[name] ?? name;
      return {
        ...input,
        nodes: input.nodes!.map((old) => ({
          ...old,
          input: old.input.map(each),
          output: old.output.map(each),
        })),
      };
    };
    const [plain, odd] = [
      await analyze(floatNet(), quantizedNet()),
      await analyze(rename(floatNet()), rename(quantizedNet())),
    ];
    assert.deepEqual(
      odd.values.map(({ error }) => error),
      plain.values.map(({ error }) => error),
    );
  });

  it('a graph without nodes -> a report without layers', async () => {
    const empty: ModelInput = {
      inputs: [value('x', ['N', 3, 12, 12])],
      outputs: [value('x', ['N', 3, 12, 12])],
    };
    const report = await analyze(empty, empty);
    assert.deepEqual([report.layers, report.suggestions, report.unmatched], [[], [], []]);
    assert.equal(valueNamed(report, 'x').error.mse, 0);
  });

  it('NaN in the float model -> counted, and no figures made up', async () => {
    const input: ModelInput = {
      nodes: [node('Sqrt', ['x'], ['s']), node('Abs', ['s'], ['y'])],
      inputs: [value('x', ['N', 3, 12, 12])],
      outputs: [value('y')],
    };
    const report = await analyze(input, input);
    const { origin, error } = valueNamed(report, 's');
    assert.ok(origin.nonFinite > 0);
    assert.ok(Number.isNaN(error.sqnrDb));
  });

  it('models of different opsets -> brought to one', async () => {
    const report = await analyze({ ...floatNet(), opset: 11 }, quantizedNet());
    assert.deepEqual(report.values, (await analyze(floatNet(), quantizedNet())).values);
  });

  it('another net -> refused by its input', async () => {
    const other: ModelInput = {
      nodes: [node('Relu', ['z'], ['y'])],
      inputs: [value('z')],
      outputs: [value('y')],
    };
    await assert.rejects(analyze(floatNet(), other), (error: unknown) => {
      assert.ok(error instanceof OctavoError);
      assert.deepEqual([error.code, error.place.tensor], ['INVALID_ARGUMENT', 'z']);
      return true;
    });
    assert.equal(engine.heap.held, 0);
  });

  it('an abort between samples -> ABORTED, and all memory back', async () => {
    const controller = new AbortController();
    const samples = (async function* () {
      for (const sample of netSamples(3)) {
        yield sample;
        controller.abort();
      }
    })();
    const aborted = new RunContext({ signal: controller.signal });
    const run = analyzeModels(
      engine,
      await read(floatNet()),
      await read(quantizedNet()),
      samples,
      subject,
      {},
      aborted,
    );
    await assert.rejects(run, { code: 'ABORTED' });
    assert.equal(engine.heap.held, 0);
  });
});
