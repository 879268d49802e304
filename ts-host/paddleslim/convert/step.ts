// The contract of a step of converting: from a state to the next, a graph each time. What Paddle's quantized program simulates in
// floats comes out as a graph that computes with 8-bit codes and gives the same results.

import type { RunContext } from '../../context.js';
import type { Graph } from '../../ir/model.js';
import type { NameGenerator } from '../../ir/names.js';
import type { Tensor } from '../../ir/tensor.js';
import type { Engine } from '../../wasm/engine.js';
import type { Choice } from './choice.js';

/** A weight that the program holds as codes. */
export interface CodedWeight {
  /** Its real values, as they were before anything was folded into them. */
  readonly tensor: Tensor;
  /** Index of the node's input that it is. */
  readonly input: number;
  readonly steps: Float32Array;
  /** Undefined where one step serves all. */
  readonly axis: number | undefined;
}

/** The codes that a value is read as: code = round(x / step), from `least` to 127. */
export interface CodeRange {
  readonly step: number;
  readonly least: -127 | -128;
}

export const isSameRange = (a: CodeRange, b: CodeRange): boolean => a.step === b.step && a.least === b.least;

/** The codes that a node reads values as, by value. */
export type Reads = ReadonlyMap<string, CodeRange>;

export interface ConvertState {
  /** Nodes are called by operator and id: `conv2d#3`. */
  readonly graph: Graph;
  /** By node. */
  readonly weights: ReadonlyMap<string, CodedWeight>;
  /** By node. Two nodes may read one value in different steps. */
  readonly reads: ReadonlyMap<string, Reads>;
}

export interface ConvertTools {
  readonly engine: Engine;
  readonly context: RunContext;
  readonly fresh: NameGenerator;
  /** Which operators are to compute with codes. */
  readonly choice: Choice;
  /** The largest |x| of variables that the program has watched, by name. */
  readonly outThresholds: ReadonlyMap<string, number>;
}

export interface ConvertStep {
  /** What debug graphs are called by. */
  readonly name: string;
  run(state: ConvertState, tools: ConvertTools): ConvertState | Promise<ConvertState>;
}
