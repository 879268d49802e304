// `octavo bench`: how long a model takes, beside another one if wanted. The clock is that of this process.

import { type Bench, benchModel } from '../api/bench.js';
import { benchText } from './benchText.js';
import { UsageError } from './errors.js';
import type { BenchFlags } from './flags.js';
import { type SampleFolder, sampleFolder, skippedJson } from './folder.js';
import { type ModelInput, modelInput } from './input.js';
import { toJson } from './json.js';
import { readLabels } from './labels.js';
import { STANDARD_STREAM } from './output.js';
import { SAMPLE_FLAGS } from './sampleFlags.js';
import type { Environment } from './terminal.js';

export async function benchCommand(
  model: string,
  flags: BenchFlags,
  environment: Environment,
): Promise<void> {
  checkFlags(model, flags);
  const { data, against } = flags;
  const { terminal, signal } = environment;
  const folder = data === undefined ? undefined : await sampleFolder(data, flags, environment);
  const first = await modelInput(model, signal, flags, against !== undefined);
  try {
    const second = against === undefined ? undefined : await modelInput(against, signal, flags, true);
    try {
      const bench = await measured(first, second, folder, flags, environment);
      const text = () => benchText({ model, against, data }, bench, terminal.verbose);
      await terminal.print(terminal.json ? toJson(jsonOf(model, flags, bench, folder)) : text());
    } finally {
      await second?.close();
    }
  } finally {
    await first.close();
  }
}

/** Options that would be without effect are refused.
 *  @throws UsageError */
function checkFlags(model: string, flags: BenchFlags): void {
  const { data, labels, against, shape, seed } = flags;
  if (against === STANDARD_STREAM || (model === STANDARD_STREAM && against !== undefined))
    throw new UsageError('two models need two files', '-');
  if (data !== undefined) {
    if (shape !== undefined) throw new UsageError('--shape is for inputs that are made up', '--shape');
    if (seed !== undefined) throw new UsageError('--seed is for inputs that are made up', '--seed');
    return;
  }
  if (labels !== undefined) throw new UsageError('--labels needs --data', '--labels');
  const lone = SAMPLE_FLAGS.find((key) => key !== 'batch' && flags[key] !== undefined);
  if (lone === undefined) return;
  const typed = `--${lone.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UsageError(`${typed} needs --data`, typed);
}

async function measured(
  first: ModelInput,
  second: ModelInput | undefined,
  folder: SampleFolder | undefined,
  { runs, warmup, batch, threads, shape, seed, labels, precision, memoryLimit }: BenchFlags,
  { terminal, signal }: Environment,
): Promise<Bench> {
  return benchModel(first.source, {
    now: () => performance.now(),
    external: first.external,
    against: second?.source,
    externalAgainst: second?.external,
    runs,
    warmup,
    batch,
    threads,
    shapes: shape && Object.fromEntries(shape.map(({ name, dims }) => [name, dims])),
    seed,
    samples: folder?.samples,
    labels: labels === undefined ? undefined : await readLabels(labels, signal),
    precision,
    memoryLimit,
    signal,
    onProgress: terminal.onProgress,
  });
}

function jsonOf(
  model: string,
  { data, labels, against: other }: BenchFlags,
  { against, ...bench }: Bench,
  folder: SampleFolder | undefined,
): unknown {
  const { skipped = [], samples } = folder ?? {};
  return {
    command: 'bench',
    model,
    ...(data === undefined ? {} : { data, ...(labels === undefined ? {} : { labels }) }),
    threads: bench.diagnostics.threads?.used ?? 1,
    ...bench,
    ...(against === undefined ? {} : { against: { model: other, ...against } }),
    ...(samples === undefined ? {} : { skipped: skippedJson(skipped), ignored: samples.ignored.length }),
  };
}
