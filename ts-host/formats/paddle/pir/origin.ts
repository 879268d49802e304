// What of a PIR file the older operators do not say, kept with the program for whoever writes it as PIR again: the text, the
// operators by the values they take and make, and which variable each value became.

import type { PaddleAttribute, PaddleProgram, PaddleVar } from '../program.js';
import type { Span } from './jsonSpans.js';
import type { Value } from './values.js';

/** The `origin` of a program that was read from PIR. */
export interface PirOrigin {
  readonly layout: 'pir';
  readonly text: string;
  /** In the order of the file. */
  readonly ops: readonly PirSource[];
  /** By the number of the value. */
  readonly values: ReadonlyMap<number, Value>;
  /** Variables as they were read. */
  readonly vars: ReadonlyMap<string, PaddleVar>;
  /** The file tells of values whether gradients stop there, as Paddle's exporter writes it and its translator does not. */
  readonly hasValueAttributes: boolean;
}

/** An operator of the file. */
export interface PirSource {
  /** Its text, with the spaces up to the commas or brackets around it. */
  readonly span: Span;
  /** With its dialect. */
  readonly name: string;
  /** Numbers of values; 0 where one is absent. */
  readonly operands: readonly number[];
  readonly results: readonly number[];
  /** Whether an operator of the block was made of it. */
  readonly isShown: boolean;
}

/** The `origin` of an operator that was made of one of PIR's: which one, and itself as it was made. */
export interface PirOpOrigin {
  readonly layout: 'pir';
  /** Place in the list of the file. */
  readonly index: number;
  /** Whether it only prepares what another operator of the same place makes. */
  readonly isPart: boolean;
  /** The operand that an input was, by argument. */
  readonly operands: ReadonlyMap<string, number>;
  readonly inputs: ReadonlyMap<string, readonly string[]>;
  readonly outputs: ReadonlyMap<string, readonly string[]>;
  readonly attributes: ReadonlyMap<string, PaddleAttribute>;
}

/** The origin of a program or an operator as one of PIR; undefined where it has none, or one of another layout. */
export function pirOrigin({ origin }: PaddleProgram): PirOrigin | undefined {
  return isPir(origin) ? (origin as PirOrigin) : undefined;
}

export function pirOpOrigin({ origin }: { readonly origin?: unknown }): PirOpOrigin | undefined {
  return isPir(origin) ? (origin as PirOpOrigin) : undefined;
}

function isPir(origin: unknown): boolean {
  return typeof origin === 'object' && origin !== null && 'layout' in origin && origin.layout === 'pir';
}
