// What elementwise operators share: planning over broadcast inputs, and cutting long rows into steps.

import {
  broadcastShape,
  planWalk,
  type WalkPiece,
  walkBytes,
  writeWalk,
} from '../../wasm/kernels/execute/broadcast.js';
import { type ElementType, isElementType } from '../../wasm/kernels/execute/types.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Plan, Step } from '../operator.js';
import { type Address, bytesOf, describeType, sizeOf, type TensorType } from '../value.js';

export const UNSIGNED: readonly ElementType[] = ['uint8', 'uint16', 'uint32', 'uint64'];
export const SIGNED: readonly ElementType[] = ['int8', 'int16', 'int32', 'int64'];
export const INTEGERS: readonly ElementType[] = [...SIGNED, ...UNSIGNED];
export const NUMBERS: readonly ElementType[] = ['float32', 'float64', ...INTEGERS];

/** Most elements of one step: 25 ms of the slowest operators, which take 100 ns an element. */
const STEP_ELEMENTS = 1 << 18;

/** The shape all given inputs broadcast to.
 *  @throws OctavoError `SHAPE_MISMATCH` */
export function broadcastOf(node: NodeContext, inputs: readonly number[]): number[] {
  const types = inputs.map((index) => node.input(index));
  const dims = broadcastShape(types.map((type) => type.dims));
  return dims ?? node.fail(`shapes do not broadcast: ${types.map(describeType).join(', ')}`);
}

/** The dtype of input `first`, which the other inputs must share.
 *  @throws OctavoError `UNSUPPORTED_DTYPE`, `GRAPH_INVALID` when inputs differ */
export function commonType(
  node: NodeContext,
  inputs: readonly number[],
  allowed: readonly ElementType[],
): ElementType {
  const { dtype } = node.input(inputs[0]!);
  node.requireDType(inputs[0]!, ...allowed);
  for (const index of inputs) {
    const other = node.input(index).dtype;
    if (other !== dtype) node.fail(`inputs are ${dtype} and ${other}, must be of one type`, 'GRAPH_INVALID');
  }
  return dtype as ElementType;
}

/** dtype of an input as kernels name it.
 *  @throws OctavoError `UNSUPPORTED_DTYPE` for 4-bit, 8-bit float and complex elements */
export function elementType(node: NodeContext, index: number): ElementType {
  const { dtype } = node.input(index);
  if (isElementType(dtype)) return dtype;
  return node.fail(`${node.node.opType} of ${dtype} is not supported`, 'UNSUPPORTED_DTYPE');
}

/** Inputs among `inputs` whose memory output 0 of type `out` may take over. */
export function overwritable(node: NodeContext, inputs: readonly number[], out: TensorType): number[] {
  return inputs.filter((index) => {
    const type = node.input(index);
    return bytesOf(type) === bytesOf(out) && sizeOf(type) === sizeOf(out);
  });
}

/** One step a piece of `length` elements. */
export function elementSteps(length: number, run: (start: number, length: number) => void): Step[] {
  const steps: Step[] = [];
  for (let start = 0; start < length; start += STEP_ELEMENTS) {
    const count = Math.min(STEP_ELEMENTS, length - start);
    steps.push(() => run(start, count));
  }
  return steps;
}

/** A plan that goes through output 0 once: `run` gets addresses of the piece's elements. */
export function unaryPlan(
  node: NodeContext,
  output: TensorType,
  run: (x: Address, out: Address, length: number) => void,
): Plan {
  const size = sizeOf(output);
  const xBytes = size === 0 ? 0 : bytesOf(node.input(0)) / size;
  const outBytes = size === 0 ? 0 : bytesOf(output) / size;
  return {
    outputs: [output],
    reads: [0],
    inPlace: overwritable(node, [0], output),
    bind: (at) =>
      elementSteps(size, (start, length) =>
        run(at.input(0) + start * xBytes, at.output(0) + start * outBytes, length),
      ),
  };
}

/** Operands of a walk: element sizes in bytes, and where they are at binding time. */
export interface WalkOperand {
  readonly type: TensorType;
  readonly bytes: number;
  address(at: Addresses): Address;
}

/** Steps of a walk over `operands` into `output`; `run` gets the addresses of the piece's first elements. */
export function walkSteps(
  node: NodeContext,
  at: Addresses,
  output: WalkOperand,
  operands: readonly WalkOperand[],
  run: (operands: readonly Address[], out: Address, block: Address) => void,
): Step[] {
  const pieces = planWalk(
    output.type.dims,
    operands.map(({ type }) => type.dims),
    STEP_ELEMENTS,
  );
  return pieces.map((piece) => walkStep(node, at, output, operands, piece, run));
}

function walkStep(
  node: NodeContext,
  at: Addresses,
  output: WalkOperand,
  operands: readonly WalkOperand[],
  piece: WalkPiece,
  run: (operands: readonly Address[], out: Address, block: Address) => void,
): Step {
  const from = operands.map((operand, i) => operand.address(at) + piece.starts[i]! * operand.bytes);
  const to = output.address(at) + piece.outStart * output.bytes;
  return () => {
    writeWalk(node.engine, at.scratch, piece);
    run(from, to, at.scratch);
  };
}

/** Scratch bytes for the walk to `output`. */
export function walkScratch(output: TensorType): number {
  return walkBytes(output.dims.length);
}

/** Input `index` as an operand. */
export function inputOperand(node: NodeContext, index: number): WalkOperand {
  const type = node.input(index);
  return { type, bytes: elementBytes(type), address: (at) => at.input(index) };
}

/** Output 0 as what is walked to, or as an operand of a second walk. */
export function outputOperand(type: TensorType): WalkOperand {
  return { type, bytes: elementBytes(type), address: (at) => at.output(0) };
}

function elementBytes({ dtype }: TensorType): number {
  return bytesOf({ dtype, dims: [] });
}
