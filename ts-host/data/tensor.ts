// Tensors at the border of a session: what callers may give, checked against what the model declares.

import { OctavoError } from '../errors.js';
import { DTYPE_BITS, type DType } from '../ir/dtype.js';
import type { ValueInfo } from '../ir/model.js';
import { byteLengthOf, elementCount } from '../ir/tensor.js';

/** The arrays that hold elements. */
export type TensorArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A tensor that a session returns: row-major, in memory of its own. */
export interface Tensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** float16 and bfloat16 as bits in a Uint16Array, bool as 0 and 1 in a Uint8Array, 4- and 2-bit types as packed bytes,
   *  low bits first. */
  readonly data: TensorArray;
}

/** A tensor that a session is fed. It is read while run() runs and never written. */
export interface TensorInput {
  /** A typed array, Float16Array included where the runtime has it. */
  readonly data: ArrayBufferView;
  readonly dims: readonly number[];
  /** Needed where the array does not tell it: 'float16' and 'bfloat16' for the bits in a Uint16Array, 'bool' for a
   *  Uint8Array. */
  readonly dtype?: DType | undefined;
}

/** What each kind of array holds, unless it is told otherwise. */
const NATURAL: Readonly<Record<string, DType>> = {
  Float16Array: 'float16',
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Int32Array: 'int32',
  Uint32Array: 'uint32',
  BigInt64Array: 'int64',
  BigUint64Array: 'uint64',
};

/** What else an array may hold, when it is said. */
const ALSO: Readonly<Record<string, readonly DType[]>> = {
  Uint16Array: ['float16', 'bfloat16'],
  Int8Array: ['int4', 'int2'],
  Uint8Array: [
    'bool',
    'int4',
    'uint4',
    'int2',
    'uint2',
    'float8e4m3fn',
    'float8e4m3fnuz',
    'float8e5m2',
    'float8e5m2fnuz',
    'float8e8m0',
    'float4e2m1',
  ],
};

/** A feed that fits its input. */
export interface CheckedFeed {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: TensorArray;
}

/** Feeds by name, each fitting the model's input of that name.
 *  @param constants - names of inputs that have a value in the model
 *  @throws OctavoError `FEED_INVALID` naming the input */
export function checkFeeds(
  feeds: Readonly<Record<string, TensorInput>>,
  inputs: readonly ValueInfo[],
): Map<string, CheckedFeed> {
  if (typeof feeds !== 'object' || feeds === null) {
    throw new OctavoError('FEED_INVALID', 'feeds must be an object of tensors by input name');
  }
  const known = new Map(inputs.map((input) => [input.name, input]));
  const list = [...known.keys()].join(', ') || 'none';
  for (const name of Object.keys(feeds)) {
    if (!known.has(name)) fail(name, `the model has no input of this name; its inputs are: ${list}`);
  }
  return new Map(
    inputs.map((input) => {
      const feed = Object.hasOwn(feeds, input.name) ? feeds[input.name] : undefined;
      if (feed === undefined) return fail(input.name, 'this input is not fed');
      return [input.name, checkFeed(feed, input)];
    }),
  );
}

function checkFeed(feed: TensorInput, input: ValueInfo): CheckedFeed {
  const { name } = input;
  if (typeof feed !== 'object' || feed === null || !('data' in feed)) {
    fail(name, 'a feed is { data, dims, dtype? }');
  }
  const { data, dims } = feed;
  const dtype = dtypeOf(feed, input);
  if (!Array.isArray(dims) || !dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    fail(name, `dims must be a list of integers ≥ 0, not ${JSON.stringify(dims)}`);
  }
  if (input.dtype !== undefined && input.dtype !== dtype) {
    const hint = (ALSO[kindOf(data)] ?? []).includes(input.dtype) ? `: say dtype: '${input.dtype}'` : '';
    fail(name, `is fed with ${dtype}, the model takes ${input.dtype}${hint}`);
  }
  checkShape(dims, input);
  const byteLength = byteLengthOf(dtype, countOf(dims, name));
  if (data.byteLength !== byteLength) {
    const elements = (data.byteLength * 8) / DTYPE_BITS[dtype];
    fail(name, `${dtype}[${dims.join(', ')}] has ${countOf(dims, name)} elements, the array ${elements}`);
  }
  return { dtype, dims: [...dims], data: asElements(data) };
}

/** A Float16Array becomes its bits; everything else stays. */
function asElements(data: ArrayBufferView): TensorArray {
  if (kindOf(data) !== 'Float16Array') return data as TensorArray;
  return new Uint16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2);
}

function countOf(dims: readonly number[], name: string): number {
  try {
    return elementCount(dims, name);
  } catch (cause) {
    return fail(name, `dims [${dims.join(', ')}] make 2^32 elements or more`, cause);
  }
}

/** By tag, not by class: arrays of other realms and polyfills count. */
function kindOf(data: unknown): string {
  return Object.prototype.toString.call(data).slice('[object '.length, -1);
}

function dtypeOf({ data, dtype }: TensorInput, { name }: ValueInfo): DType {
  const kind = kindOf(data);
  const natural = NATURAL[kind];
  if (!ArrayBuffer.isView(data) || natural === undefined) {
    const instead = Array.isArray(data)
      ? 'a plain array of numbers does not tell their type: give a'
      : 'needs a';
    return fail(name, `${instead} typed array, such as Float32Array (data is ${kind})`);
  }
  if (dtype === undefined || dtype === natural) return natural;
  if (!(dtype in DTYPE_BITS)) return fail(name, `there is no dtype ${String(dtype)}`);
  if ((ALSO[kind] ?? []).includes(dtype)) return dtype;
  return fail(name, `a ${kind} holds ${[natural, ...(ALSO[kind] ?? [])].join(' or ')}, not ${dtype}`);
}

function checkShape(dims: readonly number[], { name, dims: declared }: ValueInfo): void {
  if (declared === undefined) return;
  const shown = `[${declared.map((dim) => dim ?? '?').join(', ')}]`;
  if (dims.length !== declared.length) {
    fail(name, `is fed with [${dims.join(', ')}], the model takes ${declared.length} dims: ${shown}`);
  }
  const fits = declared.every((dim, i) => typeof dim !== 'number' || dim === dims[i]);
  if (!fits) fail(name, `is fed with [${dims.join(', ')}], the model takes ${shown}`);
}

function fail(input: string, message: string, cause?: unknown): never {
  throw new OctavoError(
    'FEED_INVALID',
    message,
    { tensor: input },
    cause === undefined ? undefined : { cause },
  );
}
