// A float model and its quantized copy on the same inputs: how alike their outputs are, and how fast each is.

import type { TensorInput } from '../../ts-host/index.js';
import type { Output, Running, StartEngine } from './engines.js';
import type { StartModel } from './models.js';

export interface Compared {
  readonly cosine: number;
  /** Share of equal decisions. */
  readonly agreement: number;
}

/** Rounds before those that count: weights are packed and code is optimized in them. */
const WARM_UP = 3;
const ROUNDS = 7;
/** Where the detector's maps are cut into text and ground. */
const THRESHOLD = 0.3;

/** Outputs of both models on all evaluation samples. */
export async function compareOn(
  engine: StartEngine,
  float: Uint8Array,
  quantized: Uint8Array,
  { evaluation, decision }: StartModel,
): Promise<Compared> {
  return withOpen([{ engine, models: [float, quantized] }], async ([a, b]) => {
    const sums = { xx: 0, yy: 0, xy: 0, equal: 0, decisions: 0 };
    for (const input of evaluation) {
      const [x, y] = [await a!.run(input), await b!.run(input)];
      for (const [i, value] of x.data.entries()) {
        const other = y.data[i]!;
        sums.xx += value * value;
        sums.yy += other * other;
        sums.xy += value * other;
      }
      const [p, q] = [decisions(x, decision), decisions(y, decision)];
      sums.decisions += p.length;
      sums.equal += p.filter((each, i) => each === q[i]).length;
    }
    const cosine = sums.xy / Math.sqrt(sums.xx * sums.yy);
    return { cosine, agreement: sums.equal / sums.decisions };
  });
}

/** Median milliseconds of a run: of each model in each engine. In turn, so that all meet the same machine. */
export function timesOn(
  engines: readonly StartEngine[],
  models: readonly Uint8Array[],
  input: TensorInput,
): Promise<number[]> {
  const pairs = engines.map((engine) => ({ engine, models }));
  return withOpen(pairs, async (sessions) => {
    const taken = sessions.map((): number[] => []);
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      for (const [i, session] of sessions.entries()) {
        const start = performance.now();
        await session.run(input);
        if (round >= 0) taken[i]!.push(performance.now() - start);
      }
    }
    return taken.map((each) => each.sort((x, y) => x - y)[ROUNDS >> 1]!);
  });
}

interface Pairs {
  readonly engine: StartEngine;
  readonly models: readonly Uint8Array[];
}

async function withOpen<T>(
  pairs: readonly Pairs[],
  work: (sessions: readonly Running[]) => Promise<T>,
): Promise<T> {
  const sessions: Running[] = [];
  try {
    for (const { engine, models } of pairs) {
      for (const model of models) sessions.push(await engine.open(model));
    }
    return await work(sessions);
  } finally {
    for (const session of sessions) await session.close();
  }
}

function decisions({ data, dims }: Output, decision: StartModel['decision']): number[] {
  if (decision === 'threshold') return Array.from(data, (value) => Number(value > THRESHOLD));
  const width = dims.at(-1)!;
  return Array.from({ length: data.length / width }, (_, row) => {
    const values = data.subarray(row * width, (row + 1) * width);
    return values.indexOf(values.reduce((a, b) => Math.max(a, b)));
  });
}
