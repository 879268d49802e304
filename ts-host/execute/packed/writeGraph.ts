// A graph as fields of a packed file: texts and tensors by number, everything else in its place. readGraph.ts reads it.

import { FieldWriter } from '../../io/fields.js';
import type { Attribute, Graph, Node, ValueInfo } from '../../ir/model.js';
import type { Tensor } from '../../ir/tensor.js';
import type { NodeDecision } from '../rewrite/fuseQuantized/decisions.js';
import { ATTRIBUTE_KINDS, NO_TEXT } from './format.js';

/** Numbers things in the order they come. */
class Numbered<T> {
  readonly #numbers = new Map<T, number>();

  get all(): readonly T[] {
    return [...this.#numbers.keys()];
  }

  number(item: T): number {
    let number = this.#numbers.get(item);
    if (number === undefined) this.#numbers.set(item, (number = this.#numbers.size));
    return number;
  }
}

type ListAttribute = Extract<Attribute, { kind: 'floats' | 'ints' | 'strings' | 'tensors' | 'graphs' }>;

export class GraphWriter {
  readonly fields = new FieldWriter();
  readonly #texts = new Numbered<string>();
  readonly #tensors = new Numbered<Tensor>();

  get texts(): readonly string[] {
    return this.#texts.all;
  }

  get tensors(): readonly Tensor[] {
    return this.#tensors.all;
  }

  text(text: string | undefined): this {
    this.fields.u32(text === undefined ? NO_TEXT : this.#texts.number(text));
    return this;
  }

  list<T>(items: readonly T[], write: (item: T) => void): this {
    this.fields.u32(items.length);
    for (const item of items) write(item);
    return this;
  }

  graph({ name, inputs, outputs, initializers, keptNames, nodes }: Graph): void {
    this.text(name);
    this.list(inputs, (each) => this.#valueInfo(each));
    this.list(outputs, (each) => this.#valueInfo(each));
    this.list([...initializers], ([key, tensor]) => {
      this.text(key);
      this.#tensor(tensor);
    });
    this.list([...(keptNames ?? [])], (each) => this.text(each));
    this.list(nodes, (each) => this.#node(each));
  }

  decision({ node, opType, runs, as, reason }: NodeDecision): void {
    this.text(node).text(opType).text(runs).text(as).text(reason);
  }

  #node({ name, opType, domain, inputs, outputs, attributes }: Node): void {
    this.text(name).text(opType).text(domain);
    this.list(inputs, (each) => this.text(each));
    this.list(outputs, (each) => this.text(each));
    this.list([...attributes], ([key, attribute]) => {
      this.text(key);
      this.#attribute(attribute);
    });
  }

  /** Dims: a number of them, each a number (0), a symbol (1) or unknown (2). */
  #valueInfo({ name, dtype, dims }: ValueInfo): void {
    this.text(name).text(dtype);
    this.fields.u8(dims === undefined ? 0 : 1);
    if (dims === undefined) return;
    this.list(dims, (dim) => {
      const kind = typeof dim === 'number' ? 0 : dim === null ? 2 : 1;
      this.fields.u8(kind);
      if (typeof dim === 'number') this.fields.f64(dim);
      else if (dim !== null) this.text(dim);
    });
  }

  #tensor(tensor: Tensor): void {
    this.fields.u32(this.#tensors.number(tensor));
  }

  #attribute(attribute: Attribute): void {
    const { fields } = this;
    fields.u8(ATTRIBUTE_KINDS.indexOf(attribute.kind));
    switch (attribute.kind) {
      case 'float':
        fields.f64(attribute.value);
        break;
      case 'int':
        fields.i64(attribute.value);
        break;
      case 'string':
        fields.bytes(attribute.value);
        break;
      case 'tensor':
        this.#tensor(attribute.value);
        break;
      case 'graph':
        this.graph(attribute.value);
        break;
      case 'reference':
        this.text(attribute.value);
        break;
      case 'opaque': // No operator looks at it.
        break;
      default:
        this.#listAttribute(attribute);
    }
  }

  #listAttribute(attribute: ListAttribute): void {
    const { fields } = this;
    if (attribute.kind === 'floats') this.list(attribute.value, (each) => fields.f64(each));
    else if (attribute.kind === 'ints') this.list(attribute.value, (each) => fields.i64(each));
    else if (attribute.kind === 'strings') this.list(attribute.value, (each) => fields.bytes(each));
    else if (attribute.kind === 'tensors') this.list(attribute.value, (each) => this.#tensor(each));
    else this.list(attribute.value, (each) => this.graph(each));
  }
}
