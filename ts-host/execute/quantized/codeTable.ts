// Functions from 8-bit codes under one scale to codes under another: all 256 of them, made in every run, because scales
// may be data.
//
//   bytes 0 … 255 ──► float32 ──function──► codes = table

import { TABLE_BYTES, writeAllCodes } from '../../wasm/kernels/execute/qlinear.js';
import type { NodeContext } from '../node.js';
import type { Addresses } from '../operator.js';
import type { Address } from '../value.js';
import type { OneScale } from './oneScale.js';
import type { ScratchPlan } from './scratch.js';

/** Works on `count` float32 in place. */
export type FloatFunction = (address: Address, count: number) => void;

export class CodeTable {
  readonly #node: NodeContext;
  readonly #table: number;
  readonly #floats: number;

  constructor(node: NodeContext, scratch: ScratchPlan) {
    this.#node = node;
    this.#table = scratch.take(TABLE_BYTES);
    this.#floats = scratch.take(TABLE_BYTES * 4);
  }

  address(at: Addresses): Address {
    return at.scratch + this.#table;
  }

  write(at: Addresses, from: OneScale, to: OneScale, apply?: FloatFunction): void {
    const [table, floats] = [this.address(at), at.scratch + this.#floats];
    from.write(at);
    to.write(at);
    writeAllCodes(this.#node.engine, table);
    from.toFloats(at, table, floats, TABLE_BYTES);
    apply?.(floats, TABLE_BYTES);
    to.toCodes(at, floats, table, TABLE_BYTES);
  }
}
