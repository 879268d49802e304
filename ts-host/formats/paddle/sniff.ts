// What the first bytes of a file tell: a program of one of Paddle's layouts, a pickle, or something else.

import type { PaddleLayout } from './program.js';

/** Bytes that `paddleLayout` wants to see. */
export const SNIFF_BYTES = 64;

/** The layout of the program that begins with `head`; undefined where it is none.
 *
 *  A ProgramDesc begins with its first block (field 1, a message), and that with its index (field 1, a varint). ONNX begins with
 *  a varint in field 1, so the two are never mixed up. Paddle 3's JSON begins with an object that names its base code or program. */
export function paddleLayout(head: Uint8Array): PaddleLayout | undefined {
  if (head[0] === 0x0a) {
    let at = 1;
    while (at < 6 && (head[at] ?? 0) >= 0x80) at++;
    return head[at + 1] === 0x08 ? 'program' : undefined;
  }
  const text = String.fromCharCode(...head.subarray(0, SNIFF_BYTES)).replace(/\s/g, '');
  return /^\{"(base_code|program)":/.test(text) ? 'pir' : undefined;
}

/** Whether the bytes begin a Python pickle (protocol 2 and later): instructions to be executed, which Octavo never does. */
export function isPickle(head: Uint8Array): boolean {
  return head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5;
}

/** What to say of a pickle. */
export const PICKLE =
  'this is a Python pickle, as paddle.save writes (.pdparams, .pdopt): a program to be executed, which Octavo never does; ' +
  'export the model for inference (paddle.jit.save, paddle.static.save_inference_model) and give those files';
