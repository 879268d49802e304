// Reads what writeGraph.ts wrote. Nothing is believed: numbers of texts, tensors and kinds are inside their lists, graphs are
// nested as deep as models may be, and a list is made item by item, so that a lying length meets the end of the bytes.

import type { OctavoError } from '../../errors.js';
import type { FieldReader } from '../../io/fields.js';
import { MAX_NESTING } from '../../ir/check.js';
import type { DType } from '../../ir/dtype.js';
import { DTYPE_BITS } from '../../ir/dtype.js';
import type { Attribute, Graph, Node, ValueInfo } from '../../ir/model.js';
import type { Tensor } from '../../ir/tensor.js';
import type { NodeDecision } from '../rewrite/fuseQuantized/decisions.js';
import { ATTRIBUTE_KINDS, NO_TEXT } from './format.js';

export class GraphReader {
  readonly fields: FieldReader;
  texts: readonly string[] = [];
  tensors: readonly Tensor[] = [];
  #depth = 0;

  constructor(fields: FieldReader) {
    this.fields = fields;
  }

  list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.fields.u32('a number of items'); left > 0; left--) items.push(read());
    return items;
  }

  optionalText(): string | undefined {
    const number = this.fields.u32('the number of a text');
    return number === NO_TEXT ? undefined : this.#at(this.texts, number, 'text');
  }

  text(): string {
    const text = this.optionalText();
    if (text === undefined) throw this.#fail('a text is missing');
    return text;
  }

  /** @throws OctavoError unless it is one of `allowed` */
  oneOf<T extends string>(allowed: readonly T[], what: string): T {
    const text = this.text();
    if (!allowed.includes(text as T)) throw this.#fail(`${what} is ${JSON.stringify(text.slice(0, 80))}`);
    return text as T;
  }

  dtype(): DType {
    return this.oneOf(DTYPES, 'a dtype');
  }

  graph(): Graph {
    if (++this.#depth > MAX_NESTING) throw this.#fail(`graphs are nested more than ${MAX_NESTING} deep`);
    const name = this.text();
    const inputs = this.list(() => this.#valueInfo());
    const outputs = this.list(() => this.#valueInfo());
    const initializers = new Map(this.list((): [string, Tensor] => [this.text(), this.#tensor()]));
    const keptNames = new Set(this.list(() => this.text()));
    const nodes = this.list(() => this.#node());
    this.#depth--;
    return { name, inputs, outputs, initializers, keptNames, nodes, valueInfos: [] };
  }

  decision(): NodeDecision {
    const [node, opType] = [this.text(), this.text()];
    const runs = this.oneOf(['integer', 'float'], 'how a node runs');
    const [as, reason] = [this.optionalText(), this.optionalText()];
    return {
      node,
      opType,
      runs,
      ...(as === undefined ? {} : { as }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  #node(): Node {
    return {
      name: this.text(),
      opType: this.text(),
      domain: this.text(),
      inputs: this.list(() => this.text()),
      outputs: this.list(() => this.text()),
      attributes: new Map(this.list((): [string, Attribute] => [this.text(), this.#attribute()])),
    };
  }

  #valueInfo(): ValueInfo {
    const name = this.text();
    const dtype = this.optionalText();
    if (dtype !== undefined && !(DTYPES as readonly string[]).includes(dtype))
      throw this.#fail('no such dtype');
    const dims = this.fields.u8('whether dims follow') === 0 ? undefined : this.list(() => this.#dim());
    return {
      name,
      ...(dtype === undefined ? {} : { dtype: dtype as DType }),
      ...(dims === undefined ? {} : { dims }),
    };
  }

  #dim(): number | string | null {
    const kind = this.fields.u8('the kind of a dim');
    if (kind === 0) return this.fields.whole('a dim');
    return kind === 1 ? this.text() : null;
  }

  #tensor(): Tensor {
    return this.#at(this.tensors, this.fields.u32('the number of a tensor'), 'tensor');
  }

  #attribute(): Attribute {
    const { fields } = this;
    const kind = this.#at(ATTRIBUTE_KINDS, fields.u8('the kind of an attribute'), 'kind of attribute');
    switch (kind) {
      case 'float':
        return { kind, value: fields.f64('a float') };
      case 'int':
        return { kind, value: fields.i64('an int') };
      case 'string':
        return { kind, value: fields.bytes('a string') };
      case 'tensor':
        return { kind, value: this.#tensor() };
      case 'graph':
        return { kind, value: this.graph() };
      case 'floats':
        return { kind, value: this.list(() => fields.f64('a float')) };
      case 'ints':
        return { kind, value: this.list(() => fields.i64('an int')) };
      case 'strings':
        return { kind, value: this.list(() => fields.bytes('a string')) };
      case 'tensors':
        return { kind, value: this.list(() => this.#tensor()) };
      case 'graphs':
        return { kind, value: this.list(() => this.graph()) };
      case 'reference':
        return { kind, value: this.text() };
      default:
        return { kind };
    }
  }

  #at<T>(items: readonly T[], number: number, what: string): T {
    if (number >= items.length) throw this.#fail(`there is no ${what} ${number}, only ${items.length}`);
    return items[number]!;
  }

  #fail(problem: string): OctavoError {
    return this.fields.error(problem);
  }
}

const DTYPES = Object.keys(DTYPE_BITS) as DType[];
