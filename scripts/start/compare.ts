// A float model and its quantized copy on the same inputs: how alike their outputs are, and how fast each is.

import type { TensorInput } from '../../ts-host/index.js';
import type { Output, Running, StartEngine } from './engines.js';
import type { StartModel } from './models.js';

export interface Compared {
  readonly cosine: number;
  /** Share of equal decisions. */
  readonly agreement: number;
  /** Median milliseconds of a run. */
  readonly before: number;
  readonly after: number;
}

const ROUNDS = 7;
/** Where the detector's maps are cut into text and ground. */
const THRESHOLD = 0.3;

export async function compareOn(
  engine: StartEngine,
  float: Uint8Array,
  quantized: Uint8Array,
  { evaluation, decision }: StartModel,
): Promise<Compared> {
  const [a, b] = [await engine.open(float), await engine.open(quantized)];
  try {
    const sums = { xx: 0, yy: 0, xy: 0, equal: 0, decisions: 0 };
    for (const input of evaluation) {
      const [x, y] = [await a.run(input), await b.run(input)];
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
    const [before, after] = await times([a, b], evaluation[0]!);
    const cosine = sums.xy / Math.sqrt(sums.xx * sums.yy);
    return { cosine, agreement: sums.equal / sums.decisions, before: before!, after: after! };
  } finally {
    await a.close();
    await b.close();
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

/** In turn, so that both meet the same machine. */
async function times(sessions: readonly Running[], input: TensorInput): Promise<number[]> {
  const taken = sessions.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, session] of sessions.entries()) {
      const start = performance.now();
      await session.run(input);
      taken[i]!.push(performance.now() - start);
    }
  }
  return taken.map((each) => each.sort((x, y) => x - y)[ROUNDS >> 1]!);
}
