// The file of labels that a command is given, and the samples of a folder that it lists.

import { readLimited } from '../node/readLimited.js';
import { LabelFinder, type Labels, parseLabels } from '../report/compare/labels.js';

/** Most bytes of it. */
const LIMIT = 2 ** 28;

/** @throws OctavoError as parseLabels and readLimited */
export async function readLabels(path: string, signal: AbortSignal): Promise<Labels> {
  const bytes = await readLimited(path, signal, LIMIT);
  return parseLabels(new TextDecoder().decode(bytes), path);
}

/** A list by names says which samples there are, as Paddle's `val_list.txt` does; one by numbers goes with all samples. */
export class ListedSamples {
  readonly labels: Labels;
  readonly #finder: LabelFinder;
  readonly #listed = new Set<string>();
  readonly #unlisted = new Set<string>();

  constructor(labels: Labels) {
    this.labels = labels;
    this.#finder = new LabelFinder(labels);
  }

  /** Whether a sample is in the list. */
  readonly includes = (name: string): boolean => {
    if (!(this.labels instanceof Map)) return true;
    const isListed = this.#finder.find(name, 0) !== undefined;
    (isListed ? this.#listed : this.#unlisted).add(name);
    return isListed;
  };

  /** Samples that were asked for and are not in the list. */
  get unlisted(): number {
    return this.#unlisted.size;
  }

  /** Lines of the list for which there was no sample. */
  get missing(): number {
    return this.labels instanceof Map ? Math.max(0, this.labels.size - this.#listed.size) : 0;
  }
}
