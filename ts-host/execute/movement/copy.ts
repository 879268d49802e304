// Plans of strided copies: a box of elements, anywhere in one tensor, goes to a box of the same shape in another. Loops
// that can be one are made one, the rest is put in the order the kernel is fastest in, and long copies become several
// steps.
//
//   Transpose [2, 3, 224, 224] by 0 2 3 1:
//     dims    2         224       224      3              loops   2         50176    3
//     from    150528    224       1        50176    ──►   from    150528    1        50176
//     to      150528    672       3        1              to      150528    3        1

import { DTYPE_BITS, type DType } from '../../ir/dtype.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { copyScratchBytes, copyStrided, type Loop, type Width } from '../../wasm/kernels/execute/copy.js';
import type { NodeContext } from '../node.js';
import type { Step } from '../operator.js';
import type { Address } from '../value.js';

/** Elements moved in one step: some milliseconds. */
export const STEP_ELEMENTS = 1024 * 1024;

/** A box of elements to be moved. */
export interface Copy {
  readonly width: Width;
  /** At least two, none of count 0. */
  readonly loops: readonly Loop[];
  /** Bytes from the start of the source tensor to the first element. */
  readonly from: number;
  readonly to: number;
}

/** A copy between two tensors that have addresses. */
export interface Job {
  readonly copy: Copy;
  readonly source: Address;
  readonly target: Address;
}

/** Bytes of an element.
 *  @throws OctavoError `UNSUPPORTED_DTYPE` for elements that are no whole number of bytes, or more than 8. */
export function widthOf(node: NodeContext, dtype: DType): Width {
  const bytes = DTYPE_BITS[dtype] / 8;
  if (bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8) return bytes;
  return node.fail(`${node.node.opType} of ${dtype} is not supported`, 'UNSUPPORTED_DTYPE');
}

/** Distances, in elements, between neighbours along each dim of a dense tensor. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let d = dims.length - 1; d >= 0; d--) {
    strides.unshift(stride);
    stride *= dims[d]!;
  }
  return strides;
}

/** Copy of a box of `dims` elements; strides and offsets are in elements. Undefined when the box is empty. */
export function planCopy(
  width: Width,
  dims: readonly number[],
  from: readonly number[],
  to: readonly number[],
  fromOffset = 0,
  toOffset = 0,
): Copy | undefined {
  if (dims.includes(0)) return undefined;
  const loops = dims.map((count, d) => ({ count, from: from[d]! * width, to: to[d]! * width }));
  return {
    width,
    loops: inKernelOrder(width, merged(loops)),
    from: fromOffset * width,
    to: toOffset * width,
  };
}

/** Copy of `count` neighbouring elements. */
export function planFlatCopy(width: Width, count: number, fromOffset = 0, toOffset = 0): Copy | undefined {
  return planCopy(width, [count], [1], [1], fromOffset, toOffset);
}

/** Sets a box of the target to one element, the source. */
export function planFill(
  width: Width,
  dims: readonly number[],
  to: readonly number[],
  toOffset = 0,
): Copy | undefined {
  return planCopy(
    width,
    dims,
    dims.map(() => 0),
    to,
    0,
    toOffset,
  );
}

/** Without loops of one round, and with neighbours joined that go on where the other ends. */
function merged(loops: readonly Loop[]): Loop[] {
  const result: Loop[] = [];
  for (const loop of loops) {
    if (loop.count === 1) continue;
    const before = result.at(-1);
    if (before?.from === loop.from * loop.count && before.to === loop.to * loop.count) {
      result[result.length - 1] = { ...loop, count: before.count * loop.count };
    } else result.push(loop);
  }
  return result;
}

/** At least two loops; where the source goes on along another loop than the target does, that one is the second from
 *  the inside, which makes the two a transpose. */
function inKernelOrder(width: Width, loops: readonly Loop[]): Loop[] {
  const ordered = [...loops];
  const last = ordered.at(-1);
  if (last !== undefined && last.to === width && last.from !== width && last.from !== 0) {
    const along = ordered.findIndex(({ from }) => from === width);
    if (along >= 0) ordered.splice(ordered.length - 2, 0, ...ordered.splice(along, 1));
  }
  if (ordered.length === 0) ordered.push({ count: 1, from: width, to: width });
  if (ordered.length === 1) ordered.unshift({ count: 1, from: 0, to: 0 });
  return ordered;
}

/** Elements a copy moves. */
function sizeOfCopy({ loops }: Copy): number {
  return loops.reduce((size, { count }) => size * count, 1);
}

/** Bytes of scratch for any of the copies. */
export function scratchOf(copies: readonly (Copy | undefined)[]): number {
  let bytes = 0;
  for (const copy of copies) {
    if (copy !== undefined) bytes = Math.max(bytes, copyScratchBytes(copy.width, copy.loops));
  }
  return bytes;
}

/** The jobs in order, long ones cut up, short ones together in a step.
 *  @param scratch - {@link scratchOf} the copies */
export function copySteps(engine: ExecutionEngine, scratch: Address, jobs: readonly Job[]): Step[] {
  const steps: Step[] = [];
  let group: Job[] = [];
  let size = 0;
  const close = (): void => {
    const mine = group;
    if (mine.length > 0) steps.push(() => runJobs(engine, scratch, mine));
    group = [];
    size = 0;
  };
  for (const job of jobs.flatMap(({ copy, source, target }) =>
    pieces(copy).map((piece) => ({ copy: piece, source, target })),
  )) {
    const more = sizeOfCopy(job.copy);
    if (size + more > STEP_ELEMENTS) close();
    group.push(job);
    size += more;
  }
  close();
  return steps;
}

function runJobs(engine: ExecutionEngine, scratch: Address, jobs: readonly Job[]): void {
  for (const { copy, source, target } of jobs) {
    copyStrided(engine, copy.width, copy.loops, source + copy.from, target + copy.to, scratch);
  }
}

/** The copy cut along its outermost loops, so that no piece moves more than a step may. */
function pieces(copy: Copy, depth = 0): Copy[] {
  const size = sizeOfCopy(copy);
  const loop = copy.loops[depth];
  if (size <= STEP_ELEMENTS || loop === undefined) return [copy];
  const rounds = Math.max(1, Math.floor(STEP_ELEMENTS / (size / loop.count)));
  const cut: Copy[] = [];
  for (let start = 0; start < loop.count; start += rounds) {
    const loops = [...copy.loops];
    loops[depth] = { ...loop, count: Math.min(rounds, loop.count - start) };
    const piece = { ...copy, loops, from: copy.from + start * loop.from, to: copy.to + start * loop.to };
    cut.push(...pieces(piece, depth + 1));
  }
  return cut;
}
