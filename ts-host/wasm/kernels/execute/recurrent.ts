// Time steps of LSTM, GRU and RNN (assembly/num/recurrent), and what surrounds them. The gates' matrix products are made
// with gemm.ts; a step takes their sums and makes the next state.

import type { ExecutionEngine } from '../../execution.js';
import type { KernelExports } from '../../kernel-exports.js';
import { writeInts } from './ints.js';

type Address = number;

/** Activations by their ONNX names. */
export const GATES = [
  'Sigmoid',
  'Tanh',
  'Relu',
  'LeakyRelu',
  'ThresholdedRelu',
  'Affine',
  'ScaledTanh',
  'HardSigmoid',
  'Elu',
  'Softsign',
  'Softplus',
] as const;

export type GateName = (typeof GATES)[number];

export interface GateActivation {
  readonly name: GateName;
  readonly alpha: number;
  readonly beta: number;
}

/** Where a direction's memory is, and its shape. Strides in bytes. */
export interface RecurrentBlock {
  /** Gates from the input, biases included. */
  readonly x: Address;
  readonly xTime: number;
  readonly xRow: number;
  /** Gates from the state, [batch, gates · hidden]. */
  readonly r: Address;
  /** LSTM: peepholes; GRU: the bias inside the reset gate; 0 for none. */
  readonly extra: Address;
  /** The state h, [batch, hidden]. */
  readonly h: Address;
  /** LSTM: the state c; GRU: room for r ⊙ h; [batch, hidden]. */
  readonly c: Address;
  /** States of all time steps; 0 for none. */
  readonly y: Address;
  readonly yTime: number;
  readonly yRow: number;
  /** int32 [batch]; 0 when all rows have all time steps. */
  readonly lengths: Address;
  readonly batch: number;
  readonly hidden: number;
  readonly steps: number;
  readonly reverse: boolean;
  /** LSTM: coupled input and forget gates; GRU: reset after the product. */
  readonly flag: boolean;
  /** Infinity: not clipped. */
  readonly clip: number;
  readonly activations: readonly GateActivation[];
}

/** Bytes of a block in memory. */
export const RECURRENT_BLOCK_BYTES = 128;

function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0]!;
}

/** Writes a block at `address`, 4-byte aligned. */
export function writeRecurrentBlock(engine: ExecutionEngine, address: Address, block: RecurrentBlock): void {
  const activations = block.activations.flatMap(({ name, alpha, beta }) => [
    GATES.indexOf(name),
    floatBits(alpha),
    floatBits(beta),
  ]);
  const { x, xTime, xRow, r, extra, h, c, y, yTime, yRow, lengths, batch, hidden, steps } = block;
  writeInts(engine, address, [
    ...[x, xTime, xRow, r, extra, h, c, y, yTime, yRow, lengths, batch, hidden, steps],
    ...[block.reverse ? 1 : 0, block.flag ? 1 : 0, floatBits(block.clip), ...activations],
  ]);
}

/** @param block - address of a written block
 *  @param t - the step, counted from the start of the walk */
export function lstmStep(kernels: KernelExports, block: Address, t: number): void {
  kernels.lstm_step_f32!(block, t);
}

/** The update and reset gates of a GRU. */
export function gruGates(kernels: KernelExports, block: Address, t: number): void {
  kernels.gru_gates_f32!(block, t);
}

/** The new state of a GRU, behind {@link gruGates}. */
export function gruState(kernels: KernelExports, block: Address, t: number): void {
  kernels.gru_state_f32!(block, t);
}

export function rnnStep(kernels: KernelExports, block: Address, t: number): void {
  kernels.rnn_step_f32!(block, t);
}

/** out[i] = w[i] + r[i], for i >= `both` only w[i]; w and r, [count] each, follow each other at `biases`. */
export function joinBiases(
  kernels: KernelExports,
  biases: Address,
  out: Address,
  count: number,
  both: number,
): void {
  kernels.recurrent_bias_f32!(biases, out, count, both);
}

/** Rows of `bytes` bytes; strides in bytes. */
export interface Rows {
  /** 0: zeros. */
  readonly from: Address;
  readonly fromStride: number;
  readonly to: Address;
  readonly toStride: number;
  readonly rows: number;
  readonly bytes: number;
}

export function copyRows(
  kernels: KernelExports,
  { from, fromStride, to, toStride, rows, bytes }: Rows,
): void {
  kernels.recurrent_rows!(from, fromStride, to, toStride, rows, bytes);
}

/** The index of the first of `count` lengths outside [0, most], or -1. */
export function findBadLength(kernels: KernelExports, lengths: Address, count: number, most: number): number {
  return kernels.recurrent_lengths!(lengths, count, most);
}
