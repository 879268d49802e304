// Plans of operators whose output is put together from boxes of their inputs: everything that moves elements without
// looking at them.

import type { NodeContext } from '../node.js';
import type { Addresses, Plan } from '../operator.js';
import { type Address, sizeOf, type TensorType } from '../value.js';
import { type Copy, copySteps, scratchOf } from './copy.js';

/** A box that goes to output 0. */
export interface Part {
  readonly copy: Copy | undefined;
  /** Where it comes from: an input, the output itself (parts run in order), or the one element of `value`. */
  readonly from: number | 'output' | 'value';
}

/** What is in front of the scratch of the copies: the bytes of `value`. */
const VALUE_BYTES = 64;

/** @param value - bytes of the element that parts from 'value' repeat */
export function movePlan(
  node: NodeContext,
  type: TensorType,
  parts: readonly Part[],
  value?: Uint8Array,
): Plan {
  const present = parts.filter((part): part is Part & { copy: Copy } => part.copy !== undefined);
  const alias = wholeInput(node, type, present);
  if (alias !== undefined) return { outputs: [type], alias };
  if (present.length === 0) return { outputs: [type], reads: [], bind: () => [] };
  const { engine } = node;
  return {
    outputs: [type],
    reads: [...new Set(present.map(({ from }) => from))].filter((from) => typeof from === 'number'),
    scratch: VALUE_BYTES + scratchOf(present.map(({ copy }) => copy)),
    bind: (at) => {
      const target = at.output(0);
      const jobs = present.map(({ copy, from }) => ({ copy, source: addressOf(at, from), target }));
      const steps = copySteps(engine, at.scratch + VALUE_BYTES, jobs);
      if (value === undefined) return steps;
      return [() => engine.heap.bytes.set(value, at.scratch), ...steps];
    },
  };
}

function addressOf(at: Addresses, from: Part['from']): Address {
  if (from === 'value') return at.scratch;
  return from === 'output' ? at.output(0) : at.input(from);
}

/** The input that the output is, element by element in the same order. */
function wholeInput(
  node: NodeContext,
  type: TensorType,
  parts: readonly (Part & { copy: Copy })[],
): number | undefined {
  const [only] = parts;
  if (only === undefined || parts.length > 1 || typeof only.from !== 'number') return undefined;
  const { loops, width, from, to } = only.copy;
  const [outer, inner] = loops;
  const flat = loops.length === 2 && outer!.count === 1 && inner!.from === width && inner!.to === width;
  const count = inner!.count;
  const whole = flat && from === 0 && to === 0 && count === sizeOf(type);
  return whole && count === sizeOf(node.input(only.from)) ? only.from : undefined;
}
