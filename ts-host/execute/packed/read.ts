// Reads a packed file: header, head and small tensors at once; everything else is read when it is needed. Every place is inside
// the file, every number inside its list; checksums are compared where the bytes come into the engine's memory.

import type { RunContext } from '../../context.js';
import { DIGEST_BYTES } from '../../io/digest.js';
import { FieldReader } from '../../io/fields.js';
import { checkRange, type Source } from '../../io/source.js';
import { checkConsistency } from '../../ir/check.js';
import type { Model } from '../../ir/model.js';
import { bytesData, sliceData, type Tensor, type TensorData } from '../../ir/tensor.js';
import type { ExecutionEngine, Precision } from '../../wasm/execution.js';
import { checksum } from '../../wasm/kernels/execute/checksum.js';
import { markNamed } from '../prepare.js';
import type { PreparedModel } from '../prepared.js';
import type { IntegerMode } from '../rewrite/index.js';
import { HEADER_BYTES, invalid, readHeader } from './format.js';
import { GraphReader } from './readGraph.js';

/** Objects weigh more than their bytes in a file. */
const STRUCTURE_COST = 8;

/** A file of the model, inside the packed file. */
export interface PackedPart {
  readonly source: Source;
  /** As fileDigest makes it. */
  readonly digest: Uint8Array;
}

export interface PackedFile {
  readonly prepared: PreparedModel;
  readonly integers: IntegerMode;
  /** Of the kernels that the weights are packed for. */
  readonly precision: Precision;
  /** Of products, found exact and fast where it was packed: bits of PRODUCT_FORMS. */
  readonly forms: number;
  /** By packName. */
  readonly packs: ReadonlyMap<string, TensorData>;
  /** By name; '' is the model itself. */
  readonly files: ReadonlyMap<string, PackedPart>;
  /** Compares the checksum of what was read at once.
   *  @throws OctavoError `PACKS_INVALID` */
  verify(engine: ExecutionEngine): void;
}

interface Place {
  readonly offset: number;
  readonly byteLength: number;
}

/** @param source - that {@link isPacked}; stays open as long as the model is used
 *  @throws OctavoError `PACKS_INVALID`, `PACKS_VERSION`, `MEMORY_LIMIT`, and as checkConsistency for a graph that is none */
export async function readPacked(source: Source, context: RunContext): Promise<PackedFile> {
  const read = async (offset: number, length: number): Promise<Uint8Array> =>
    source.readSync?.(offset, length) ?? (await source.read(offset, length, context));
  const header = readHeader(source, await read(0, Math.min(source.size, HEADER_BYTES)));
  const { headBytes, nearBytes, checksum: expected } = header;
  context.budget.reserve(headBytes * STRUCTURE_COST + nearBytes, 'the structure of the model');
  const near = await read(HEADER_BYTES, nearBytes);
  const verify = ({ heap, kernels }: ExecutionEngine): void => {
    const block = heap.copyIn(near, 'the checksum of a file');
    const sum = checksum(kernels, block, nearBytes);
    heap.free(block);
    if (sum !== expected) throw invalid(source, 'damaged: a checksum does not fit', HEADER_BYTES);
  };
  return { ...new HeadReader(source, near, headBytes).read(), verify };
}

class HeadReader {
  readonly #source: Source;
  readonly #near: Uint8Array;
  readonly #headBytes: number;
  readonly #graph: GraphReader;
  readonly #files: { readonly place: Place; readonly source: Source }[] = [];
  #dataBytes = 0;

  constructor(source: Source, near: Uint8Array, headBytes: number) {
    this.#source = source;
    this.#near = near;
    this.#headBytes = headBytes;
    const fail = (problem: string, offset: number) =>
      invalid(source, `malformed: ${problem}`, HEADER_BYTES + offset);
    this.#graph = new GraphReader(new FieldReader(near.subarray(0, headBytes), fail));
  }

