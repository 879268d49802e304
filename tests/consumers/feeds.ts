// From a TensorSpec to the bytes of an input tensor.

import { readFile } from 'node:fs/promises';
import type { TensorSpec } from './job.js';
import { Noise } from './noise.js';
import { drawText, readJpeg, resize, toPlanes } from './pixels.js';

export interface Feed {
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView;
}

type Numbers = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;

const ARRAYS: Record<string, (count: number) => Numbers> = {
  float32: (n) => new Float32Array(n),
  float64: (n) => new Float64Array(n),
  int8: (n) => new Int8Array(n),
  uint8: (n) => new Uint8Array(n),
  bool: (n) => new Uint8Array(n),
  int16: (n) => new Int16Array(n),
  uint16: (n) => new Uint16Array(n),
  int32: (n) => new Int32Array(n),
};

const pictures = new Map<string, Promise<Feed>>();

/** The tensor a spec describes, not to be written to: one of pictures is made once and then kept, because every variant
 *  of a model is fed with the same. */
export async function makeFeed(spec: TensorSpec): Promise<Feed> {
  const { dims } = spec;
  if (spec.kind === 'random' || spec.kind === 'values') {
    return { dtype: spec.dtype, dims, data: fill(spec.dtype, numbersOf(spec)) };
  }
  if (spec.kind === 'file') {
    const bytes = await readFile(spec.file);
    const size = dims.reduce((a, b) => a * b, 4);
    const data = new Float32Array(Uint8Array.from(bytes.subarray(bytes.length - size)).buffer);
    return { dtype: 'float32', dims, data };
  }
  const key = JSON.stringify(spec);
  const feed = pictures.get(key) ?? makePictures(spec);
  pictures.set(key, feed);
  return feed;
}

async function makePictures(spec: Extract<TensorSpec, { kind: 'image' | 'text' }>): Promise<Feed> {
  const { dims } = spec;
  const [batch, , height, width] = dims as [number, number, number, number];
  const data = new Float32Array(batch * 3 * height * width);
  for (let index = 0; index < batch; index++) {
    const picture =
      spec.kind === 'image'
        ? resize(await readJpeg(spec.file), width, height)
        : drawText(spec.text, width, height, spec.seed + index, spec.turned === true);
    data.set(toPlanes(picture, spec.rule), index * 3 * height * width);
  }
  return { dtype: 'float32', dims, data };
}

function numbersOf(spec: Extract<TensorSpec, { kind: 'random' | 'values' }>): readonly number[] {
  if (spec.kind === 'values') return spec.values;
  const noise = new Noise(spec.seed);
  const count = spec.dims.reduce((a, b) => a * b, 1);
  const isFloat = spec.dtype.startsWith('float');
  return Array.from({ length: count }, () => {
    const value = spec.low + noise.float() * (spec.high - spec.low);
    return isFloat ? value : Math.floor(value);
  });
}

function fill(dtype: string, values: readonly number[]): ArrayBufferView {
  if (dtype === 'int64') return BigInt64Array.from(values, (v) => BigInt(v));
  const make = ARRAYS[dtype];
  if (make === undefined) throw new Error(`no feed of type ${dtype}`);
  const array = make(values.length);
  array.set(values);
  return array;
}
