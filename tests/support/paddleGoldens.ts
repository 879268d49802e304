// Reads the containers of tests/golden/paddle: files that Paddle wrote, inputs, and what Paddle computed of them. The README
// there says what each container holds.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type PaddleGoldenArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | BigInt64Array;

/** dtype is NumPy's name; bools are bytes. */
export interface PaddleGoldenTensor {
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly data: PaddleGoldenArray;
}

type Tensors = Readonly<Record<string, PaddleGoldenTensor>>;

export interface PaddleGolden {
  readonly name: string;
  /** Bytes of each file, by its ending (`pdmodel`, `pdiparams`, `json`); made anew at each access where weights are made. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly inputs: Tensors;
  readonly outputs: Tensors;
  /** Groups of arrays beside these two, and what else the index says of the case. */
  readonly groups: Readonly<Record<string, Tensors>>;
  readonly facts: Readonly<Record<string, unknown>>;
}

interface StoredArray {
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly offset: number;
}

interface StoredBytes {
  readonly offset: number;
  readonly length: number;
}

/** Values that are made, not stored: tests/golden/paddle/fill.py says how, and makes the same. */
interface Fill {
  readonly count: number;
  readonly seed: number;
  readonly step: number;
  readonly bias: number;
}

type StoredFile = StoredBytes | { readonly pieces: readonly (StoredBytes | Fill)[] };

interface StoredCase {
  readonly name: string;
  readonly files: Readonly<Record<string, StoredFile>>;
  readonly [group: string]: unknown;
}

interface Index {
  readonly versions: Readonly<Record<string, string>>;
  readonly byteLength: number;
  readonly cases: readonly StoredCase[];
}

const VIEWS: Readonly<Record<string, (bytes: ArrayBuffer, at: number, count: number) => PaddleGoldenArray>> =
  {
    float32: (bytes, at, count) => new Float32Array(bytes, at, count),
    float64: (bytes, at, count) => new Float64Array(bytes, at, count),
    int8: (bytes, at, count) => new Int8Array(bytes, at, count),
    uint8: (bytes, at, count) => new Uint8Array(bytes, at, count),
    bool: (bytes, at, count) => new Uint8Array(bytes, at, count),
    int16: (bytes, at, count) => new Int16Array(bytes, at, count),
    int32: (bytes, at, count) => new Int32Array(bytes, at, count),
    int64: (bytes, at, count) => new BigInt64Array(bytes, at, count),
  };

const read = (name: string): Uint8Array =>
  gunzipSync(readFileSync(new URL(`../golden/paddle/${name}`, import.meta.url)));

function view(bytes: ArrayBuffer, { dtype, dims, offset }: StoredArray): PaddleGoldenTensor {
  const make = VIEWS[dtype];
  if (make === undefined) throw new Error(`golden array of type ${dtype}`);
  const count = dims.reduce((a, b) => a * b, 1);
  return { dtype, dims, data: make(bytes, offset, count) };
}

function filled({ count, seed, step, bias }: Fill): Uint8Array {
  const values = new Float32Array(count);
  let state = seed;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = Math.fround(((state >>> 24) - 128) * step) + bias;
  }
  return new Uint8Array(values.buffer);
}

function fileOf(stored: StoredFile, bytes: ArrayBuffer): Uint8Array {
  if (!('pieces' in stored)) return new Uint8Array(bytes, stored.offset, stored.length);
  const parts = stored.pieces.map((piece) => ('seed' in piece ? filled(piece) : fileOf(piece, bytes)));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A group is an object whose members are all stored arrays. */
function isGroup(value: unknown): value is Readonly<Record<string, StoredArray>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (member: unknown) =>
      typeof member === 'object' && member !== null && 'dtype' in member && 'offset' in member,
  );
}

function loadCase(stored: StoredCase, bytes: ArrayBuffer): PaddleGolden {
  const { name, files, ...rest } = stored;
  const groups: Record<string, Tensors> = {};
  const facts: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(rest)) {
    if (!isGroup(value)) facts[key] = value;
    else
      groups[key] = Object.fromEntries(Object.entries(value).map(([of, array]) => [of, view(bytes, array)]));
  }
  const { inputs = {}, outputs = {} } = groups;
  const contents: Record<string, Uint8Array> = {};
  for (const [ending, file] of Object.entries(files))
    Object.defineProperty(contents, ending, { enumerable: true, get: () => fileOf(file, bytes) });
  return { name, files: contents, inputs, outputs, groups, facts };
}

const loaded = new Map<string, readonly PaddleGolden[]>();

/** All cases of a container, in the order they were made. */
export function paddleGoldens(container: string): readonly PaddleGolden[] {
  let cases = loaded.get(container);
  if (cases === undefined) {
    const index = JSON.parse(new TextDecoder().decode(read(`${container}.json.gz`))) as Index;
    const bytes = Uint8Array.from(read(`${container}.bin.gz`)).buffer;
    if (bytes.byteLength !== index.byteLength)
      throw new Error('the Paddle goldens and their index do not belong together');
    cases = index.cases.map((stored) => loadCase(stored, bytes));
    loaded.set(container, cases);
  }
  return cases;
}

/** One case of a container. */
export function paddleGolden(container: string, name: string): PaddleGolden {
  const found = paddleGoldens(container).find((golden) => golden.name === name);
  if (found === undefined) throw new Error(`no golden '${name}' in ${container}`);
  return found;
}