  read(): Omit<PackedFile, 'verify'> {
    const graph = this.#graph;
    this.#readLength();
    graph.texts = this.#readTexts();
    const files = this.#readFiles();
    graph.tensors = graph.list(() => this.#tensor());
    const packs = new Map(
      graph.list((): [string, TensorData] => [graph.text(), this.#summed(this.#place())]),
    );
    const precision = graph.oneOf(['strict', 'fast'], 'the precision');
    const integers = graph.oneOf(['fused', 'simulated'], 'the mode of integers');
    const forms = graph.fields.u32('forms of products');
    const opsets = new Map(graph.list((): [string, number] => [graph.text(), graph.fields.u32('an opset')]));
    const decisions = graph.list(() => graph.decision());
    const prepared = { graph: markNamed(graph.graph()), opsets, decisions };
    checkConsistency(asModel(prepared));
    return { prepared, integers, precision, forms, packs, files };
  }

  #readLength(): void {
    this.#dataBytes = this.#graph.fields.whole('the length of what follows');
    const expected = HEADER_BYTES + this.#headBytes + this.#dataBytes;
    if (this.#source.size === expected) return;
    const what = this.#source.size < expected ? 'truncated' : 'longer than it says';
    throw invalid(this.#source, `${what}: ${this.#source.size} bytes of ${expected}`);
  }

  #readTexts(): string[] {
    const { fields } = this.#graph;
    const lengths = this.#graph.list(() => fields.u32('the length of a text'));
    const all = fields.text('the texts');
    let at = 0;
    const texts = lengths.map((length) => all.slice(at, (at += length)));
    if (at !== all.length) throw fields.error(`texts of ${at} characters are ${all.length}`);
    return texts;
  }

  #tensor(): Tensor {
    const graph = this.#graph;
    const [name, dtype] = [graph.text(), graph.dtype()];
    const dims = graph.list(() => graph.fields.whole('a dim'));
    return { name, dtype, dims, data: this.#summed(this.#place()) };
  }

  #readFiles(): Map<string, PackedPart> {
    const graph = this.#graph;
    const files = graph.list((): [string, PackedPart] => {
      const [name, place] = [graph.text(), this.#place()];
      const source = partOf(this.#source, this.#start + place.offset, place.byteLength);
      this.#files.push({ place, source });
      return [name, { source, digest: graph.fields.raw(DIGEST_BYTES, 'the hash of a file') }];
    });
    if (!files.some(([name]) => name === '')) throw graph.fields.error('the model itself is missing');
    return new Map(files);
  }

  /** Bytes behind the head, with the checksum that comes next; what was read already was looked at as a whole. */
  #summed({ offset, byteLength }: Place): TensorData {
    const sum = this.#graph.fields.u32('a checksum');
    const at = this.#headBytes + offset;
    if (at + byteLength <= this.#near.byteLength) return bytesData(this.#near.subarray(at, at + byteLength));
    const file = this.#files.find(({ place }) => isInside({ offset, byteLength }, place));
    const data =
      file === undefined
        ? sliceData(this.#source, this.#start + offset, byteLength)
        : sliceData(file.source, offset - file.place.offset, byteLength);
    return { ...data, checksum: sum };
  }

  #place(): Place {
    const { fields } = this.#graph;
    const [offset, byteLength] = [fields.whole('an offset'), fields.whole('a length')];
    if (offset + byteLength <= this.#dataBytes) return { offset, byteLength };
    throw fields.error(`bytes ${offset} to ${offset + byteLength} are not inside ${this.#dataBytes}`);
  }

  get #start(): number {
    return HEADER_BYTES + this.#headBytes;
  }
}

function isInside(place: Place, around: Place): boolean {
  const end = place.offset + place.byteLength;
  return place.offset >= around.offset && end <= around.offset + around.byteLength;
}

/** A prepared graph as what checks take. */
function asModel({ graph, opsets }: PreparedModel): Model {
  const producer = { producerName: '', producerVersion: '' };
  return { graph, opsets, irVersion: 1, functions: [], format: 'onnx', ...producer };
}

/** Bytes of a source as a source. */
function partOf(source: Source, start: number, size: number): Source {
  const { name } = source;
  const { readSync } = source;
  return {
    size,
    name,
    read: async (offset, length, options) => {
      checkRange({ size, name }, offset, length);
      return source.read(start + offset, length, options);
    },
    ...(readSync === undefined
      ? {}
      : {
          readSync: (offset, length, take) => {
            checkRange({ size, name }, offset, length);
            return readSync.call(source, start + offset, length, take);
          },
        }),
  };
}
