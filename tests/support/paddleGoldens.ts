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
  /** Bytes of each file, by its ending (`pdmodel`, `pdiparams`, `json`). */
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

interface StoredCase {
  readonly name: string;
  readonly files: Readonly<Record<string, { readonly offset: number; readonly length: number }>>;
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
  const contents = Object.entries(files).map(
    ([ending, { offset, length }]) => [ending, new Uint8Array(bytes, offset, length)] as const,
  );
  const { inputs = {}, outputs = {} } = groups;
  return { name, files: Object.fromEntries(contents), inputs, outputs, groups, facts };
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
