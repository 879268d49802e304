// Small nets whose channels differ much, samples for them, and what a step is given.

import { calibrateModel } from '../../ts-host/calibrate/calibrate.js';
import { RunContext } from '../../ts-host/context.js';
import { Executor, type HostTensor } from '../../ts-host/execute/executor.js';
import { materializeStatic } from '../../ts-host/formats/onnx/materialize/static/index.js';
import type { TensorInput } from '../../ts-host/index.js';
import type { Model } from '../../ts-host/ir/model.js';
import { prepareModel } from '../../ts-host/passes/prepare/index.js';
import type { QuantizeOptions } from '../../ts-host/quantize/options.js';
import { planStatic } from '../../ts-host/quantize/static/planStatic.js';
import { staticSettings } from '../../ts-host/quantize/static/settings.js';
import { valuesToObserve } from '../../ts-host/quantize/static/valuesToObserve.js';
import { summarizeChannels } from '../../ts-host/recover/channels.js';
import { correctedModel } from '../../ts-host/recover/measured.js';
import type { RecoveryInput } from '../../ts-host/recover/recover.js';
import { type SplitSamples, splitSamples } from '../../ts-host/recover/samples.js';
import type { Draft, RecoveryTools } from '../../ts-host/recover/step.js';
import type { Engine } from '../../ts-host/wasm/engine.js';
import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import { executionEngine, simdEngine } from '../support/engine.js';
import { modelOf } from '../support/models.js';
import { conv, floats, gemm, type ModelInput, model, node, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';

export const context = new RunContext();

/** x [N, 3, 8, 8] ─► conv1 ─► Relu ─► depthwise ─► Relu ─► MaxPool ─► left ─┬► Concat ─► last ─► pool ─► Gemm ─► y [N, 5]
 *                                                          └───────► right ─┘
 *  Channel i of conv1 is `spread` times larger than channel i − 1; depthwise takes that back. */
export function unevenNet(spread = 3): ModelInput {
  const rng = new Rng(5);
  const rows = (
    count: number,
    length: number,
    factor: (row: number) => number,
    deviation: number,
  ): Float32Array =>
    rng.normal(count * length, deviation).map((each, k) => each * factor(Math.floor(k / length)));
  const pads = { pads: [1n, 1n, 1n, 1n] };
  return {
    inputs: [value('x', ['N', 3, 8, 8])],
    outputs: [value('y', ['N', 5])],
    nodes: [
      conv('x', 'w1', 'b1', 'c1', pads, 'conv1'),
      node('Relu', ['c1'], ['r1']),
      conv('r1', 'w2', 'b2', 'c2', { ...pads, group: 6n }, 'depthwise'),
      node('Relu', ['c2'], ['r2']),
      node('MaxPool', ['r2'], ['m'], { kernel_shape: [2n, 2n], strides: [2n, 2n] }),
      conv('m', 'w3', 'b3', 'c3', {}, 'left'),
      conv('m', 'w4', undefined, 'c4', pads, 'right'),
      node('Relu', ['c3'], ['r3']),
      node('Relu', ['c4'], ['r4']),
      node('Concat', ['r3', 'r4'], ['k'], { axis: 1n }),
      conv('k', 'w5', 'b5', 'c5', {}, 'last'),
      node('GlobalAveragePool', ['c5'], ['p']),
      node('Flatten', ['p'], ['f']),
      gemm('f', 'w6', 'b6', 'y', {}, 'layer'),
    ],
    initializers: [
      floats(
        'w1',
        [6, 3, 3, 3],
        rows(6, 27, (i) => spread ** i, 0.3),
      ),
      floats(
        'b1',
        [6],
        rng.normal(6, 0.1).map((each, i) => Math.abs(each) * spread ** i),
      ),
      floats(
        'w2',
        [6, 1, 3, 3],
        rows(6, 9, (i) => spread ** -i, 0.4),
      ),
      floats('b2', [6], rng.normal(6, 0.2)),
      floats('w3', [4, 6, 1, 1], rng.normal(24, 0.5)),
      floats('b3', [4], rng.normal(4, 0.2)),
      floats(
        'w4',
        [4, 6, 3, 3],
        rows(4, 54, (i) => spread ** (i - 2), 0.2),
      ),
      floats('w5', [4, 8, 1, 1], rng.normal(32, 0.5)),
      floats('b5', [4], rng.normal(4, 0.2)),
      floats('w6', [4, 5], rng.normal(20, 0.6)),
      floats('b6', [5], rng.normal(5, 0.1)),
    ],
  };
}

/** Inputs of mean 0.5. */
export function samplesOf(count: number, dims: readonly number[] = [1, 3, 8, 8]): TensorInput[] {
  const size = dims.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, at) => ({
    data: new Rng(40 + at).normal(size, 0.5).map((each) => each + 0.5),
    dims,
  }));
}

