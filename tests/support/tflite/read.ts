// Reads a TensorFlow Lite file as far as small convolutional nets need it: tensors, constants, operators with their
// options. A flatbuffers table is read by the slots of its fields, in the order of TensorFlow Lite's schema.

import { ByteBuffer } from 'flatbuffers';

export interface TfliteTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** Undefined for values that are computed. */
  readonly data: Float32Array | Int32Array | undefined;
}

export interface TfliteNode {
  /** Number of the builtin operator. */
  readonly code: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Table;
}

export interface TfliteGraph {
  readonly tensors: readonly TfliteTensor[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly nodes: readonly TfliteNode[];
}

const FLOAT32 = 0;
const INT32 = 2;

/** The first graph of a file.
 *  @throws Error for constants of other types than float32 and int32 */
export function readTflite(bytes: Uint8Array): TfliteGraph {
  const buffer = new ByteBuffer(bytes);
  if (!buffer.__has_identifier('TFL3')) throw new Error('no TensorFlow Lite file');
  const model = new Table(buffer, buffer.readInt32(0));
  const codes = model.tables(1).map((each) => Math.max(each.int8(0), each.int32(3)));
  const buffers = model.tables(4);
  const graph = model.tables(2)[0]!;
  return {
    tensors: graph.tables(0).map((each) => tensorOf(each, buffers)),
    inputs: graph.ints(1),
    outputs: graph.ints(2),
    nodes: graph.tables(3).map((each) => ({
      code: codes[each.int32(0)]!,
      inputs: each.ints(1),
      outputs: each.ints(2),
      options: each.table(4),
    })),
  };
}

function tensorOf(table: Table, buffers: readonly Table[]): TfliteTensor {
  const [name, dims, type] = [table.text(3), table.ints(0), table.int8(1)];
  const raw = buffers[table.int32(2)]!.bytes(0);
  if (raw.length === 0) return { name, dims, data: undefined };
  const copy = Uint8Array.from(raw).buffer;
  if (type === FLOAT32) return { name, dims, data: new Float32Array(copy) };
  if (type === INT32) return { name, dims, data: new Int32Array(copy) };
  throw new Error(`${name} has constants of type ${type}`);
}

/** A table of a flatbuffer, or one that is absent and has only defaults. */
export class Table {
  readonly #buffer: ByteBuffer;
  readonly #at: number | undefined;

  constructor(buffer: ByteBuffer, at: number | undefined) {
    this.#buffer = buffer;
    this.#at = at;
  }

  int8(slot: number, absent = 0): number {
    const at = this.#field(slot);
    return at === undefined ? absent : this.#buffer.readInt8(at);
  }

  int32(slot: number, absent = 0): number {
    const at = this.#field(slot);
    return at === undefined ? absent : this.#buffer.readInt32(at);
  }

  text(slot: number): string {
    const at = this.#field(slot);
    return at === undefined ? '' : String(this.#buffer.__string(at));
  }

  ints(slot: number): number[] {
    return this.#vector(slot, 4).map((at) => this.#buffer.readInt32(at));
  }

  bytes(slot: number): Uint8Array {
    const places = this.#vector(slot, 1);
    const start = places[0] ?? 0;
    return this.#buffer.bytes().subarray(start, start + places.length);
  }

  table(slot: number): Table {
    const at = this.#field(slot);
    return new Table(this.#buffer, at === undefined ? undefined : this.#buffer.__indirect(at));
  }

  tables(slot: number): Table[] {
    return this.#vector(slot, 4).map((at) => new Table(this.#buffer, this.#buffer.__indirect(at)));
  }

  /** Slot s is entry 4 + 2s of the table's list of offsets. */
  #field(slot: number): number | undefined {
    if (this.#at === undefined) return undefined;
    const offset = this.#buffer.__offset(this.#at, 4 + 2 * slot);
    return offset === 0 ? undefined : this.#at + offset;
  }

  #vector(slot: number, elementBytes: number): number[] {
    const at = this.#field(slot);
    if (at === undefined) return [];
    const start = this.#buffer.__vector(at);
    return Array.from({ length: this.#buffer.__vector_len(at) }, (_, i) => start + i * elementBytes);
  }
}
