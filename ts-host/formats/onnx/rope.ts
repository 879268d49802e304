// A message as a rope: encoded structure and weights that are not read yet, with the exact length known. Length
// prefixes are computed from the leaves up, so the first byte can be written before any weight is.

import { type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { RunContext } from '../../context.js';
import type { TensorData } from '../../ir/tensor.js';
import { WIRE_BYTES } from './wire.js';

export interface Rope {
  readonly byteLength: number;
  readonly parts: readonly (Uint8Array | TensorData | Rope)[];
}

/** A field of a message that is too large, or too nested, to be encoded with it. */
export interface HeavyField {
  readonly number: number;
  readonly value: Rope | TensorData | Uint8Array;
}

/** `message` followed by its heavy fields, in the order given. */
export function encodeMessage<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  heavy: readonly HeavyField[] = [],
): Rope {
  const parts: (Uint8Array | TensorData | Rope)[] = [toBinary(schema, message)];
  for (const { number, value } of heavy) {
    parts.push(fieldHead(number, value.byteLength), value);
  }
  return { byteLength: parts.reduce((sum, part) => sum + part.byteLength, 0), parts };
}

function fieldHead(number: number, length: number): Uint8Array {
  const bytes: number[] = [];
  for (let value of [number * 8 + WIRE_BYTES, length]) {
    for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
    bytes.push(value);
  }
  return Uint8Array.from(bytes);
}

const GATHER_BYTES = 64 * 1024;

/** The bytes of a rope in order. Small parts are gathered, weights pass through as their chunks. */
export async function* ropeChunks(rope: Rope, context: RunContext): AsyncGenerator<Uint8Array, void> {
  const gather = new Uint8Array(Math.min(GATHER_BYTES, rope.byteLength));
  let filled = 0;
  for (const leaf of leavesOf(rope)) {
    const chunks = leaf instanceof Uint8Array ? [leaf] : leaf.chunks(context);
    for await (const chunk of chunks) {
      if (filled > 0 && filled + chunk.byteLength > gather.byteLength) {
        context.throwIfAborted();
        yield gather.subarray(0, filled);
        filled = 0;
      }
      if (chunk.byteLength >= gather.byteLength) {
        context.throwIfAborted();
        yield chunk;
      } else {
        gather.set(chunk, filled);
        filled += chunk.byteLength;
      }
    }
  }
  if (filled > 0) yield gather.subarray(0, filled);
}

function* leavesOf(rope: Rope): Generator<Uint8Array | TensorData, void> {
  for (const part of rope.parts) {
    if ('parts' in part) yield* leavesOf(part);
    else if (part.byteLength > 0) yield part;
  }
}
