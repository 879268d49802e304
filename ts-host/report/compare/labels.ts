// What samples should be recognised as: class numbers by the sample's name, or in the order of the samples.

import { OctavoError } from '../../errors.js';

/** Classes by sample: by name, or by number in the whole set. */
export type Labels = ReadonlyMap<string, number> | readonly number[];

/** Finds labels. A sample and a line of the list are the same file where their paths end alike, in as many folders as one of them
 *  has; then where the names without ending are. A list may be of another folder than the samples: `val/a.jpg`, `/data/val/a.jpg`. */
export class LabelFinder {
  readonly #labels: Labels;
  readonly #byEnd: ReadonlyMap<string, number>;

  /** @throws OctavoError `INVALID_ARGUMENT` for a label that is no class number */
  constructor(labels: Labels) {
    this.#labels = labels;
    const entries = isList(labels)
      ? [...labels.entries()].map(([i, v]) => [`#${i}`, v] as const)
      : [...labels];
    for (const [name, label] of entries) {
      if (Number.isSafeInteger(label) && label >= 0) continue;
      throw new OctavoError('INVALID_ARGUMENT', `the label of ${name} is no class number: ${String(label)}`, {
        field: 'labels',
      });
    }
    this.#byEnd = isList(labels) ? new Map() : byEnds(labels);
  }

  /** The class of a sample; undefined where it has no label. */
  find(name: string, number: number): number | undefined {
    if (isList(this.#labels)) return this.#labels[number];
    const key = [...ends(name), stem(name)].find((end) => this.#byEnd.has(end));
    return this.#labels.get(name) ?? (key === undefined ? undefined : this.#byEnd.get(key));
  }

  /** @throws OctavoError `INVALID_ARGUMENT` naming a sample without a label */
  of(name: string, number: number): number {
    const label = this.find(name, number);
    if (label !== undefined) return label;
    throw new OctavoError('INVALID_ARGUMENT', 'there is no label for this sample', {
      sample: name,
      field: 'labels',
    });
  }
}

const isList = (labels: Labels): labels is readonly number[] => Array.isArray(labels);

/** `a/b/c.jpg` -> itself, `b/c.jpg`, `c.jpg` */
function ends(name: string): string[] {
  const parts = name.split(/[/\\]/);
  return parts.map((_, first) => parts.slice(first).join('/'));
}

const stem = (name: string): string =>
  ends(name)
    .at(-1)!
    .replace(/\.[^.]*$/, '');

/** Labels by the ends of their paths and by stems, where those that share one agree. */
function byEnds(labels: ReadonlyMap<string, number>): Map<string, number> {
  const found = new Map<string, number>();
  const unlike = new Set<string>();
  for (const [name, label] of labels) {
    for (const key of new Set([...ends(name), stem(name)])) {
      if (found.has(key) && found.get(key) !== label) unlike.add(key);
      found.set(key, label);
    }
  }
  for (const key of unlike) found.delete(key);
  return found;
}

/** Reads a file of labels: `name,class` a line, `name class` as Paddle's lists have it, or a class a line in the order of the
 *  samples. Empty lines and lines that begin with # are left out, and so is a first line whose class is no number (a heading).
 *  @throws OctavoError `INVALID_ARGUMENT` naming the line */
export function parseLabels(text: string, file?: string): Labels {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
  const place = { ...(file === undefined ? {} : { file }), field: 'labels' };
  const fail = (number: number, message: string): never => {
    throw new OctavoError('INVALID_ARGUMENT', `line ${number} ${message}`, place);
  };
  const parsed = lines.map(({ line, number }) => {
    const [name, label] = fieldsOf(line);
    return { name: name === undefined ? undefined : unquoted(name), label: unquoted(label), number };
  });
  const first = parsed[0];
  if (first?.name !== undefined && !isClass(first.label)) parsed.shift();
  if (parsed.length === 0) throw new OctavoError('INVALID_ARGUMENT', 'there are no labels', place);
  for (const { label, number } of parsed) {
    if (!isClass(label)) fail(number, `is no class number but ${JSON.stringify(label)}`);
  }
  if (parsed.every(({ name }) => name === undefined)) return parsed.map(({ label }) => Number(label));
  const named = new Map<string, number>();
  for (const { name, label, number } of parsed) {
    if (name === undefined) return fail(number, 'has no name, others have one');
    if (named.has(name)) fail(number, `labels ${name} a second time`);
    named.set(name, Number(label));
  }
  return named;
}

/** Name and class of a line; the name may hold commas and spaces. */
function fieldsOf(line: string): readonly [string | undefined, string] {
  const at = line.lastIndexOf(',');
  const byComma = at < 0 ? undefined : ([line.slice(0, at).trim(), line.slice(at + 1).trim()] as const);
  if (byComma !== undefined && isClass(unquoted(byComma[1]))) return byComma;
  const [, name, label] = /^(.*\S)\s+(\d+)$/.exec(line) ?? [];
  return name === undefined ? (byComma ?? [undefined, line]) : [name, label!];
}

const isClass = (text: string): boolean => /^\d{1,15}$/.test(text);
const unquoted = (text: string): string =>
  /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
