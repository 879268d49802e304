// Models that export.py and files.py put into folders, with what Paddle computed of them: inputs and outputs of every feed.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session, TensorInput } from '../../../../ts-host/index.js';
import { type PaddleModel, readPaddle } from '../../../../ts-host/paddle.js';

export type Feeds = Readonly<Record<string, TensorInput>>;
export type Values = Awaited<ReturnType<Session['run']>>;

interface Facts {
  readonly dims: readonly number[];
  readonly dtype: string;
}

interface Recorded {
  readonly error?: string;
  readonly runs?: readonly {
    readonly inputs: Readonly<Record<string, Facts>>;
    readonly outputs: readonly Facts[];
    readonly seconds: number;
  }[];
}

/** One feed, what Paddle computed of it, and the seconds that took. */
export interface Run {
  readonly feeds: Feeds;
  readonly outputs: readonly Float32Array[];
  /** Of the last output. */
  readonly dims: readonly number[];
  readonly seconds: number;
}

const VERSIONS = ['2.6.2', '3.3.1'];

/** What a version of Paddle computed of the program in a folder; a text is its error. The first version that ran it. */
export function recordedRuns(folder: string, versions = VERSIONS): readonly Run[] | string {
  for (const version of versions) {
    const file = join(folder, `outputs-${version}.json`);
    if (!existsSync(file)) continue;
    const { error, runs } = JSON.parse(readFileSync(file, 'utf8')) as Recorded;
    if (runs === undefined) return error ?? '';
    return runs.map(({ inputs, outputs, seconds }, index) => ({
      feeds: Object.fromEntries(
        Object.entries(inputs).map(([name, facts]) => [
          name,
          tensor(join(folder, `in-${index}-${name}.bin`), facts),
        ]),
      ) as Feeds,
      outputs: outputs.map(
        (facts, place) =>
          tensor(join(folder, `out-${version}-${index}-${place}.bin`), facts).data as Float32Array,
      ),
      dims: outputs.at(-1)!.dims,
      seconds,
    }));
  }
  return 'not run';
}

function tensor(path: string, { dims, dtype }: Facts): TensorInput {
  const bytes = readFileSync(path);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  if (dtype === 'int64') return { dims, dtype, data: new BigInt64Array(buffer) };
  if (dtype === 'int32') return { dims, dtype, data: new Int32Array(buffer) };
  return { dims, dtype: 'float32', data: new Float32Array(buffer) };
}

/** The model in a folder, and the bytes of its two files. */
export async function readCase(
  folder: string,
): Promise<{ model: PaddleModel; program: number; parameters: number }> {
  const path = ['inference.json', 'inference.pdmodel', 'model.json', 'model.pdmodel']
    .map((name) => join(folder, name))
    .find((file) => existsSync(file));
  if (path === undefined) throw new Error(`${folder}: no program`);
  const [program, params] = [path, path.replace(/\.[a-z]+$/, '.pdiparams')].map((file) => readFileSync(file));
  const model = await readPaddle({ model: program!, params });
  return { model, program: program!.length, parameters: params!.length };
}

/** The largest difference over the largest magnitude, of all outputs. */
export function distance(ours: readonly ArrayLike<unknown>[], theirs: readonly ArrayLike<unknown>[]): number {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} outputs, not ${theirs.length}`);
  return Math.max(...ours.map((values, i) => tensorDistance(values, theirs[i]!)));
}

function tensorDistance(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  if (a.length !== b.length) throw new Error(`${a.length} values, not ${b.length}`);
  let [worst, scale] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(Number(a[i]) - Number(b[i]));
    worst = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(worst, gap);
    scale = Math.max(scale, Math.abs(Number(b[i])));
  }
  return scale === 0 ? worst : worst / scale;
}

export const dataOf = (values: Values): ArrayLike<unknown>[] => Object.values(values).map(({ data }) => data);

/** The share of decisions that are the same in both: of rows their largest value, of maps (one channel) whether there is text.
 *  @param dims - of both */
export function sameDecisions(ours: Float32Array, theirs: Float32Array, dims: readonly number[]): number {
  const isMap = dims.length === 4 && dims[1] === 1;
  const width = isMap ? 1 : (dims.at(-1) ?? 1);
  const decision = (row: Float32Array): number =>
    isMap ? Number(row[0]! > 0.3) : row.indexOf(Math.max(...row));
  let same = 0;
  for (let at = 0; at < ours.length; at += width)
    same += decision(ours.subarray(at, at + width)) === decision(theirs.subarray(at, at + width)) ? 1 : 0;
  return (same * width) / ours.length;
}
