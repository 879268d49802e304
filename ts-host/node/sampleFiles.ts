// Which files make a sample.
//
//   one input       every file is a sample
//   several inputs  a folder for each input, named like it: files of one name before the ending belong together;
//                   and .npz files beside them, each with an array for every input

import { OctavoError } from '../errors.js';

const KINDS = {
  image: /\.(jpe?g|jpe|jfif|png)$/i,
  npy: /\.npy$/i,
  npz: /\.npz$/i,
  raw: /\.bin$/i,
} as const;

export type FileKind = keyof typeof KINDS;

/** What a file is by its ending; undefined for no sample. */
export function fileKind(path: string): FileKind | undefined {
  return (Object.keys(KINDS) as FileKind[]).find((kind) => KINDS[kind].test(path));
}

/** Files of one sample: one for all inputs, or one for each. */
export interface SampleFiles {
  readonly name: string;
  readonly files: string | ReadonlyMap<string, string>;
}

/** Puts files together, ascending by name.
 *  @param files - paths in the folder, ascending
 *  @param folders - folders of inputs that are not named like them
 *  @throws OctavoError `FEED_INVALID` for a sample that lacks an input; `SAMPLES_MISSING` */
export function groupFiles(
  files: readonly string[],
  inputs: readonly string[],
  folders: Readonly<Record<string, string>>,
): SampleFiles[] {
  const isLone = inputs.length === 1;
  if (isLone && folders[inputs[0]!] === undefined) return files.map((path) => ({ name: path, files: path }));
  const sets = new Map<string, Map<string, string>>();
  const alone: SampleFiles[] = [];
  for (const path of files) {
    const owner = ownerOf(path, inputs, folders);
    if (owner === undefined) {
      if (fileKind(path) === 'npz' && !isLone) alone.push({ name: path, files: path });
      continue;
    }
    const name = isLone ? owner.rest : owner.rest.replace(/\.[^./]*$/, '');
    const set = sets.get(name) ?? new Map<string, string>();
    const other = set.get(owner.input);
    if (other !== undefined) {
      throw new OctavoError('FEED_INVALID', `two files for the input ${owner.input}: ${other} and ${path}`, {
        sample: name,
        tensor: owner.input,
      });
    }
    sets.set(name, set.set(owner.input, path));
  }
  const grouped = [...sets].map(([name, files]) => ({ name, files }));
  const all = [...grouped, ...alone].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const { name, files } of all) {
    if (typeof files !== 'string') requireAll(name, files, inputs, folders);
  }
  if (all.length === 0) {
    const message = `a model of ${inputs.length} inputs takes .npz files, or a folder for each input (${inputs.join(', ')})`;
    throw new OctavoError('SAMPLES_MISSING', `${message}; there is neither`);
  }
  return all;
}

function folderOf(input: string, folders: Readonly<Record<string, string>>): string {
  return `${(folders[input] ?? input).replace(/\/+$/, '')}/`;
}

/** The input whose folder a file is in, the innermost one, and the rest of its path. */
function ownerOf(
  path: string,
  inputs: readonly string[],
  folders: Readonly<Record<string, string>>,
): { readonly input: string; readonly rest: string } | undefined {
  const owners = inputs
    .map((input) => ({ input, folder: folderOf(input, folders) }))
    .filter(({ folder }) => path.startsWith(folder))
    .sort((a, b) => b.folder.length - a.folder.length);
  const [owner] = owners;
  return owner === undefined ? undefined : { input: owner.input, rest: path.slice(owner.folder.length) };
}

function requireAll(
  name: string,
  set: ReadonlyMap<string, string>,
  inputs: readonly string[],
  folders: Readonly<Record<string, string>>,
): void {
  for (const input of inputs) {
    if (set.has(input)) continue;
    const message = `there is no file ${folderOf(input, folders)}${name}.* for the input ${input}`;
    throw new OctavoError('FEED_INVALID', message, { sample: name, tensor: input });
  }
}