export interface Engines {
  readonly engine: Engine;
  readonly execution: ExecutionEngine;
}

export const engines: Engines = { engine: await simdEngine(), execution: await executionEngine() };

/** What recovery starts from. */
export async function inputOf(
  net: ModelInput,
  samples: readonly TensorInput[],
  options: QuantizeOptions = {},
  { engine, execution }: Engines = engines,
): Promise<RecoveryInput> {
  const original = await modelOf(model(net));
  const prepared = await prepareModel(engine, original, context);
  const settings = staticSettings(options);
  const names = await valuesToObserve(prepared, settings, context);
  const stats = await calibrateModel(prepared, execution, names, samples, {}, context);
  return { engine, execution, original, model: prepared, settings, stats, samples, level: 'best' };
}

/** A draft without any step, and tools to take one. */
export async function draftOf(input: RecoveryInput): Promise<{ draft: Draft; tools: RecoveryTools }> {
  const { engine, execution, model: prepared } = input;
  const split: SplitSamples = await splitSamples(input.samples, prepared.graph.inputs, context);
  const plan = await planStatic(input, context);
  const tools: RecoveryTools = {
    engine,
    execution,
    samples: split,
    context,
    replan: async (draft, change) => {
      const changed = { ...draft, ...change };
      return { ...changed, plan: await planStatic({ ...input, ...changed }, context) };
    },
    calibrate: async (float, settings) => {
      const names = await valuesToObserve(float, settings, context);
      return calibrateModel(float, execution, names, input.samples, {}, context);
    },
    channels: (of, names) =>
      summarizeChannels(execution, of, names, split.learning, context, () => undefined),
    quantized: async (draft) => materializeStatic(await tools.corrected(draft), draft.plan, engine),
    corrected: (draft) => correctedModel(engine, input.original, draft, context),
    onSample: () => undefined,
  };
  return { draft: { ...input, float: prepared, activations: undefined, biases: 'told', plan }, tools };
}

/** Values of a model over samples, each as one list. */
export async function valuesOf(
  of: Model,
  names: readonly string[],
  samples: readonly TensorInput[],
): Promise<Map<string, Float32Array[]>> {
  const graph = { ...of.graph, outputs: names.map((name) => ({ name })) };
  const executor = await Executor.create({ ...of, graph }, engines.execution, {}, context);
  const all = new Map<string, Float32Array[]>(names.map((name) => [name, []]));
  for (const { data, dims } of samples) {
    const feed: HostTensor = { dtype: 'float32', dims, data: data as Float32Array };
    const found = await executor.run(new Map([[of.graph.inputs[0]!.name, feed]]), context);
    for (const [name, tensor] of found) all.get(name)!.push(tensor.data as Float32Array);
  }
  executor.dispose();
  return all;
}

/** 10 · log10(Σa² / Σ(a − b)²) over lists. */
export function decibels(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let [signal, noise] = [0, 0];
  for (const [at, list] of a.entries()) {
    for (const [k, x] of list.entries()) {
      signal += x * x;
      noise += (x - b[at]![k]!) ** 2;
    }
  }
  return 10 * Math.log10(signal / noise);
}
