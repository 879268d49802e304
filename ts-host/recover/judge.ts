// The judge: how near a quantized model is to the float model on the samples held out, as the signal to noise ratio of its
// outputs in dB. The float model runs once, the quantized one for every draft. What a Softmax gives out is judged by what it
// reads: near 0 and 1 a share tells little of the scores behind it, and a few samples in between would decide.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { asBytes } from '../execute/elements.js';
import { Executor, type HostTensor } from '../execute/executor.js';
import { GraphIndex } from '../ir/graphIndex.js';
import type { Model, Node } from '../ir/model.js';
import { removeUnused } from '../passes/prepare/unused.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { addErrors, ERROR_SUMS, finishErrors } from '../wasm/kernels/execute/errors.js';
import { quiet } from './quiet.js';
import type { HeldSample } from './samples.js';

/** Beyond this, differences are the rounding of float32. */
const MOST_DECIBELS = 150;

type Outputs = ReadonlyMap<string, HostTensor>;

export class Judge {
  readonly #engine: ExecutionEngine;
  /** Names of the values that are compared. */
  readonly #outputs: readonly string[];
  readonly #samples: readonly HeldSample[];
  readonly #expected: readonly Outputs[];
  readonly #context: RunContext;
  readonly #onSample: () => void;
  #held = 0;

  private constructor(
    engine: ExecutionEngine,
    outputs: readonly string[],
    samples: readonly HeldSample[],
    expected: readonly Outputs[],
    held: number,
    context: RunContext,
    onSample: () => void,
  ) {
    this.#engine = engine;
    this.#outputs = outputs;
    this.#samples = samples;
    this.#expected = expected;
    this.#held = held;
    this.#context = context;
    this.#onSample = onSample;
  }

  /** Runs the float model; its outputs stay counted against the memory limit until `release`. */
  static async create(
    engine: ExecutionEngine,
    model: Model,
    samples: readonly HeldSample[],
    context: RunContext,
    onSample: () => void,
  ): Promise<Judge> {
    let held = 0;
    const expected: Outputs[] = [];
    const outputs = judgedOutputs(model);
    try {
      await runAll(engine, withOutputs(model, outputs), samples, context, (outputs) => {
        const bytes = [...outputs.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
        context.budget.reserve(bytes, 'keeping outputs to judge a recovery by');
        held += bytes;
        expected.push(outputs);
        onSample();
      });
    } catch (error) {
      context.budget.release(held);
      throw error;
    }
    return new Judge(engine, outputs, samples, expected, held, context, onSample);
  }

  /** Of each output of each sample: −Infinity where it is NaN. Empty where no output is float32. */
  async decibels(quantized: Model): Promise<number[]> {
    const all: number[] = [];
    let at = 0;
    await runAll(
      this.#engine,
      withOutputs(quantized, this.#outputs),
      this.#samples,
      this.#context,
      (outputs) => {
        const { items, length } = this.#samples[at]!;
        for (const [name, expected] of this.#expected[at]!) {
          const actual = outputs.get(name);
          if (expected.dtype !== 'float32' || actual?.data.length !== expected.data.length) continue;
          for (const each of this.#errors(expected, actual, items, length)) {
            all.push(Number.isNaN(each) ? Number.NEGATIVE_INFINITY : Math.min(MOST_DECIBELS, each));
          }
        }
        at++;
        this.#onSample();
      },
    );
    return all;
  }

  release(): void {
    this.#context.budget.release(this.#held);
    this.#held = 0;
  }

  /** Of each item that counts. */
  #errors(a: HostTensor, b: HostTensor, items: readonly number[], length: number): number[] {
    const size = a.data.length;
    const isBatch = length > 1 && a.dims.length > 0 && a.dims[0]! % length === 0;
    const count = isBatch ? size / length : size;
    if (count === 0) return [];
    const { heap } = this.#engine;
    const [x, y] = [a, b].map(({ data }) => heap.copyIn(asBytes(data), 'an output')) as [number, number];
    try {
      return (isBatch ? items : [0]).map((item) => {
        const start = 4 * count * item;
        const sums = heap.copyIn(new Float64Array(ERROR_SUMS), 'sums of errors');
        try {
          addErrors(this.#engine, x + start, y + start, sums, count, 0);
          const bytes = heap.copyOut(sums, 8 * ERROR_SUMS);
          return finishErrors(this.#engine, new Float64Array(bytes.buffer), count).sqnrDb;
        } finally {
          heap.free(sums);
        }
      });
    } finally {
      heap.free(x);
      heap.free(y);
    }
  }
}

/** Operators that only give the same elements another shape. */
const RESHAPING: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

function judgedOutputs({ graph }: Model): string[] {
  const index = new GraphIndex(graph);
  const makerOf = (name: string): Node | undefined => {
    const maker = graph.nodes[index.maker(name) ?? -1];
    return maker?.domain === '' ? maker : undefined;
  };
  return graph.outputs.map(({ name }) => {
    let maker = makerOf(name);
    while (maker !== undefined && RESHAPING.has(maker.opType)) maker = makerOf(maker.inputs[0]!);
    return maker?.opType === 'Softmax' ? maker.inputs[0]! : name;
  });
}

/** The model with values of it as outputs. */
function withOutputs(model: Model, names: readonly string[]): Model {
  const outputs = [...new Set(names)].map((name) => ({ name }));
  return { ...model, graph: removeUnused({ ...model.graph, outputs, valueInfos: [] }) };
}

async function runAll(
  engine: ExecutionEngine,
  model: Model,
  samples: readonly HeldSample[],
  context: RunContext,
  take: (outputs: Outputs) => void,
): Promise<void> {
  const inner = quiet(context);
  const executor = await Executor.create(model, engine, {}, inner);
  try {
    for (const { name, feeds } of samples) {
      take(
        await executor.run(feeds, inner).catch((error: unknown) => {
          throw error instanceof OctavoError && error.code !== 'ABORTED'
            ? error.within({ sample: name })
            : error;
        }),
      );
    }
  } finally {
    executor.dispose();
  }
}

export const meanOf = (list: readonly number[]): number =>
  list.reduce((sum, each) => sum + each, 0) / list.length;

/** Whether figures rose by more than chance would have them: on the mean by more than the standard error of the mean, sample
 *  by sample. */
export function isBetter(before: readonly number[], after: readonly number[]): boolean {
  const gains = after.map((each, at) => each - before[at]!);
  const mean = meanOf(gains);
  if (!(mean > 0)) return false;
  const count = gains.length;
  if (count === 1 || mean === Number.POSITIVE_INFINITY) return true;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) * (gain - mean), 0) / (count - 1);
  return mean * mean > variance / count;
}
