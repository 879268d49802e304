// QLinearAdd and QLinearMul: sums and products of codes, with the scales put together first (assembly/kernels/qlinear). QLinearMul
// gives the codes of onnxruntime; those of QLinearAdd, which it sums in another order, may be one apart, as may those of
// DequantizeLinear, the operator and QuantizeLinear. With one number the result is a function of one code: a table.

import { broadcastShape, planWalk, walkBytes, writeWalk } from '../../../wasm/kernels/execute/broadcast.js';
import { copyStrided } from '../../../wasm/kernels/execute/copy.js';
import { intsAt } from '../../../wasm/kernels/execute/ints.js';
import {
  BINARY_CODES_BYTES,
  type BinaryOfCodes,
  binaryCodes,
  binaryCodesInts,
  binaryZeroPoints,
  mapCodes,
  TABLE_BYTES,
  writeAllCodes,
} from '../../../wasm/kernels/execute/qlinear.js';
import { widenCodes } from '../../../wasm/kernels/execute/qparams.js';
import { scratchOf } from '../../movement/copy.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan, Step } from '../../operator.js';
import { byteType, codeRange } from '../../quantized/codes.js';
import { longRows } from '../../quantized/longRows.js';
import { checkOneScale } from '../../quantized/oneScale.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { describeType, sizeOf } from '../../value.js';
import { overwritable } from '../elementwise.js';

const PIECE_ELEMENTS = 2 ** 20;
/** Elements from which a table is worth making. */
const TABLE_FROM = 2048;

/** Indices of tensor, scale and zero point. */
const A = [0, 1, 2] as const;
const B = [3, 4, 5] as const;
const ZERO_POINTS = [2, 5, 7] as const;

function planBinary(node: NodeContext, op: BinaryOfCodes): Plan {
  const [a, b] = [node.input(A[0]), node.input(B[0])];
  const dtype = byteType(node, A[0]);
  if (byteType(node, B[0]) !== dtype) node.fail(`input 0 is ${a.dtype}, but input 3 ${b.dtype}`);
  const dims =
    broadcastShape([a.dims, b.dims]) ??
    node.fail(`${describeType(a)} and ${describeType(b)} do not broadcast`);
  checkOneScale(node, dtype, [1, 2]);
  checkOneScale(node, dtype, [4, 5]);
  checkOneScale(node, dtype, [6, 7]);
  const range = codeRange(node, dtype);
  const y = { dtype, dims };
  const scratch = new ScratchPlan();
  const block = scratch.take(BINARY_CODES_BYTES);
  const { engine } = node;
  const { kernels } = engine;
  const beginning = (at: Addresses): Step => {
    const scales = [at.input(1), at.input(4), at.input(6)] as const;
    const codes = binaryCodesInts({ scales, signed: dtype === 'int8', range, op });
    const write = intsAt(engine, at.scratch + block, codes);
    const zeroPoints = ZERO_POINTS.map((index) => (node.has(index) ? at.input(index) : 0));
    const places = binaryZeroPoints(at.scratch + block);
    return () => {
      write();
      for (let i = 0; i < places.length; i++) widenCodes(kernels, dtype, zeroPoints[i]!, places[i]!, 1, 0);
    };
  };
  const one = [a, b].findIndex((type) => sizeOf(type) === 1);
  const call = { node, dims, beginning, block };
  const steps =
    one >= 0 && sizeOf(y) >= TABLE_FROM
      ? byTable(call, scratch, one)
      : byWalk(call, scratch, [a.dims, b.dims]);
  return { outputs: [y], scratch: scratch.size, inPlace: overwritable(node, [A[0], B[0]], y), bind: steps };
}

interface Call {
  readonly node: NodeContext;
  readonly dims: readonly number[];
  readonly block: number;
  /** Takes scales and zero points as they are when it is called. */
  beginning(at: Addresses): Step;
}

function byWalk(
  { node, dims, beginning, block }: Call,
  scratch: ScratchPlan,
  operands: readonly (readonly number[])[],
): (at: Addresses) => Step[] {
  const long = longRows(dims, operands);
  const { engine } = node;
  const walk = scratch.take(walkBytes(dims.length));
  const row = scratch.take(long?.bytes ?? 0);
  const copying = scratch.take(scratchOf([long?.copy]));
  const pieces = planWalk(long?.dims ?? dims, long?.operands ?? operands, PIECE_ELEMENTS);
  const addressOf = (at: Addresses, operand: number): number =>
    operand === long?.repeated ? at.scratch + row : at.input(operand === 0 ? A[0] : B[0]);
  const repeat = (at: Addresses): Step => {
    if (long === undefined) return () => undefined;
    const source = at.input(long.repeated === 0 ? A[0] : B[0]);
    return () => copyStrided(engine, 1, long.copy.loops, source, at.scratch + row, at.scratch + copying);
  };
  return (at) => {
    const before = [beginning(at), repeat(at)];
    return pieces.map((piece, i) => {
      const [x, y] = [addressOf(at, 0) + piece.starts[0]!, addressOf(at, 1) + piece.starts[1]!];
      const write = intsAt(engine, at.scratch + walk, piece.block);
      const out = at.output(0) + piece.outStart;
      return () => {
        if (i === 0) for (const step of before) step();
        write();
        binaryCodes(engine.kernels, x, y, out, at.scratch + block, at.scratch + walk);
      };
    });
  };
}

/** @param one - 0 or 1: the operand of one element */
function byTable(
  { node, dims, beginning, block }: Call,
  scratch: ScratchPlan,
  one: number,
): (at: Addresses) => Step[] {
  const walk = scratch.take(walkBytes(1));
  const [codes, table] = [scratch.take(TABLE_BYTES), scratch.take(TABLE_BYTES)];
  const [all] = planWalk([TABLE_BYTES], one === 0 ? [[1], [TABLE_BYTES]] : [[TABLE_BYTES], [1]], TABLE_BYTES);
  const total = sizeOf({ dtype: 'uint8', dims });
  const { engine } = node;
  const { kernels } = engine;
  const fill = (at: Addresses, begin: Step): void => {
    begin();
    writeAllCodes(engine, at.scratch + codes);
    writeWalk(engine, at.scratch + walk, all!);
    const operands = [at.input(A[0]), at.input(B[0])];
    operands[1 - one] = at.scratch + codes;
    const [x, y] = operands as [number, number];
    binaryCodes(kernels, x, y, at.scratch + table, at.scratch + block, at.scratch + walk);
  };
  return (at) => {
    const begin = beginning(at);
    return Array.from({ length: Math.ceil(total / PIECE_ELEMENTS) }, (_, i) => () => {
      if (i === 0) fill(at, begin);
      const from = i * PIECE_ELEMENTS;
      const count = Math.min(PIECE_ELEMENTS, total - from);
      const x = at.input(one === 0 ? B[0] : A[0]) + from;
      mapCodes(kernels, x, at.output(0) + from, at.scratch + table, 1, count, 0);
    });
  };
}

export const qlinearBinary: readonly Operator[] = [
  { opType: 'QLinearAdd', domain: 'com.microsoft', plan: (node) => planBinary(node, 'add') },
  { opType: 'QLinearMul', domain: 'com.microsoft', plan: (node) => planBinary(node, 'mul') },
];
