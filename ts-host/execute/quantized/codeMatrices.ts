// The right side of integer products: matrices of 8-bit codes, packed once when they are constant, else in every run.
//
//   one packed matrix   | panels of 8 columns, as gemm_pack_s8 makes them | sums of the columns, i32[n] |
//
// Unsigned codes are moved by 128 into s8; zero points are moved along (product.ts).

import type { ExecutionEngine } from '../../wasm/execution.js';
import { columnSums, flipSigns, packColumns, packedBytes } from '../../wasm/kernels/execute/gemm-int.js';
import { TRANSPOSE_SCRATCH_BYTES, transposeBytes } from '../../wasm/kernels/execute/transpose-bytes.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Pack, Step } from '../operator.js';
import type { Address } from '../value.js';
import { byteType } from './codes.js';
import type { ScratchPlan } from './scratch.js';

const ALIGNMENT = 64;
const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** How matrices lie in their input: rows [count, k, n], or columns [count, n, k]. */
export interface MatrixForm {
  readonly k: number;
  readonly n: number;
  readonly count: number;
  readonly lie: 'rows' | 'columns';
}

export interface PackedMatrix {
  readonly panels: Address;
  readonly columnSums: Address;
}

export class CodeMatrices {
  /** What is added to codes: −128 for unsigned ones. */
  readonly shift: 0 | -128;
  readonly pack: Pack | undefined;
  readonly #engine: ExecutionEngine;
  readonly #input: number;
  readonly #form: MatrixForm;
  readonly #unsigned: boolean;
  readonly #panelBytes: number;
  readonly #matrixBytes: number;
  readonly #packed: number;
  readonly #spare: number;

  constructor(node: NodeContext, scratch: ScratchPlan, input: number, form: MatrixForm) {
    this.#engine = node.engine;
    this.#input = input;
    this.#form = form;
    this.#unsigned = byteType(node, input) === 'uint8';
    this.shift = this.#unsigned ? -128 : 0;
    this.#panelBytes = align(packedBytes(node.engine.kernels, form.n, form.k));
    this.#matrixBytes = this.#panelBytes + align(form.n * 4);
    const constant = node.isConstant(input);
    this.pack = constant ? this.#plan() : undefined;
    this.#packed = scratch.take(constant ? 0 : this.#matrixBytes);
    this.#spare = scratch.take(constant ? 0 : this.#spareBytes());
  }

  /** Where matrix `index` is. If it is not constant, {@link fill} puts it there, until the next one. */
  matrix(at: Addresses, pack: number, index: number): PackedMatrix {
    if (this.pack !== undefined) return this.#at(at.pack(pack) + index * this.#matrixBytes);
    return this.#at(at.scratch + this.#packed);
  }

  /** Packs matrix `index`, unless it is constant: then it is packed already. */
  fill(at: Addresses, index: number): Step[] {
    if (this.pack !== undefined) return [];
    const { k, n } = this.#form;
    const from = at.input(this.#input) + index * k * n;
    return this.#fill(from, at.scratch + this.#packed, at.scratch + this.#spare);
  }

  #at(address: Address): PackedMatrix {
    return { panels: address, columnSums: address + this.#panelBytes };
  }

  #plan(): Pack {
    const { k, n, count, lie } = this.#form;
    return {
      input: this.#input,
      key: `codes ${k}x${n}x${count} ${lie} ${this.#unsigned ? 'u8' : 's8'}`,
      byteLength: count * this.#matrixBytes,
      fill: (from, to) => this.#fillAll(from, to),
    };
  }

  /** Packs all matrices. Its spare memory goes when the last step was taken, or no more are. */
  *#fillAll(from: Address, to: Address): Generator<Step> {
    const { heap } = this.#engine;
    const { k, n, count } = this.#form;
    const spare = heap.alloc(this.#spareBytes(), 'packing a matrix of codes');
    try {
      for (let i = 0; i < count; i++) yield* this.#fill(from + i * k * n, to + i * this.#matrixBytes, spare);
    } finally {
      heap.free(spare);
    }
  }

  /** Room for a matrix moved or turned. */
  #spareBytes(): number {
    const { k, n, lie } = this.#form;
    if (lie === 'rows' && !this.#unsigned) return 0;
    return align(k * n) + (lie === 'columns' ? TRANSPOSE_SCRATCH_BYTES : 0);
  }

  #fill(from: Address, to: Address, spare: Address): Step[] {
    const { kernels } = this.#engine;
    const { k, n, lie } = this.#form;
    const steps: Step[] = [];
    let codes = from;
    if (lie === 'columns') {
      steps.push(() => transposeBytes(kernels, from, spare, spare + align(k * n), n, k));
      codes = spare;
    }
    if (this.#unsigned) {
      const signed = codes;
      steps.push(() => flipSigns(kernels, signed, spare, k * n));
      codes = spare;
    }
    const rows = codes;
    steps.push(
      () => packColumns(kernels, rows, to, n, k),
      () => columnSums(kernels, rows, to + this.#panelBytes, k, n),
    );
    return steps;
  }
}
