// LSTM, GRU and RNN. A direction is one matrix product of the whole input with W, which gives every step's gates but for
// the state's part, and then, step by step, a product of the state with R and a kernel that makes the next state.
//
//   scratch   | block | bias | packed W, R, if they are not constant | x: [steps · batch, gates] | r: [batch, gates] | h | c |

import {
  copyRows,
  findBadLength,
  joinBiases,
  RECURRENT_BLOCK_BYTES,
  writeRecurrentBlock,
} from '../../../wasm/kernels/execute/recurrent.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Pack, Plan, Step } from '../../operator.js';
import type { Address, TensorType } from '../../value.js';
import { gemmSteps } from '../matmul/packed.js';
import { requireDims } from '../requireDims.js';
import { type Cell, gruCell, lstmCell, RNN_CELL, type Workplace } from './cells.js';
import { type RecurrentShape, readShape, stateDims } from './shape.js';
import { type PackedWeight, packedWeight } from './weights.js';

/** Multiply-adds of one step of the executor. */
const STEP_MULTIPLY_ADDS = 5e7;

const [W, R, B, LENGTHS, INITIAL_H, INITIAL_C, PEEPHOLES] = [1, 2, 3, 4, 5, 6, 7] as const;

/** Offsets in scratch memory. */
interface Room {
  readonly block: number;
  readonly bias: number;
  readonly w: number;
  readonly r: number;
  readonly gates: number;
  readonly recurrent: number;
  readonly h: number;
  readonly c: number;
  readonly end: number;
}

interface Planned {
  readonly node: NodeContext;
  readonly cell: Cell;
  readonly shape: RecurrentShape;
  readonly w: PackedWeight;
  readonly r: PackedWeight;
  readonly room: Room;
}

function planRecurrent(node: NodeContext, cell: Cell): Plan {
  const shape = readShape(node, cell.gates, cell.defaults);
  if (cell.hasCell) {
    requireDims(node, INITIAL_C, stateDims(shape));
    requireDims(node, PEEPHOLES, [shape.directions, 3 * shape.hidden]);
  }
  const [w, r] = weightsOf(node, cell, shape);
  const constant = { w: node.isConstant(W), r: node.isConstant(R) };
  const room = layOut(cell, shape, constant.w ? 0 : w.byteLength, constant.r ? 0 : r.byteLength);
  const packs: Pack[] = [...(constant.w ? [w.asPack(W)] : []), ...(constant.r ? [r.asPack(R)] : [])];
  const { steps, batch, features, hidden, directions } = shape;
  const planned: Planned = { node, cell, shape, w, r, room };
  return {
    outputs: outputsOf(cell, shape),
    scratch: room.end,
    packs,
    multiplyAdds: directions * steps * batch * cell.gates * hidden * (features + hidden),
    bind: (at) => bindAll(planned, at),
  };
}

function outputsOf({ hasCell }: Cell, shape: RecurrentShape): TensorType[] {
  const { steps, batch, hidden, directions, batchFirst } = shape;
  const dims = batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden];
  const state: TensorType = { dtype: 'float32', dims: stateDims(shape) };
  return [{ dtype: 'float32', dims }, state, ...(hasCell ? [state] : [])];
}

function weightsOf(node: NodeContext, cell: Cell, shape: RecurrentShape): [PackedWeight, PackedWeight] {
  const { hidden, directions, features } = shape;
  const rows = cell.gates * hidden;
  const each = Array.from({ length: directions }, (_, d) => d * rows);
  const inputs = each.map((row) => ({ row, rows }));
  const states = each.flatMap((start) => {
    let row = start;
    return cell.pieces.map((gates) => {
      const piece = { row, rows: gates * hidden };
      row += piece.rows;
      return piece;
    });
  });
  return [packedWeight(node.engine, inputs, features), packedWeight(node.engine, states, hidden)];
}

