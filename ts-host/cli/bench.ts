// `octavo bench`: how long a model takes, beside another one if wanted. The clock is that of this process.

import { type Bench, benchModel } from '../api/bench.js';
import { benchText } from './benchText.js';
import { UsageError } from './errors.js';
import type { BenchFlags } from './flags.js';
import { type SampleFolder, sampleFolder, skippedJson } from './folder.js';
import { type ModelInput, modelInput } from './input.js';
import { checkIntegerFlags, inFloat, inIntegers } from './integers.js';
import { toJson } from './json.js';
import { ListedSamples, readLabels } from './labels.js';
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
  const listed =
    flags.labels === undefined ? undefined : new ListedSamples(await readLabels(flags.labels, signal));
  const folder =
    data === undefined ? undefined : await sampleFolder(data, flags, environment, listed?.includes);
  const first = await modelInput(model, signal, flags, against !== undefined);
  try {
    const second = against === undefined ? undefined : await modelInput(against, signal, flags, true);
    try {
      const pair =
        flags.int8 === true
          ? await integerPair(first, second, flags, environment)
          : ([first, second] as const);
      const bench = await measured(pair[0], pair[1], { folder, listed }, flags, environment).finally(() =>
        tellUnlike(listed, flags, environment),
      );
      const names = { model, against: against ?? (pair[1] && `${model} in float`), data };
      const text = () => benchText(names, bench, terminal.verbose);
      await terminal.print(terminal.json ? toJson(jsonOf(model, flags, bench, { folder, listed })) : text());
    } finally {
      await second?.close();
    }
  } finally {
    await first.close();
  }
}

/** The model in integers, and what it is measured beside: another one, or the same in float. */
async function integerPair(
  first: ModelInput,
  second: ModelInput | undefined,
  flags: BenchFlags,
  environment: Environment,
): Promise<readonly [Subject, Subject]> {
  const source = await inIntegers(first.source, flags, environment);
  const other = second ?? { source: await inFloat(first.source, environment), external: undefined };
  return [{ source, external: undefined }, other];
}

/** What does not go together with the list of labels: told, for accuracy is of fewer samples than it seems. */
function tellUnlike(
  listed: ListedSamples | undefined,
  { data, labels }: BenchFlags,
  { terminal }: Environment,
): void {
  const { unlisted = 0, missing = 0 } = listed ?? {};
  if (unlisted > 0)
    terminal.note(`octavo: left out ${unlisted} samples of ${data} that ${labels} does not list\n`);
  if (missing > 0) terminal.note(`octavo: ${missing} samples that ${labels} lists are not in ${data}\n`);
}

/** The samples that a model is measured with, and the list that chose them. */
interface Given {
  readonly folder: SampleFolder | undefined;
  readonly listed: ListedSamples | undefined;
}

/** What is measured of a model that a command was given. */
type Subject = Pick<ModelInput, 'source' | 'external'>;

/** Options that would be without effect are refused.
 *  @throws UsageError */
function checkFlags(model: string, flags: BenchFlags): void {
  const { data, labels, against, shape, seed } = flags;
  checkIntegerFlags(flags);
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
  first: Subject,
  second: Subject | undefined,
  { folder, listed }: Given,
  { runs, warmup, batch, threads, shape, seed, precision, memoryLimit }: BenchFlags,
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
    labels: listed?.labels,
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
  { folder, listed }: Given,
): unknown {
  const { skipped = [], samples } = folder ?? {};
  return {
    command: 'bench',
    model,
    ...(data === undefined ? {} : { data, ...(labels === undefined ? {} : { labels }) }),
    threads: bench.diagnostics.threads?.used ?? 1,
    ...bench,
    ...(against === undefined ? {} : { against: { model: other ?? `${model} in float`, ...against } }),
    ...(samples === undefined ? {} : { skipped: skippedJson(skipped), ignored: samples.ignored.length }),
    ...(listed === undefined ? {} : { unlisted: listed.unlisted, missing: listed.missing }),
  };
}
