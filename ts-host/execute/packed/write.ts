// Makes a packed file of an executor that has compiled: its graph, the weights it packed, and the files of the model.

import type { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import { fileDigest } from '../../io/digest.js';
import { FieldWriter } from '../../io/fields.js';
import type { Source } from '../../io/source.js';
import type { Graph } from '../../ir/model.js';
import { readAll, sliceData, type Tensor, type TensorData } from '../../ir/tensor.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { checksum } from '../../wasm/kernels/execute/checksum.js';
import type { PreparedGraph } from '../prepare.js';
import type { NodeDecision } from '../rewrite/fuseQuantized/decisions.js';
import type { IntegerMode } from '../rewrite/index.js';
import type { PackedBytes } from '../savedPacks.js';
import { align, HEADER_BYTES, headerBytes } from './format.js';
import { GraphWriter } from './writeGraph.js';

/** Tensors up to this size are read together with the graph: scales, biases, tables. */
const NEAR_BYTES = 16 * 1024;

export interface PackParts {
  readonly graph: PreparedGraph;
  readonly opsets: ReadonlyMap<string, number>;
  readonly decisions: readonly NodeDecision[];
  readonly integers: IntegerMode;
  /** Packed weights in the memory of `engine`, by name. */
  readonly packs: ReadonlyMap<string, PackedBytes>;
  /** The files of the model by name; '' is the model itself. */
  readonly files: ReadonlyMap<string, Source>;
  readonly engine: ExecutionEngine;
}

/** Where bytes lie behind the head. */
interface Place {
  readonly offset: number;
  readonly byteLength: number;
}

/** @throws OctavoError `CRYPTO_UNAVAILABLE`, `MEMORY_LIMIT`, `ABORTED`; as the sources */
export async function writePacked(parts: PackParts, context: RunContext): Promise<Uint8Array> {
  const { engine, files } = parts;
  const graph = new GraphWriter();
  writeBody(graph, parts);
  const body = graph.fields.take();
  const layout = new Layout(graph.tensors, parts);
  writePlaces(graph, layout, parts, await checksums(layout, engine, context), await digests(files, context));
  const places = graph.fields.take();
  const head = textFields(graph.texts, layout.byteLength).raw(places).raw(body).take();
  const [headBytes, nearBytes] = [align(head.byteLength), align(head.byteLength) + layout.nearBytes];
  const start = HEADER_BYTES + headBytes;
  const all = allocate(start + layout.byteLength);
  all.set(head, HEADER_BYTES);
  const put = (place: Place, bytes: Uint8Array, at = 0): void => all.set(bytes, start + place.offset + at);
  for (const { data, place } of layout.tensors) put(place, await readAll(data, context));
  for (const { held, place } of layout.packs) put(place, engine.heap.copyOut(held.address, held.byteLength));
  for (const { source, place } of layout.files) {
    let at = 0;
    for await (const chunk of sliceData(source, 0, source.size).chunks(context)) {
      put(place, chunk, at);
      at += chunk.byteLength;
    }
  }
  const near = all.subarray(HEADER_BYTES, HEADER_BYTES + nearBytes);
  all.set(headerBytes({ headBytes, nearBytes, checksum: sumOf(engine, near) }));
  return all;
}

function allocate(byteLength: number): Uint8Array {
  try {
    return new Uint8Array(byteLength);
  } catch (cause) {
    throw new OctavoError(
      'MEMORY_LIMIT',
      `no memory for a packed file of ${byteLength} bytes`,
      {},
      { cause },
    );
  }
}

/** What does not depend on places. */
function writeBody(writer: GraphWriter, { graph, opsets, decisions, integers, engine }: PackParts): void {
  writer
    .text(engine.precision)
    .text(integers)
    .fields.u32(engine.products?.forms ?? 0);
  writer.list([...opsets], ([domain, version]) => writer.text(domain).fields.u32(version));
  writer.list(decisions, (each) => writer.decision(each));
  writer.graph(neededOf(graph));
}

/** The graph with its nodes called by their ids, and only with the initializers that they read. */
function neededOf({ graph, nodes }: PreparedGraph): Graph {
  const read = new Set([...nodes.flatMap(({ reads }) => reads), ...graph.outputs.map(({ name }) => name)]);
  const initializers = new Map([...graph.initializers].filter(([name]) => read.has(name)));
  return { ...graph, initializers, nodes: nodes.map(({ node, id }) => ({ ...node, name: id })) };
}

/** Places of everything behind the head: small tensors, packs, tensors that no file of the model holds as they are, files. */
class Layout {
  readonly places = new Map<Tensor, Place>();
  readonly tensors: { readonly data: TensorData; readonly place: Place }[] = [];
  readonly packs: { readonly name: string; readonly held: PackedBytes; readonly place: Place }[] = [];
  readonly files: { readonly name: string; readonly source: Source; readonly place: Place }[] = [];
  readonly nearBytes: number;
  byteLength = 0;

  constructor(tensors: readonly Tensor[], { packs, files }: PackParts) {
    const isNear = ({ data }: Tensor): boolean => data.byteLength <= NEAR_BYTES;
    for (const tensor of tensors.filter(isNear)) this.#own(tensor);
    this.nearBytes = this.byteLength;
    for (const [name, held] of packs) this.packs.push({ name, held, place: this.#take(held.byteLength) });
    const far = tensors.filter((tensor) => !isNear(tensor));
    const inFile = ({ data }: Tensor): boolean =>
      [...files.values()].some((file) => file === data.slice?.source);
    for (const tensor of far.filter((each) => !inFile(each))) this.#own(tensor);
    for (const [name, source] of files) this.files.push({ name, source, place: this.#take(source.size) });
    for (const tensor of far.filter(inFile)) {
      const { slice, byteLength } = tensor.data;
      const file = this.files.find(({ source }) => source === slice!.source)!;
      this.places.set(tensor, { offset: file.place.offset + slice!.offset, byteLength });
    }
  }

  #own(tensor: Tensor): void {
    const place = this.#take(tensor.data.byteLength);
    this.places.set(tensor, place);
    this.tensors.push({ data: tensor.data, place });
  }

  #take(byteLength: number): Place {
    const place = { offset: this.byteLength, byteLength };
    this.byteLength += align(byteLength);
    return place;
  }
}

function writePlaces(
  writer: GraphWriter,
  layout: Layout,
  { engine }: PackParts,
  sums: ReadonlyMap<Tensor, number>,
  hashes: ReadonlyMap<string, Uint8Array>,
): void {
  const { fields } = writer;
  const place = ({ offset, byteLength }: Place) => fields.f64(offset).f64(byteLength);
  writer.list(layout.files, ({ name, place: at }) => {
    writer.text(name);
    place(at).raw(hashes.get(name)!);
  });
  writer.list(writer.tensors, (tensor) => {
    const at = layout.places.get(tensor)!;
    writer.text(tensor.name).text(tensor.dtype);
    writer.list(tensor.dims, (dim) => fields.f64(dim));
    place(at).u32(sums.get(tensor) ?? 0);
  });
  writer.list(layout.packs, ({ name, held, place: at }) => {
    writer.text(name);
    place(at).u32(checksum(engine.kernels, held.address, held.byteLength));
  });
}

/** Checksums of tensors that are not near. */
async function checksums(
  { places, nearBytes }: Layout,
  { heap, kernels }: ExecutionEngine,
  context: RunContext,
): Promise<Map<Tensor, number>> {
  const sums = new Map<Tensor, number>();
  for (const [tensor, { offset, byteLength }] of places) {
    if (offset < nearBytes) continue;
    const block = heap.alloc(byteLength, 'the checksum of a weight');
    try {
      let at = block;
      for await (const chunk of tensor.data.chunks(context)) {
        heap.bytes.set(chunk, at);
        at += chunk.byteLength;
      }
      sums.set(tensor, checksum(kernels, block, byteLength));
    } finally {
      heap.free(block);
    }
  }
  return sums;
}

async function digests(files: PackParts['files'], context: RunContext): Promise<Map<string, Uint8Array>> {
  const hashes = new Map<string, Uint8Array>();
  for (const [name, source] of files) {
    hashes.set(name, await fileDigest(sliceData(source, 0, source.size).chunks(context)));
  }
  return hashes;
}

/** The length of what lies behind the head, then all texts: their lengths in UTF-16 units, and one text of them all. */
function textFields(texts: readonly string[], dataBytes: number): FieldWriter {
  const fields = new FieldWriter().f64(dataBytes).u32(texts.length);
  for (const text of texts) fields.u32(text.length);
  return fields.text(texts.join(''));
}

function sumOf({ heap, kernels }: ExecutionEngine, bytes: Uint8Array): number {
  const block = heap.copyIn(bytes, 'the checksum of a file');
  const sum = checksum(kernels, block, bytes.byteLength);
  heap.free(block);
  return sum;
}