function layOut(cell: Cell, shape: RecurrentShape, wBytes: number, rBytes: number): Room {
  const { steps, batch, hidden } = shape;
  let end = 0;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const gateBytes = 4 * cell.gates * hidden;
  const room = {
    block: take(RECURRENT_BLOCK_BYTES),
    bias: take(gateBytes),
    w: take(wBytes),
    r: take(rBytes),
    gates: take(steps * batch * gateBytes),
    recurrent: take(batch * gateBytes),
    h: take(4 * batch * hidden),
    c: take(4 * batch * hidden),
  };
  return { ...room, end };
}

/** Addresses of the packed weights, and what fills those that are not constant. */
function packedAt({ node, w, r, room }: Planned, at: Addresses): { w: Address; r: Address; fill: Step[] } {
  const constant = [node.isConstant(W), node.isConstant(R)] as const;
  const atW = constant[0] ? at.pack(0) : at.scratch + room.w;
  const atR = constant[1] ? at.pack(constant[0] ? 1 : 0) : at.scratch + room.r;
  const fromW = constant[0] ? 0 : at.input(W);
  const fromR = constant[1] ? 0 : at.input(R);
  return {
    w: atW,
    r: atR,
    fill: [...(constant[0] ? [] : w.fill(fromW, atW)), ...(constant[1] ? [] : r.fill(fromR, atR))],
  };
}

function bindAll(planned: Planned, at: Addresses): Step[] {
  const { node, shape } = planned;
  const { steps, batch, hidden, directions } = shape;
  const { kernels } = node.engine;
  const packed = packedAt(planned, at);
  const lengths = node.has(LENGTHS) ? at.input(LENGTHS) : 0;
  const y = node.wants(0) ? at.output(0) : 0;
  const start: Step = () => {
    if (lengths === 0) return;
    const bad = findBadLength(kernels, lengths, batch, steps);
    if (bad >= 0) node.fail(`sequence_lens[${bad}] is not in [0, ${steps}]`, 'INVALID_ARGUMENT');
    const bytes = 4 * steps * directions * batch * hidden;
    if (y !== 0) copyRows(kernels, { from: 0, fromStride: 0, to: y, toStride: 0, rows: 1, bytes });
  };
  return [...packed.fill, start, ...shape.reverse.flatMap((_, d) => bindDirection(planned, at, packed, d))];
}

function bindDirection(
  planned: Planned,
  at: Addresses,
  packed: { readonly w: Address; readonly r: Address },
  d: number,
): Step[] {
  const { node, cell, shape, w, r, room } = planned;
  const { batch, hidden, steps } = shape;
  const pieces = cell.pieces.length;
  const place: Workplace = {
    block: at.scratch + room.block,
    r: at.scratch + room.recurrent,
    h: at.scratch + room.h,
    c: at.scratch + room.c,
    packed: r.offsets.slice(d * pieces, (d + 1) * pieces).map((offset) => packed.r + offset),
    ...{ batch, hidden },
  };
  const perStep = Math.max(1, batch * cell.gates * hidden * hidden);
  const together = Math.max(1, Math.floor(STEP_MULTIPLY_ADDS / perStep));
  const walk: Step[] = [];
  for (let from = 0; from < steps; from += together) {
    const times = Array.from({ length: Math.min(together, steps - from) }, (_, i) => from + i);
    const parts = times.flatMap((t) => cell.steps(node.engine, place, t));
    if (together === 1) walk.push(...parts);
    else {
      walk.push(() => {
        for (const part of parts) part();
      });
    }
  }
  return [
    startDirection(planned, at, place, d),
    ...multiplyInput(planned, at, packed.w + w.offsets[d]!),
    ...walk,
    finishDirection(planned, at, place, d),
  ];
}

