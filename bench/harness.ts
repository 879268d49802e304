// Measuring by comparison: subjects run interleaved in one process, round by round, and what is reported is the ratio
// of their times within a round. Absolute figures depend on the machine; ratios hardly do.

/** Something to be timed. */
export interface Subject {
  readonly name: string;
  /** Does the work once on the `turn`-th set of data and returns a number that depends on the result. */
  run(turn: number): number | Promise<number>;
}

/** Milliseconds a run. */
export interface Timing {
  readonly name: string;
  readonly min: number;
  readonly median: number;
  /** Median of the distances to the median. */
  readonly mad: number;
  /** Of every round, in order. */
  readonly rounds: readonly number[];
}

export interface TimingOptions {
  /** Default 9; at least 7. */
  readonly rounds?: number;
  /** A round repeats a subject until this much time has passed. Default 20. */
  readonly roundMs?: number;
  /** Rounds before the first one counted: code is compiled in tiers. Default 2. */
  readonly warmup?: number;
}

/** Consumes results, so that no work can be left out as unused. */
let sink = 0;

export function checksum(): number {
  return sink;
}

/** Times all subjects, each once a round, in turn. */
export async function time(subjects: readonly Subject[], options: TimingOptions = {}): Promise<Timing[]> {
  const { rounds = 9, roundMs = 20, warmup = 2 } = options;
  if (rounds < 7) throw new Error('fewer than 7 rounds say nothing');
  const taken = subjects.map((): number[] => []);
  for (let round = -warmup; round < rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const each = await timeRound(subject, roundMs);
      if (round >= 0) taken[index]!.push(each);
    }
  }
  return subjects.map(({ name }, index) => summarize(name, taken[index]!));
}

async function timeRound(subject: Subject, roundMs: number): Promise<number> {
  const start = performance.now();
  let turns = 0;
  let now = start;
  do {
    const result = subject.run(turns++);
    sink = (sink + (typeof result === 'number' ? result : await result)) % 1e9;
    now = performance.now();
  } while (now - start < roundMs);
  return (now - start) / turns;
}

export function summarize(name: string, rounds: readonly number[]): Timing {
  const middle = median(rounds);
  return {
    name,
    min: Math.min(...rounds),
    median: middle,
    mad: median(rounds.map((value) => Math.abs(value - middle))),
    rounds,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** How many times as fast as `base` the subject is: median over the rounds of base / subject. */
export function speed(subject: Timing, base: Timing): number {
  return median(subject.rounds.map((each, round) => base.rounds[round]! / each));
}
