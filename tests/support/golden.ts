// Reads the golden vectors: expected values computed by onnx's reference implementation, onnxruntime and numpy.
// tests/golden/README.md says which by which, and what every array holds.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type GoldenKind =
  | 'quantize'
  | 'dequantize'
  | 'dynamicQuantize'
  | 'float16ToFloat32'
  | 'float32ToFloat16'
  | 'float32ToBfloat16'
  | 'packOnnx'
  | 'packStream'
  | 'matMulNBits';

export type GoldenArray = Float32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/** One case. Options that a kind does not have are undefined. */
export interface GoldenCase {
  readonly kind: GoldenKind;
  readonly name: string;
  readonly dtype?: string;
  readonly axis?: number | null;
  readonly blockSize?: number | null;
  readonly bits?: number;
  readonly arrays: Readonly<Record<string, GoldenArray>>;
  /** Dims of every array. */
  readonly dims: Readonly<Record<string, readonly number[]>>;
}

interface StoredArray {
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly offset: number;
}

interface Index {
  readonly versions: Readonly<Record<string, string>>;
  readonly byteLength: number;
  readonly cases: readonly (Omit<GoldenCase, 'arrays' | 'dims'> & { arrays: Record<string, StoredArray> })[];
}

const read = (name: string): Uint8Array =>
  gunzipSync(readFileSync(new URL(`../golden/${name}`, import.meta.url)));

let loaded: { readonly index: Index; readonly bytes: ArrayBuffer } | undefined;

function load(): { readonly index: Index; readonly bytes: ArrayBuffer } {
  if (loaded === undefined) {
    const index = JSON.parse(new TextDecoder().decode(read('index.json.gz'))) as Index;
    const bytes = Uint8Array.from(read('vectors.bin.gz')).buffer;
    if (bytes.byteLength !== index.byteLength)
      throw new Error('the golden vectors and their index do not belong together');
    loaded = { index, bytes };
  }
  return loaded;
}

function view(bytes: ArrayBuffer, { dtype, dims, offset }: StoredArray): GoldenArray {
  const count = dims.reduce((a, b) => a * b, 1);
  switch (dtype) {
    case 'float32':
      return new Float32Array(bytes, offset, count);
    case 'uint32':
      return new Uint32Array(bytes, offset, count);
    case 'int16':
      return new Int16Array(bytes, offset, count);
    case 'uint16':
      return new Uint16Array(bytes, offset, count);
    case 'int8':
      return new Int8Array(bytes, offset, count);
    case 'uint8':
      return new Uint8Array(bytes, offset, count);
    default:
      throw new Error(`golden array of type ${dtype}`);
  }
}

/** All cases of a kind, in the order they were made. */
export function goldenCases(kind: GoldenKind): GoldenCase[] {
  const { index, bytes } = load();
  return index.cases
    .filter((stored) => stored.kind === kind)
    .map(({ arrays, ...rest }) => ({
      ...rest,
      arrays: Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, view(bytes, array)])),
      dims: Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.dims])),
    }));
}

/** Versions of the tools that made the vectors. */
export function goldenVersions(): Readonly<Record<string, string>> {
  return load().index.versions;
}
