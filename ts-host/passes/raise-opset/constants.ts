// The constants a graph gets when attributes become inputs: a few elements each, equal ones shared.

import type { Graph } from '../../ir/model.js';
import type { NameGenerator } from '../../ir/names.js';
import { bytesData, type Tensor } from '../../ir/tensor.js';
import type { ConstantDType, Scalar } from './rule.js';

/** New initializers of one graph. */
export class NewConstants {
  readonly #fresh: NameGenerator;
  readonly #byContent = new Map<string, string>();
  readonly #tensors = new Map<string, Tensor>();
  readonly #bytes = new Map<string, Uint8Array>();

  constructor(fresh: NameGenerator) {
    this.#fresh = fresh;
  }

  add(hint: string, dtype: ConstantDType, dims: readonly number[], values: readonly Scalar[]): string {
    const bytes = encode(dtype, values);
    const content = `${dtype} ${dims.join()} ${bytes.join()}`;
    const known = this.#byContent.get(content);
    if (known !== undefined) return known;
    const name = this.#fresh(hint);
    this.#byContent.set(content, name);
    this.#bytes.set(name, bytes);
    this.#tensors.set(name, { name, dtype, dims, data: bytesData(bytes) });
    return name;
  }

  bytesOf(name: string): Uint8Array | undefined {
    return this.#bytes.get(name);
  }

  /** `initializers` followed by the new ones. */
  after(initializers: Graph['initializers']): Graph['initializers'] {
    return this.#tensors.size === 0 ? initializers : new Map([...initializers, ...this.#tensors]);
  }
}

const BYTES: Readonly<Record<ConstantDType, number>> = {
  int64: 8,
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
};

function encode(dtype: ConstantDType, values: readonly Scalar[]): Uint8Array {
  const width = BYTES[dtype];
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) {
    const at = index * width;
    if (dtype === 'int64') view.setBigInt64(at, BigInt(value), true);
    else if (dtype === 'float64') view.setFloat64(at, Number(value), true);
    else if (dtype === 'float32') view.setFloat32(at, Number(value), true);
    else view.setUint16(at, (dtype === 'float16' ? halfBits : bfloatBits)(Number(value)), true);
  }
  return bytes;
}

const scratch = new DataView(new ArrayBuffer(4));

function floatBits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

/** Upper half of a float32, rounded to nearest even; NaN stays NaN. */
export function bfloatBits(value: number): number {
  const bits = floatBits(value);
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Bits of the float16 nearest to a float32, ties to even: 65520 and above become infinity. */
export function halfBits(value: number): number {
  const bits = floatBits(value);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 a half has a fixed step of 2^-24; above, 10 bits of mantissa: 13 bits of the float go.
  if (magnitude < 0x38800000) return sign | roundEven(Math.abs(Math.fround(value)) * 2 ** 24);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
