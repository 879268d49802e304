// `octavo run`: feeds from files, one run, outputs to files.

import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Session, type SessionDiagnostics } from '../api/session.js';
import type { Tensor } from '../data/tensor.js';
import { ioWait } from '../io/wait.js';
import { type StoredArray, writeNpy } from '../node/npy.js';
import { writeNpz } from '../node/npz.js';
import { refuseOverwritingInputs } from '../node/overwrite.js';
import { writeByteFiles } from './byteFile.js';
import { readFeeds } from './feeds.js';
import type { RunFlags } from './flags.js';
import { modelInput } from './input.js';
import { toJson } from './json.js';
import { megabytes, rows } from './summary.js';
import { type Environment, paint } from './terminal.js';

interface WrittenOutput {
  readonly name: string;
  readonly dtype: string;
  readonly dims: readonly number[];
  /** Where it was written, if anywhere. */
  readonly file?: string;
}

interface RunResult extends SessionDiagnostics {
  readonly milliseconds: number;
  readonly outputs: readonly WrittenOutput[];
}

export async function runCommand(model: string, flags: RunFlags, environment: Environment): Promise<void> {
  const { terminal, signal } = environment;
  const { precision, executor, memoryLimit } = flags;
  const input = await modelInput(model, signal, flags);
  try {
    const feeds = await readFeeds(flags.input ?? [], signal, memoryLimit);
    if (flags.output !== undefined) await refuseOverwritingInputs(input.paths, [flags.output]);
    const { onProgress } = terminal;
    const { external } = input;
    const options = { external, precision, executor, memoryLimit, signal, onProgress };
    const session = await Session.create(input.source, options);
    try {
      const begun = performance.now();
      const outputs = await session.run(feeds, { signal, onProgress });
      const milliseconds = Math.round((performance.now() - begun) * 10) / 10;
      const result = { ...session.diagnostics(), milliseconds, outputs: await write(outputs, flags) };
      const json = { command: 'run', input: model, ...result };
      await terminal.print(terminal.json ? toJson(json) : runText(model, result));
    } finally {
      await session.dispose();
    }
  } finally {
    await input.close();
  }
}

async function write(outputs: Readonly<Record<string, Tensor>>, flags: RunFlags): Promise<WrittenOutput[]> {
  const arrays = new Map(Object.entries(outputs).map(([name, tensor]) => [name, stored(tensor)]));
  const types = Object.entries(outputs).map(([name, { dtype, dims }]) => ({ name, dtype, dims }));
  if (flags.output !== undefined)
    await save(dirname(flags.output), [[basename(flags.output), writeNpz(arrays)]]);
  if (flags.outputDir === undefined) {
    return types.map((type) => (flags.output === undefined ? type : { ...type, file: flags.output }));
  }
  const names = fileNames([...arrays.keys()]);
  const files = [...arrays].map(([name, array]): [string, Uint8Array] => [names.get(name)!, writeNpy(array)]);
  await save(flags.outputDir, files);
  return types.map((type) => ({ ...type, file: join(flags.outputDir!, names.get(type.name)!) }));
}

function stored({ dtype, dims, data }: Tensor): StoredArray {
  return { dtype, dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** All of them or none. */
async function save(folder: string, files: readonly (readonly [string, Uint8Array])[]): Promise<void> {
  await ioWait('making the folder', () => mkdir(folder, { recursive: true }), { place: { file: folder } });
  await writeByteFiles(folder, new Map(files));
}

const LONGEST_NAME = 150;

/** A file name for each output: letters, digits, `.`, `-` and `_`, no dot in front, told apart where two would be one
 *  (also for file systems that do not tell A from a). */
export function fileNames(outputs: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  const names = outputs.map((output): [string, string] => {
    const plain =
      output
        .replace(/[^A-Za-z0-9._-]/g, '_')
        .replace(/^\.+/, '_')
        .slice(0, LONGEST_NAME) || '_';
    let name = plain;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${plain}-${i}`;
    taken.add(name.toLowerCase());
    return [output, `${name}.npy`];
  });
  return new Map(names);
}

function runText(model: string, { executor, precision, memory, milliseconds, outputs }: RunResult): string {
  const lines: [string, string][] = [
    ['model', paint('bold', model)],
    ['run', `${executor}, ${precision}, ${milliseconds} ms with reading the weights`],
  ];
  if (memory !== undefined) lines.push(['memory', `at most ${megabytes(memory.peak)}`]);
  for (const [index, { name, dtype, dims, file }] of outputs.entries()) {
    const where = file === undefined ? '' : `  ${file}`;
    lines.push([index === 0 ? 'outputs' : '', `${name}  ${dtype} [${dims.join(', ')}]${where}`]);
  }
  return rows(lines);
}
