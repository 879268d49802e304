// Changes in the text of an operator of the file: other operands, more attributes, other types of results. What is not changed
// keeps its spelling.

import type { DType } from '../../../../ir/dtype.js';
import type { PaddleVar } from '../../program.js';
import { jsonItems, jsonMember, type Span, trimmed } from '../jsonSpans.js';
import { writtenName } from '../names.js';
import { elementName } from '../types.js';
import { operandsText, textOf } from './json.js';

/** A place in a text and what is to stand there. */
interface Change {
  readonly span: Span;
  readonly text: string;
}

/** What a tensor is now, where it is not what it was. */
export type TypeChange = Pick<PaddleVar, 'dtype' | 'dims'>;

export class OpPatch {
  readonly #text: string;
  readonly #span: Span;
  readonly #changes: Change[] = [];

  /** @param span - of the operator, in the text of the file */
  constructor(text: string, span: Span) {
    this.#text = text;
    this.#span = span;
  }

  operands(ids: readonly number[]): void {
    this.#replace(jsonMember(this.#text, this.#span, 'I')!, operandsText(ids));
  }

  /** @param attributes - texts, `{"AT":…,"N":…}` */
  addAttributes(attributes: readonly string[]): void {
    if (attributes.length === 0) return;
    const list = jsonMember(this.#text, this.#span, 'A');
    const added = attributes.join();
    if (list === undefined) {
      const { end } = trimmed(this.#text, this.#span);
      this.#insert(end - 1, `,"A":[${added}]`);
    } else {
      const last = jsonItems(this.#text, list).at(-1);
      this.#insert(last?.end ?? list.start + 1, last === undefined ? added : `,${added}`);
    }
  }

  /** The type of a result, or of an item of the list that it is. */
  resultType(result: number, item: number | undefined, change: TypeChange): void {
    const results = jsonMember(this.#text, this.#span, 'O')!;
    const isList = this.#text[results.start] === '[';
    const held = isList ? jsonItems(this.#text, results)[result]! : results;
    const type = jsonMember(this.#text, held, 'TT')!;
    const tensor =
      item === undefined ? type : jsonItems(this.#text, jsonMember(this.#text, type, 'D')!)[item]!;
    const [element, dims] = jsonItems(this.#text, jsonMember(this.#text, tensor, 'D')!);
    const name = change.dtype && elementName(change.dtype as DType);
    if (name !== undefined) this.#replace(element!, `{"#":"${writtenName(name)}"}`);
    if (change.dims !== undefined) this.#replace(dims!, `[${change.dims.join()}]`);
  }

  /** The dims that an input of the program says it has. */
  inputDims(dims: readonly number[]): void {
    for (const attribute of jsonItems(this.#text, jsonMember(this.#text, this.#span, 'A')!)) {
      const name = jsonMember(this.#text, attribute, 'N')!;
      if (JSON.parse(this.#text.slice(name.start, name.end)) !== 'shape') continue;
      this.#replace(jsonMember(this.#text, attribute, 'AT')!, textOf('pd_op.a_intarray', `[${dims.join()}]`));
    }
  }

  /** The operator's text with all changes. */
  toString(): string {
    let at = this.#span.start;
    const parts: string[] = [];
    for (const { span, text } of this.#changes.sort((a, b) => a.span.start - b.span.start)) {
      parts.push(this.#text.slice(at, span.start), text);
      at = span.end;
    }
    return [...parts, this.#text.slice(at, this.#span.end)].join('');
  }

  #replace(span: Span, text: string): void {
    this.#changes.push({ span, text });
  }

  #insert(at: number, text: string): void {
    this.#replace({ start: at, end: at }, text);
  }
}
