// The folder of samples that a command is given: samples for a model, and what was left out of them.

import type { SkippedSample } from '../data/skipped.js';
import type { FolderSamples } from '../node/folderSamples.js';
import { folderOptions, type SampleFlags } from './sampleFlags.js';
import type { Environment } from './terminal.js';

export interface SampleFolder {
  readonly samples: FolderSamples;
  /** What was left out so far, in the order of the set; each is told on stderr when it is found. */
  readonly skipped: readonly SkippedSample[];
}

/** @param only - which of its samples, by name; all where it is not given
 *  @throws OctavoError as folderSamples */
export async function sampleFolder(
  folder: string,
  flags: SampleFlags,
  { terminal, signal }: Environment,
  only?: (name: string) => boolean,
): Promise<SampleFolder> {
  const { folderSamples } = await import('../node/folderSamples.js');
  const skipped: SkippedSample[] = [];
  const onSkip = (each: SkippedSample): void => {
    // Samples may be gone through more than once.
    if (skipped.some(({ number }) => number === each.number)) return;
    skipped.push(each);
    terminal.note(`octavo: left out ${each.name}: ${each.reason.message}\n`);
  };
  const samples = await folderSamples(folder, { ...folderOptions(flags), signal, onSkip, only });
  return { samples, skipped };
}

export function skippedJson(skipped: readonly SkippedSample[]): unknown[] {
  return skipped.map(({ name, number, reason: { code, message } }) => ({ name, number, code, message }));
}
