// Calibration beside the forward pass it watches: the same executor with nobody looking and with a collector at every value
// that would be quantized; and what the methods take to choose the ranges afterwards.

import { readFileSync } from 'node:fs';
import { openModel } from '../../ts-host/api/open.js';
import { RunContext } from '../../ts-host/context.js';
import { Executor } from '../../ts-host/execute/executor.js';
import type { Watch } from '../../ts-host/execute/program.js';
import { sizeOf } from '../../ts-host/execute/value.js';
import type { Model } from '../../ts-host/ir/model.js';
import { StatsCollector } from '../../ts-host/observers/activation/collector.js';
import { ACTIVATION_METHODS, type ActivationMethodName } from '../../ts-host/observers/activation/index.js';
import { statsOf } from '../../ts-host/observers/activation/state.js';
import { HISTOGRAM_BINS, type TensorStats } from '../../ts-host/observers/activation/stats.js';
import { createExecutionEngine, type ExecutionEngine } from '../../ts-host/wasm/execution.js';
import { type Subject, speed, type Timing, time } from '../harness.js';
import { benchModel } from '../models.js';
import type { Figure, SectionResult } from '../report.js';

const OVERHEAD_GOAL = 25;
const KL_GOAL_MS = 1;
const INT8 = { qmin: -128, qmax: 127, symmetric: false };
const INT8_SYMMETRIC = { qmin: -127, qmax: 127, symmetric: true };

const file = (name: string): Uint8Array => readFileSync(new URL(`../../dist/${name}`, import.meta.url));

export async function observers(): Promise<SectionResult> {
  const model = benchModel();
  const context = new RunContext();
  const opened = await openModel(readFileSync(model.path), {}, context);
  const engine = await createExecutionEngine({ simd: file('simd.wasm'), execute: file('execute.wasm') });
  const watched = quantizedValues(opened.model);
  const collectors = new Map(watched.map((name) => [name, new StatsCollector(engine)]));
  const run = await watching(opened.model, engine, watched, context);
  let elements = 0;
  const observe: Watch = ({ name, dtype, dims, address }) => {
    if (dtype !== 'float32') return;
    const count = sizeOf({ dtype, dims });
    elements += count;
    collectors.get(name)!.observe({ address, count, items: 1, sample: 0 });
  };
  const [plain, seen] = (await time(
    [
      { name: 'forward', run: () => run() },
      { name: 'forward, observed', run: () => run(observe) },
    ],
    { rounds: 11, roundMs: 150, warmup: 3 },
  )) as [Timing, Timing];
  elements = 0;
  await run(observe);
  const stats = watched
    .map((name) => statsOf(collectors.get(name)!.state()))
    .filter(({ count }) => count > 0);
  const overhead = (1 / speed(seen, plain) - 1) * 100;
  const each = ((seen.median - plain.median) * 1e6) / elements;
  return {
    section: `observers (${model.name}, ${stats.length} values, ${(elements / 1e6).toFixed(1)} M elements)`,
    figures: [
      { name: 'forward pass', value: plain.median, unit: 'ms', note: `mad ${plain.mad.toFixed(2)}` },
      {
        name: 'observers / forward pass',
        value: overhead,
        unit: '%',
        note: `${each.toFixed(2)} ns an element`,
        ...(model.hasGoals ? { goal: { atMost: OVERHEAD_GOAL } } : {}),
      },
      ...(await searchFigures(engine, stats)),
    ],
  };
}

/** Values that operators read or make, without those that only an activation reads: it is fused. */
function quantizedValues({ graph }: Model): string[] {
  const activations = new Set(['BatchNormalization', 'Relu', 'Clip', 'LeakyRelu', 'HardSwish']);
  const readers = new Map<string, string[]>();
  for (const node of graph.nodes) {
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node.opType]);
  }
  const made = graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  return [...graph.inputs.map(({ name }) => name), ...made].filter((name) => {
    const uses = readers.get(name) ?? [];
    return !(uses.length > 0 && uses.every((opType) => activations.has(opType)));
  });
}

async function watching(
  model: Model,
  engine: ExecutionEngine,
  watched: readonly string[],
  context: RunContext,
): Promise<(watch?: Watch) => Promise<number>> {
  const executor = await Executor.create(model, engine, { watched }, context);
  const { name, dims = [] } = executor.inputs[0]!;
  const shape = dims.map((dim, i) => (typeof dim === 'number' ? dim : ([1, 3, 48, 320][i] ?? 1)));
  // Linear congruential: the same picture everywhere.
  let state = 1;
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  });
  const feeds = new Map([[name, { dtype: 'float32' as const, dims: shape, data }]]);
  return async (watch) => {
    const outputs = await executor.run(feeds, context, { watch });
    return Number([...outputs.values()][0]!.data[0]);
  };
}

async function searchFigures(engine: ExecutionEngine, stats: readonly TensorStats[]): Promise<Figure[]> {
  const methods = (['kl', 'mse', 'emd', 'ptf'] as const).map((name) => subjectOf(engine, stats, name));
  const timings = await time(methods, { rounds: 7, roundMs: 30 });
  return timings.map(({ name, median, mad }) => ({
    name: `${name} search, a tensor`,
    value: median / (2 * stats.length),
    unit: 'ms',
    note: `mad ${(mad / (2 * stats.length)).toFixed(3)}, over ${HISTOGRAM_BINS / 2} bins or more`,
    ...(name === 'kl' ? { goal: { atMost: KL_GOAL_MS } } : {}),
  }));
}

const subjectOf = (
  engine: ExecutionEngine,
  stats: readonly TensorStats[],
  name: ActivationMethodName,
): Subject => ({
  name,
  run: () =>
    stats.reduce((sum, each) => {
      const [affine, symmetric] = [INT8, INT8_SYMMETRIC].map((rule) =>
        ACTIVATION_METHODS[name](engine, each, rule, {}),
      );
      return sum + affine!.max + symmetric!.max;
    }, 0),
});
