// Time steps of recurrent nets, four hidden units at a time (num/recurrent/cell.ts draws the block of arguments).

import { gruGates, gruState } from '../../num/recurrent/gru';
import { lstmStep } from '../../num/recurrent/lstm';
import { simpleStep } from '../../num/recurrent/simple';

export function lstm_step_f32(blockPtr: usize, t: i32): void {
  lstmStep<v128>(blockPtr, t);
}

export function gru_gates_f32(blockPtr: usize, t: i32): void {
  gruGates<v128>(blockPtr, t);
}

export function gru_state_f32(blockPtr: usize, t: i32): void {
  gruState<v128>(blockPtr, t);
}

export function rnn_step_f32(blockPtr: usize, t: i32): void {
  simpleStep<v128>(blockPtr, t);
}
