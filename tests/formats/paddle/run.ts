// Runs a golden case of Paddle's as it is, and compares what comes out with what Paddle computed.

import type { TensorArray } from '../../../ts-host/data/tensor.js';
import { Session } from '../../../ts-host/index.js';
import type { DType } from '../../../ts-host/ir/dtype.js';
import { type ReadPaddleOptions, readPaddle } from '../../../ts-host/paddle.js';
import {
  type PaddleGolden,
  type PaddleGoldenTensor,
  paddleGolden,
  paddleGoldens,
} from '../../support/paddleGoldens.js';

/** Cases of a container with their programs translated to PIR; all else is as there. */
export function translatedGoldens(container: string): PaddleGolden[] {
  return paddleGoldens(`pir-${container}`).map(({ name, files }) => {
    const golden = paddleGolden(container, name);
    const { pdiparams } = golden.files;
    return { ...golden, files: { ...files, ...(pdiparams === undefined ? {} : { pdiparams }) } };
  });
}

export interface Outputs {
  readonly [name: string]: {
    readonly dtype: string;
    readonly dims: readonly number[];
    readonly data: ArrayLike<unknown>;
  };
}

/** Outputs of a case's model on its inputs. */
export async function runGolden(golden: PaddleGolden, options: ReadPaddleOptions = {}): Promise<Outputs> {
  const { json, pdmodel, pdiparams } = golden.files;
  const model = json ?? pdmodel;
  if (model === undefined) throw new Error(`${golden.name} has no program`);
  const session = await Session.create(await readPaddle({ model, params: pdiparams }, options));
  const feeds = Object.entries(golden.inputs).map(([name, { dtype, dims, data }]) => [
    name,
    { dtype: dtype as DType, dims, data: data as TensorArray },
  ]);
  try {
    return await session.run(Object.fromEntries(feeds));
  } finally {
    session.dispose();
  }
}

/** What differs, in order of the outputs; '' where nothing does. Numbers may differ by `bound` times the largest magnitude of
 *  the output, integers not at all. Names do not count: PIR has others. */
export function difference(outputs: Outputs, golden: PaddleGolden, bound: number): string {
  const [ours, theirs] = [Object.values(outputs), Object.values(golden.outputs)];
  if (ours.length !== theirs.length) return `${ours.length} outputs, not ${theirs.length}`;
  return ours
    .map((output, i) => tensorDifference(output, theirs[i]!, bound))
    .filter((text) => text !== '')
    .join('; ');
}

function tensorDifference(ours: Outputs[string], theirs: PaddleGoldenTensor, bound: number): string {
  if (ours.dtype !== theirs.dtype) return `${ours.dtype}, not ${theirs.dtype}`;
  if (shape(ours.dims) !== shape(theirs.dims)) return `[${ours.dims.join()}], not [${theirs.dims.join()}]`;
  const [a, b] = [Array.from(ours.data, Number), Array.from(theirs.data as ArrayLike<unknown>, Number)];
  const scale = Math.max(1, ...b.filter(Number.isFinite).map(Math.abs));
  const limit = ours.dtype.startsWith('float') ? bound * scale : 0;
  const worst = Math.max(0, ...a.map((value, i) => (Object.is(value, b[i]) ? 0 : distance(value, b[i]!))));
  return worst <= limit ? '' : `off by ${worst} of ${scale}`;
}

/** Infinite where one is NaN, or the infinities differ. */
function distance(a: number, b: number): number {
  const gap = a === b ? 0 : Math.abs(a - b);
  return Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
}

/** Versions of Paddle write a scalar as [1] or as []. */
function shape(dims: readonly number[]): string {
  return dims.length === 0 ? '1' : dims.join();
}
