// What makes LSTM, GRU and RNN different: gates, activations, pieces of R, and what happens in a time step.

import type { ExecutionEngine } from '../../../wasm/execution.js';
import {
  type GateName,
  gruGates,
  gruState,
  lstmStep,
  rnnStep,
} from '../../../wasm/kernels/execute/recurrent.js';
import type { Step } from '../../operator.js';
import type { Address } from '../../value.js';
import { gemmSteps } from '../matmul/packed.js';

/** Where one direction's time steps work. */
export interface Workplace {
  readonly block: Address;
  readonly r: Address;
  readonly h: Address;
  readonly c: Address;
  /** Packed pieces of R. */
  readonly packed: readonly Address[];
  readonly batch: number;
  readonly hidden: number;
}

export interface Cell {
  readonly gates: number;
  readonly defaults: readonly GateName[];
  /** Gates of R that make one matrix, in order. */
  readonly pieces: readonly number[];
  /** Leading gates whose two biases add up before anything else. */
  readonly joinedBiases: number;
  /** Has a state c beside h. */
  readonly hasCell: boolean;
  readonly flag: boolean;
  /** What time step t does. */
  steps(engine: ExecutionEngine, at: Workplace, t: number): Step[];
}

/** r[:, column…] = state · pieceᵀ, where r has `gates` · hidden columns. */
function multiply(
  engine: ExecutionEngine,
  at: Workplace,
  gates: number,
  { state, piece, first, count }: { state: Address; piece: number; first: number; count: number },
): Step[] {
  const { batch: m, hidden, r } = at;
  return gemmSteps(engine, {
    ...{ a: state, lda: hidden, packed: at.packed[piece]!, c: r + 4 * first * hidden, ldc: gates * hidden },
    ...{ m, n: count * hidden, k: hidden },
  });
}

export function lstmCell(coupled: boolean): Cell {
  return {
    ...{ gates: 4, pieces: [4], joinedBiases: 4, hasCell: true, flag: coupled },
    defaults: ['Sigmoid', 'Tanh', 'Tanh'],
    steps: (engine, at, t) => [
      ...multiply(engine, at, 4, { state: at.h, piece: 0, first: 0, count: 4 }),
      () => lstmStep(engine.kernels, at.block, t),
    ],
  };
}

export const RNN_CELL: Cell = {
  ...{ gates: 1, pieces: [1], joinedBiases: 1, hasCell: false, flag: false },
  defaults: ['Tanh'],
  steps: (engine, at, t) => [
    ...multiply(engine, at, 1, { state: at.h, piece: 0, first: 0, count: 1 }),
    () => rnnStep(engine.kernels, at.block, t),
  ],
};

/** @param resetAfter - the reset gate is applied behind the product with R (linear_before_reset) */
export function gruCell(resetAfter: boolean): Cell {
  return {
    ...{ gates: 3, joinedBiases: resetAfter ? 2 : 3, hasCell: false, flag: resetAfter },
    pieces: resetAfter ? [3] : [2, 1],
    defaults: ['Sigmoid', 'Tanh'],
    steps: (engine, at, t) => [
      ...multiply(engine, at, 3, { state: at.h, piece: 0, first: 0, count: resetAfter ? 3 : 2 }),
      () => gruGates(engine.kernels, at.block, t),
      ...(resetAfter ? [] : multiply(engine, at, 3, { state: at.c, piece: 1, first: 2, count: 1 })),
      () => gruState(engine.kernels, at.block, t),
    ],
  };
}
