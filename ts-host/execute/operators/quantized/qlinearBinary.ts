// QLinearAdd and QLinearMul: sums and products of codes, with the scales put together first (assembly/kernels/qlinear). QLinearMul
// gives the codes of onnxruntime; those of QLinearAdd, which it sums in another order, may be one apart, as may those of
// DequantizeLinear, the operator and QuantizeLinear. With one number the result is a function of one code: a table.

import { broadcastShape, planWalk, walkBytes, writeWalk } from '../../../wasm/kernels/execute/broadcast.js';
import { copyStrided } from '../../../wasm/kernels/execute/copy.js';
import {
  BINARY_CODES_BYTES,
  type BinaryOfCodes,
  binaryCodes,
  binaryZeroPoints,
  mapCodes,
  TABLE_BYTES,
  writeAllCodes,
  writeBinaryCodes,
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
  const begin = (at: Addresses): void => {
    const scales = [at.input(1), at.input(4), at.input(6)] as const;
    writeBinaryCodes(engine, at.scratch + block, { scales, signed: dtype === 'int8', range, op });
    for (const [i, place] of binaryZeroPoints(at.scratch + block).entries()) {
      const index = ZERO_POINTS[i]!;
      widenCodes(kernels, dtype, node.has(index) ? at.input(index) : 0, place, 1, 0);
    }
  };
  const one = [a, b].findIndex((type) => sizeOf(type) === 1);
  const call = { node, dims, begin, block };
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
  begin(at: Addresses): void;
}

function byWalk(
  { node, dims, begin, block }: Call,
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
  const prepare = (at: Addresses): void => {
    begin(at);
    if (long === undefined) return;
    const source = at.input(long.repeated === 0 ? A[0] : B[0]);
    copyStrided(engine, 1, long.copy.loops, source, at.scratch + row, at.scratch + copying);
  };
  return (at) =>
    pieces.map((piece, i) => () => {
      if (i === 0) prepare(at);
      const [x, y] = [addressOf(at, 0) + piece.starts[0]!, addressOf(at, 1) + piece.starts[1]!];
      writeWalk(engine, at.scratch + walk, piece);
      const out = at.output(0) + piece.outStart;
      binaryCodes(engine.kernels, x, y, out, at.scratch + block, at.scratch + walk);
    });
}

/** @param one - 0 or 1: the operand of one element */
function byTable(
  { node, dims, begin, block }: Call,
  scratch: ScratchPlan,
  one: number,
): (at: Addresses) => Step[] {
  const walk = scratch.take(walkBytes(1));
  const [codes, table] = [scratch.take(TABLE_BYTES), scratch.take(TABLE_BYTES)];
  const [all] = planWalk([TABLE_BYTES], one === 0 ? [[1], [TABLE_BYTES]] : [[TABLE_BYTES], [1]], TABLE_BYTES);
  const total = sizeOf({ dtype: 'uint8', dims });
  const { engine } = node;
  const { kernels } = engine;
  const fill = (at: Addresses): void => {
    begin(at);
    writeAllCodes(engine, at.scratch + codes);
    writeWalk(engine, at.scratch + walk, all!);
    const operands = [at.input(A[0]), at.input(B[0])];
    operands[1 - one] = at.scratch + codes;
    const [x, y] = operands as [number, number];
    binaryCodes(kernels, x, y, at.scratch + table, at.scratch + block, at.scratch + walk);
  };
  return (at) =>
    Array.from({ length: Math.ceil(total / PIECE_ELEMENTS) }, (_, i) => () => {
      if (i === 0) fill(at);
      const from = i * PIECE_ELEMENTS;
      const count = Math.min(PIECE_ELEMENTS, total - from);
      const x = at.input(one === 0 ? B[0] : A[0]) + from;
      mapCodes(kernels, x, at.output(0) + from, at.scratch + table, 1, count, 0);
    });
}

export const qlinearBinary: readonly Operator[] = [
  { opType: 'QLinearAdd', domain: 'com.microsoft', plan: (node) => planBinary(node, 'add') },
  { opType: 'QLinearMul', domain: 'com.microsoft', plan: (node) => planBinary(node, 'mul') },
];