/** Writes the block, adds up the biases, copies the first states in. */
function startDirection(planned: Planned, at: Addresses, place: Workplace, d: number): Step {
  const { node, cell, shape, room } = planned;
  const { engine } = node;
  const { steps, batch, hidden, directions, batchFirst } = shape;
  const rowBytes = 4 * hidden;
  const gateBytes = cell.gates * rowBytes;
  const [xTime, xRow] = batchFirst ? [gateBytes, steps * gateBytes] : [batch * gateBytes, gateBytes];
  const yDirection = batchFirst ? rowBytes : batch * rowBytes;
  const biases = node.has(B) ? at.input(B) + 2 * d * gateBytes : 0;
  const innerBias = cell.joinedBiases < cell.gates && biases !== 0 ? biases + 2 * gateBytes - rowBytes : 0;
  const peepholes = cell.hasCell && node.has(PEEPHOLES) ? at.input(PEEPHOLES) + 3 * d * rowBytes : 0;
  const block = {
    ...{ x: at.scratch + room.gates, xTime, xRow, r: place.r, h: place.h, c: place.c, batch, hidden, steps },
    extra: cell.hasCell ? peepholes : innerBias,
    y: node.wants(0) ? at.output(0) + d * yDirection : 0,
    yTime: batchFirst ? directions * rowBytes : directions * batch * rowBytes,
    yRow: batchFirst ? steps * directions * rowBytes : rowBytes,
    lengths: node.has(LENGTHS) ? at.input(LENGTHS) : 0,
    reverse: shape.reverse[d]!,
    ...{ flag: cell.flag, clip: shape.clip, activations: shape.activations[d]! },
  };
  const states = [statesOf(planned, at, d, INITIAL_H, place.h)];
  if (cell.hasCell) states.push(statesOf(planned, at, d, INITIAL_C, place.c));
  const count = cell.gates * hidden;
  return () => {
    writeRecurrentBlock(engine, place.block, block);
    if (biases !== 0) {
      joinBiases(engine.kernels, biases, at.scratch + room.bias, count, cell.joinedBiases * hidden);
    }
    for (const copy of states) copyRows(engine.kernels, copy);
  };
}

function strideOf(
  { hidden, directions, batch, batchFirst }: RecurrentShape,
  d: number,
): [start: number, row: number] {
  const rowBytes = 4 * hidden;
  return batchFirst ? [d * rowBytes, directions * rowBytes] : [d * batch * rowBytes, rowBytes];
}

function statesOf({ node, shape }: Planned, at: Addresses, d: number, input: number, to: Address) {
  const [start, fromStride] = strideOf(shape, d);
  const bytes = 4 * shape.hidden;
  const from = node.has(input) ? at.input(input) + start : 0;
  return { from, fromStride, to, toStride: bytes, rows: shape.batch, bytes };
}

/** gates = bias + X · Wᵀ, for all time steps at once. */
function multiplyInput({ node, cell, shape, room }: Planned, at: Addresses, packed: Address): Step[] {
  const { steps, batch, features: k, hidden } = shape;
  const n = cell.gates * hidden;
  const rows = steps * batch;
  const start = node.has(B) ? at.scratch + room.bias : undefined;
  const c = at.scratch + room.gates;
  return gemmSteps(node.engine, { a: at.input(0), lda: k, packed, c, ldc: n, m: rows, n, k, start });
}

/** Copies the last states out. */
function finishDirection({ node, cell, shape }: Planned, at: Addresses, place: Workplace, d: number): Step {
  const [start, toStride] = strideOf(shape, d);
  const bytes = 4 * shape.hidden;
  const out = (index: number, from: Address) =>
    node.wants(index)
      ? [{ from, fromStride: bytes, to: at.output(index) + start, toStride, rows: shape.batch, bytes }]
      : [];
  const copies = [...out(1, place.h), ...(cell.hasCell ? out(2, place.c) : [])];
  return () => {
    for (const copy of copies) copyRows(node.engine.kernels, copy);
  };
}

export const RECURRENT_OPERATORS: readonly Operator[] = [
  { opType: 'LSTM', domain: '', plan: (node) => planRecurrent(node, lstmCell(node.flag('input_forget'))) },
  {
    opType: 'GRU',
    domain: '',
    plan: (node) => planRecurrent(node, gruCell(node.flag('linear_before_reset'))),
  },
  { opType: 'RNN', domain: '', plan: (node) => planRecurrent(node, RNN_CELL) },
];
