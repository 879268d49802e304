// What one reading of a model shares: the window, the memory and item counts, the external files. And the
// "rest of message" technique: fields a reader does not take are collected as bytes and decoded by protobuf.

import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import type { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import { Breather } from '../../io/breather.js';
import type { ExternalResolver } from '../../io/external.js';
import type { Source } from '../../io/source.js';
import {
  ITEM_COST,
  LIGHT_MESSAGE_BYTES,
  MAX_ITEMS,
  MAX_SMALL_MESSAGE_BYTES,
  STRUCTURE_COST,
} from './limits.js';
import { ByteWindow, FieldCursor, WIRE_BYTES } from './wire.js';

/** What a reader says of a field: false = not mine; true = noted; a function = mine, and this reads it. */
export type Taken = boolean | (() => Promise<void>);

/** Items between looks at the clock. */
const LOOK = 64;

export class ReadSession {
  readonly source: Source;
  readonly context: RunContext;
  readonly window: ByteWindow;
  readonly #resolver: ExternalResolver | undefined;
  readonly #external = new Map<string, Promise<Source>>();
  #items = 0;
  /** Some tensor is in another file. */
  hasExternal = false;
  /** Bytes counted in the budget for structure. They stay counted: the model lives on. */
  reserved = 0;

  constructor(source: Source, resolver: ExternalResolver | undefined, context: RunContext) {
    this.source = source;
    this.context = context;
    this.window = new ByteWindow(source, context);
    this.#resolver = resolver;
  }

  /** Counts bytes that stay in memory as long as the model does. */
  reserve(bytes: number): void {
    this.context.budget.reserve(bytes, 'the structure of the model');
    this.reserved += bytes;
  }

  /** Counts a node, tensor, attribute or value info (or several); before `decodeLight` and `readMessage`. */
  item(offset: number, count = 1): void | Promise<void> {
    this.reserve(ITEM_COST * count);
    const before = this.#items;
    this.#items += count;
    if (this.#items > MAX_ITEMS) {
      throw this.window.error(
        'LIMIT_EXCEEDED',
        `more than ${MAX_ITEMS} nodes, tensors and attributes`,
        offset,
      );
    }
    if (Math.floor(before / LOOK) === Math.floor(this.#items / LOOK)) return;
    const breather = Breather.of(this.context);
    return breather.isDue ? breather.breathe() : undefined;
  }

  /** The source behind an external location; each location is resolved once.
   *  @throws OctavoError `EXTERNAL_DATA_MISSING` when the caller gave no resolver. */
  external(location: string, tensor: string): Promise<Source> {
    const resolver = this.#resolver;
    if (resolver === undefined) {
      const message = 'the weights are in another file; give its folder or an `external` resolver';
      throw new OctavoError('EXTERNAL_DATA_MISSING', message, { file: location, tensor });
    }
    let source = this.#external.get(location);
    if (source === undefined) {
      source = resolver(location);
      this.#external.set(location, source);
    }
    return source;
  }

  /** Walks a message. Fields that `visit` leaves alone are the rest, decoded as `schema`; what it takes (parts,
   *  payloads) never is in memory here. */
  async readMessage<Desc extends DescMessage>(
    schema: Desc,
    start: number,
    end: number,
    visit: (field: FieldCursor) => Taken,
    limit = MAX_SMALL_MESSAGE_BYTES,
  ): Promise<MessageShape<Desc>> {
    const cursor = new FieldCursor(this.window, start, end);
    const rest = new Rest(this, schema.name, start, limit);
    for (;;) {
      const more = cursor.advance();
      if (!(typeof more === 'boolean' ? more : await more)) break;
      rest.to = cursor.tagAt;
      const taken = visit(cursor);
      if (taken === false) continue;
      // Before the part is read, because reading it moves the window on.
      const pending = rest.flush();
      if (pending !== undefined) await pending;
      if (taken !== true) await taken();
      rest.from = cursor.next;
    }
    rest.to = end;
    await rest.flush();
    return this.decode(schema, rest.join(), start);
  }

  /** Decodes a small message in one go. Undefined when it is not small, not in the window, broken, or not what
   *  `accept` wants: then walk it, which also finds the exact place of an error. */
  decodeLight<Desc extends DescMessage>(
    schema: Desc,
    start: number,
    end: number,
    accept: (message: MessageShape<Desc>) => boolean = () => true,
  ): MessageShape<Desc> | undefined {
    const length = end - start;
    const { window } = this;
    if (length > LIGHT_MESSAGE_BYTES || !window.has(start, length)) return undefined;
    // A copy: decoded bytes fields are views of it, and would keep the whole window alive.
    const bytes = window.copyOf(start, length);
    let message: MessageShape<Desc>;
    try {
      message = fromBinary(schema, bytes);
    } catch {
      return undefined;
    }
    if (!accept(message)) return undefined;
    this.reserve(length * STRUCTURE_COST);
    return message;
  }

  decode<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array, offset: number): MessageShape<Desc> {
    try {
      return fromBinary(schema, bytes);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `${schema.name} cannot be decoded: ${reason}`;
      const { place } = this.window.error('MALFORMED', message, offset);
      throw new OctavoError('MALFORMED', message, place, { cause });
    }
  }

  /** @throws OctavoError `MALFORMED` unless the field holds a length and bytes. */
  expectBytes(field: FieldCursor, what: string): void {
    if (field.wireType === WIRE_BYTES) return;
    throw this.window.error('MALFORMED', `${what} has wire type ${field.wireType}, not 2`, field.tagAt);
  }
}

/** Collects the byte ranges of a message that nobody took. Neighbours become one copy. */
class Rest {
  readonly #session: ReadSession;
  readonly #what: string;
  readonly #limit: number;
  readonly #parts: Uint8Array[] = [];
  /** The range not copied yet: what lies between the last field taken and the current one. */
  from: number;
  to: number;
  #total = 0;

  constructor(session: ReadSession, what: string, start: number, limit: number) {
    this.#session = session;
    this.#what = what;
    this.#limit = limit;
    this.from = this.to = start;
  }

  /** Copies the range. */
  flush(): Promise<void> | undefined {
    const offset = this.from;
    const length = this.to - offset;
    if (length === 0) return undefined;
    const { window } = this.#session;
    this.#total += length;
    if (this.#total > this.#limit) {
      const message = `${this.#what} has more than ${this.#limit} bytes beside its parts and tensor data`;
      throw window.error('LIMIT_EXCEEDED', message, offset);
    }
    this.#session.reserve(length * STRUCTURE_COST);
    if (window.has(offset, length)) {
      this.#parts.push(window.copyOf(offset, length));
      return undefined;
    }
    return window.copy(offset, length).then((bytes) => {
      this.#parts.push(bytes);
    });
  }

  join(): Uint8Array {
    const [first] = this.#parts;
    if (first === undefined) return new Uint8Array(0);
    if (this.#parts.length === 1) return first;
    const all = new Uint8Array(this.#total);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.byteLength;
    }
    return all;
  }
}
