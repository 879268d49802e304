// Integer codes of a float tensor, computed while they are written: the tensor is read, quantized and packed chunk
// by chunk, so that neither the floats nor the codes are ever held whole.

import type { RunContext } from '../context.js';
import { type CodeDType, DTYPE_BITS } from '../ir/dtype.js';
import { byteLengthOf, CHUNK_BYTES, elementCount, type Tensor, type TensorData } from '../ir/tensor.js';
import type { Engine } from '../wasm/engine.js';
import { packNibbles } from '../wasm/kernels/pack.js';
import { type Codes, type QuantParams, quantize } from '../wasm/kernels/quantize.js';
import { floatChunks } from './floatChunks.js';
import { holding } from './holding.js';

/** A typed array of codes for a dtype; 2- and 4-bit codes take a byte each until they are packed. */
export function newCodes(dtype: CodeDType, length: number): Codes {
  switch (dtype) {
    case 'int2':
    case 'int4':
    case 'int8':
      return new Int8Array(length);
    case 'uint2':
    case 'uint4':
    case 'uint8':
      return new Uint8Array(length);
    case 'int16':
      return new Int16Array(length);
    case 'uint16':
      return new Uint16Array(length);
  }
}

/** Small integers, such as zero points, as codes of `dtype`. */
export function codesOf(dtype: CodeDType, values: ArrayLike<number>): Codes {
  const codes = newCodes(dtype, values.length);
  codes.set(values);
  return codes;
}

/** The codes of `tensor` under `params`, in row-major order, 2- and 4-bit codes packed low bits first. */
export function codesData(engine: Engine, tensor: Tensor, dtype: CodeDType, params: QuantParams): TensorData {
  const count = elementCount(tensor.dims, tensor.name);
  const chunk = Math.min(count, CHUNK_BYTES / (DTYPE_BITS[tensor.dtype] / 8));
  const bytes = newCodes(dtype, 0).BYTES_PER_ELEMENT * chunk + byteLengthOf(dtype, chunk);
  return {
    byteLength: byteLengthOf(dtype, count),
    async *chunks(context: RunContext) {
      const packer = new CodePacker(engine, dtype);
      const read = () => floatChunks(engine, tensor, context);
      for await (const { start, values } of holding(context, bytes, `quantizing ${tensor.name}`, read)) {
        const codes = newCodes(dtype, values.length);
        quantize(engine, values, codes, params, start);
        yield packer.push(codes);
      }
      yield packer.end();
    },
  };
}

/** Turns a stream of codes into the bytes a file stores. Codes that do not fill a byte wait for the next ones. */
export class CodePacker {
  readonly #engine: Engine;
  readonly #bits: number;
  #rest: Codes;

  constructor(engine: Engine, dtype: CodeDType) {
    this.#engine = engine;
    this.#bits = DTYPE_BITS[dtype];
    this.#rest = newCodes(dtype, 0);
  }

  push(codes: Codes): Uint8Array {
    if (this.#bits >= 8) return new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength);
    const all = this.#rest.length === 0 ? codes : joined(this.#rest, codes);
    const whole = all.length - (all.length % (8 / this.#bits));
    this.#rest = all.slice(whole);
    return this.#pack(all.subarray(0, whole));
  }

  /** The last byte, padded with zero bits, or nothing. */
  end(): Uint8Array {
    return this.#pack(this.#rest);
  }

  #pack(codes: Codes): Uint8Array {
    const packed = new Uint8Array(Math.ceil((codes.length * this.#bits) / 8));
    if (codes.length > 0) {
      packNibbles(this.#engine, codes as Int8Array | Uint8Array, packed, this.#bits as 2 | 4);
    }
    return packed;
  }
}

function joined(a: Codes, b: Codes): Codes {
  const all =
    a instanceof Int8Array ? new Int8Array(a.length + b.length) : new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
