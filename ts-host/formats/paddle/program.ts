// A Paddle program, as its own operators and variables: what both of Paddle's layouts (ProgramDesc and PIR) are read into, what
// the quantizers of Paddle's kind edit, and what is written again. Its names are Paddle's. Nothing here knows a wire format.
//
// Programs are never edited in place: whoever changes one builds a new one that shares what did not change.

import type { DType } from '../../ir/dtype.js';
import type { Tensor } from '../../ir/tensor.js';

/** One attribute of an operator, by the kind it is stored as: versions of Paddle write ints where others write longs, so readers
 *  ask through `attributes.ts`, which takes any of the kinds that mean the same. */
export type PaddleAttribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'long'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'float64'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'longs'; readonly value: readonly bigint[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'float64s'; readonly value: readonly number[] }
  | { readonly kind: 'bools'; readonly value: readonly boolean[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'block'; readonly value: number }
  | { readonly kind: 'blocks'; readonly value: readonly number[] }
  | { readonly kind: 'var'; readonly value: string }
  | { readonly kind: 'vars'; readonly value: readonly string[] }
  /** A number that brings its type: boolean, int64 (bigint) or float64. */
  | { readonly kind: 'scalar'; readonly value: PaddleScalar }
  | { readonly kind: 'scalars'; readonly value: readonly PaddleScalar[] }
  /** Kinds that came later: kept in `origin` by the reader that met them, written back as they were. */
  | { readonly kind: 'opaque'; readonly origin: unknown };

export type PaddleScalar = boolean | bigint | number;

/** An operator. Inputs and outputs are lists of variable names by argument name (`Input`, `Filter`, `Output`, …). */
export interface PaddleOp {
  readonly type: string;
  readonly inputs: ReadonlyMap<string, readonly string[]>;
  readonly outputs: ReadonlyMap<string, readonly string[]>;
  readonly attributes: ReadonlyMap<string, PaddleAttribute>;
  readonly isTarget?: boolean;
  /** What the file held beside these; only the writer of the same layout looks inside. So of every `origin` here. */
  readonly origin?: unknown;
}

/** What a variable is; only `tensor` has values that the executor knows. The number is that of a kind without a name here. */
export type PaddleVarKind =
  | 'tensor'
  | 'selectedRows'
  | 'tensorArray'
  | 'feed'
  | 'fetch'
  | 'reader'
  | 'raw'
  | number;

export interface PaddleVar {
  readonly name: string;
  readonly kind: PaddleVarKind;
  readonly dtype?: DType;
  /** -1 is a dim that is not known before the model is run. */
  readonly dims?: readonly number[];
  readonly lodLevel: number;
  readonly persistable: boolean;
  readonly isParameter: boolean;
  readonly stopGradient: boolean;
  readonly needCheckFeed: boolean;
  readonly origin?: unknown;
}

export interface PaddleBlock {
  readonly index: number;
  /** Index of the block around it; -1 for the outermost. */
  readonly parent: number;
  readonly forward: number;
  readonly vars: ReadonlyMap<string, PaddleVar>;
  /** In the order of execution. An op's id, wherever users name one (`op_ids_to_skip`, debug graphs), is its place in block 0. */
  readonly ops: readonly PaddleOp[];
  readonly origin?: unknown;
}

/** Which of Paddle's layouts a program was read from. */
export type PaddleLayout = 'program' | 'pir';

export interface PaddleProgram {
  readonly layout: PaddleLayout;
  /** Block 0 is the outermost. */
  readonly blocks: readonly PaddleBlock[];
  /** Paddle's version as ProgramDesc holds it (2006002 is 2.6.2); 0 where the file does not say. */
  readonly version: bigint;
  /** Versions of operators, by type, where the file tells them. */
  readonly opVersions: ReadonlyMap<string, number>;
  readonly origin?: unknown;
}

/** A program with the tensors of its persistable variables, by name. Data is lazy: slices of the files. */
export interface PaddleNet {
  readonly program: PaddleProgram;
  readonly parameters: ReadonlyMap<string, Tensor>;
}
