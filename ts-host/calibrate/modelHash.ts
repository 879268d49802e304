// Which model statistics are of: a hash of what decides its values. Names of nodes, documentation and the order of
// initializers do not; the graph, the names of values and every byte of the weights do.

import type { RunContext } from '../context.js';
import { Breather } from '../io/breather.js';
import { StreamDigest } from '../io/digest.js';
import { FieldWriter } from '../io/fields.js';
import type { Attribute, Graph, Model, Node, ValueInfo } from '../ir/model.js';
import type { Tensor } from '../ir/tensor.js';
import { inlineFunctions } from '../passes/inline-functions.js';

/** Structure is handed on in pieces of about this length. */
const PIECE_BYTES = 64 * 1024;

/** 32 bytes, the same in every runtime.
 *  @throws OctavoError `ABORTED`, `CRYPTO_UNAVAILABLE`, what reading a weight throws */
export async function modelHash(model: Model, context: RunContext): Promise<Uint8Array> {
  const { graph, opsets } = inlineFunctions(model);
  const hasher = new ModelHasher(context);
  hasher.fields.u32(opsets.size);
  for (const [domain, version] of sorted(opsets)) hasher.fields.text(domain).u32(version);
  await hasher.graph(graph);
  return hasher.end();
}

class ModelHasher {
  readonly fields = new FieldWriter();
  readonly #context: RunContext;
  readonly #breather: Breather;
  readonly #digest = new StreamDigest();

  constructor(context: RunContext) {
    this.#context = context;
    this.#breather = Breather.of(context);
  }

  async graph({ inputs, outputs, initializers, keptNames, nodes }: Graph): Promise<void> {
    for (const values of [inputs, outputs]) {
      this.fields.u32(values.length);
      for (const value of values) this.#value(value);
    }
    this.fields.u32(initializers.size);
    for (const [, tensor] of sorted(initializers)) await this.#tensor(tensor);
    this.#texts([...(keptNames ?? [])].sort());
    this.fields.u32(nodes.length);
    for (const node of nodes) {
      await this.#node(node);
      await this.#breather.breathe();
    }
  }

  async end(): Promise<Uint8Array> {
    await this.#digest.update(this.fields.take());
    return this.#digest.end();
  }

  #value({ name, dtype, dims }: ValueInfo): void {
    this.fields.text(name).text(dtype ?? '');
    this.#texts(dims?.map((dim) => (typeof dim === 'number' ? `${dim}` : '?')) ?? ['none']);
  }

  async #node({ opType, domain, inputs, outputs, attributes }: Node): Promise<void> {
    this.fields.text(domain).text(opType);
    this.#texts(inputs);
    this.#texts(outputs);
    this.fields.u32(attributes.size);
    for (const [name, attribute] of sorted(attributes)) {
      this.fields.text(name).text(attribute.kind);
      await this.#attribute(attribute);
    }
    if (this.fields.byteLength >= PIECE_BYTES) await this.#digest.update(this.fields.take());
  }

  async #attribute(attribute: Attribute): Promise<void> {
    const { fields } = this;
    switch (attribute.kind) {
      case 'float':
        return void fields.f64(attribute.value);
      case 'int':
        return void fields.i64(attribute.value);
      case 'string':
        return void fields.bytes(attribute.value);
      case 'tensor':
        return this.#tensor(attribute.value);
      case 'graph':
        return this.graph(attribute.value);
      case 'floats':
        return this.#list(attribute.value, (value) => fields.f64(value));
      case 'ints':
        return this.#list(attribute.value, (value) => fields.i64(value));
      case 'strings':
        return this.#list(attribute.value, (value) => fields.bytes(value));
      case 'tensors':
        return this.#list(attribute.value, (value) => this.#tensor(value));
      case 'graphs':
        return this.#list(attribute.value, (value) => this.graph(value));
      case 'reference':
        return void fields.text(attribute.value);
      case 'opaque':
        return;
    }
  }

  async #list<T>(values: readonly T[], write: (value: T) => unknown): Promise<void> {
    this.fields.u32(values.length);
    for (const value of values) await write(value);
  }

  async #tensor({ name, dtype, dims, data }: Tensor): Promise<void> {
    this.fields.text(name).text(dtype);
    this.#texts(dims.map(String));
    await this.#digest.update(this.fields.take());
    for await (const chunk of data.chunks(this.#context)) await this.#digest.update(chunk);
    await this.#breather.breathe();
  }

  #texts(texts: readonly string[]): void {
    this.fields.u32(texts.length);
    for (const text of texts) this.fields.text(text);
  }
}

/** By name, in the order of UTF-16 units. */
function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
