// The right side of fused products: constant codes packed once, in the form that the machine does best; others in every
// run, in the form that packs fastest.
//
//   one packed matrix   | header, sums of columns | panels of 8 columns |     (assembly/kernels/product-int/packed.ts)

import type { ExecutionEngine } from '../../wasm/execution.js';
import {
  beginPack,
  checkPack,
  PRODUCT_FORMS,
  PRODUCT_PANEL,
  PRODUCT_WEIGHTS_BYTES,
  type ProductWeights,
  packedForms,
  packProduct,
  productPackedBytes,
  writeProductWeights,
} from '../../wasm/kernels/execute/product-int.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Pack, Step } from '../operator.js';
import type { Address } from '../value.js';
import type { ScratchPlan } from './scratch.js';

const CODES_PER_STEP = 2 ** 21;
const ALIGNMENT = 64;
const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

export interface WeightInputs {
  readonly weights: number;
  /** May be absent. */
  readonly zeroPoint: number;
  /** Matrices in the input, and zero points of each where they are not shared. */
  readonly count: number;
  readonly zerosPerMatrix: number;
}

/** Rows of A that are few: reading the weights is what takes the time then. */
const THIN_ROWS = 4;

export class FusedWeights {
  readonly pack: Pack | undefined;
  /** Inputs that runs read. */
  readonly reads: readonly number[];
  readonly #engine: ExecutionEngine;
  readonly #inputs: WeightInputs;
  readonly #lie: ProductWeights;
  readonly #matrixBytes: number;
  readonly #packed: number;
  readonly #description: number;
  readonly #given: boolean;

  /** @param rows - of A, in a product */
  constructor(
    node: NodeContext,
    scratch: ScratchPlan,
    inputs: WeightInputs,
    lie: ProductWeights,
    rows: number,
  ) {
    this.#engine = node.engine;
    this.#inputs = inputs;
    this.#lie = lie;
    this.#given = node.has(inputs.zeroPoint);
    const constant = node.isConstant(inputs.weights) && (!this.#given || node.isConstant(inputs.zeroPoint));
    const zeros = constant && this.#given ? node.ints(inputs.zeroPoint) : [];
    const forms = constant ? this.#forms(rows) : 0;
    const middle = lie.signed ? 0 : 128;
    const narrow = this.#given ? zeros.every((zero) => zero === middle) : lie.signed;
    const wide = (forms & (PRODUCT_FORMS.dot | PRODUCT_FORMS.thin)) === 0 || !narrow;
    this.#matrixBytes = align(productPackedBytes(node.engine.kernels, lie, wide));
    this.pack = constant ? this.#plan(forms, zeros, wide) : undefined;
    this.reads = constant ? [] : [inputs.weights, ...(this.#given ? [inputs.zeroPoint] : [])];
    this.#packed = scratch.take(constant ? 0 : this.#matrixBytes);
    this.#description = scratch.take(constant ? 0 : PRODUCT_WEIGHTS_BYTES);
  }

  /** Where matrix `index` is; if it is not constant, once {@link fill} has put it there. */
  address(at: Addresses, pack: number, index: number): Address {
    return this.pack ? at.pack(pack) + index * this.#matrixBytes : at.scratch + this.#packed;
  }

  /** Steps that pack matrix `index` in a run. */
  fill(at: Addresses, index: number): Step[] {
    const { weights, zeroPoint, zerosPerMatrix } = this.#inputs;
    const from = at.input(weights) + index * this.#codes;
    const zeros = this.#given ? at.input(zeroPoint) + index * zerosPerMatrix : 0;
    return this.#fill(from, zeros, at.scratch + this.#packed, at.scratch + this.#description, 0);
  }

  /** Codes of a matrix. */
  get #codes(): number {
    const { groups, outputs, channels, taps } = this.#lie;
    return groups * outputs * channels * taps;
  }

  #forms(rows: number): number {
    const machine = this.#engine.products?.forms ?? 0;
    if (machine & PRODUCT_FORMS.dot) return PRODUCT_FORMS.dot;
    return rows < THIN_ROWS ? PRODUCT_FORMS.thin : machine;
  }

  #plan(forms: number, zeros: readonly number[], wide: boolean): Pack {
    const { count } = this.#inputs;
    const same = zeros.every((zero) => zero === zeros[0]);
    const lie = Object.values(this.#lie).join(' ');
    return {
      input: this.#inputs.weights,
      key: `product ${lie} x${count} forms ${forms} zero ${same ? (zeros[0] ?? 0) : zeros.join(' ')}`,
      byteLength: count * this.#matrixBytes,
      fill: (from, to) => this.#fillAll(from, to, forms, zeros),
      readBytes: (at) => this.#readBytes(at, forms, wide),
    };
  }

  /** Of one matrix the panels in the form it has, of several all bytes. A form must have been asked for, or be WIDE where there
   *  is room for that. */
  #readBytes(at: Address, forms: number, wide: boolean): number | undefined {
    const { count } = this.#inputs;
    const found = Array.from({ length: count }, (_, i) =>
      packedForms(this.#engine, at + i * this.#matrixBytes),
    );
    if (!found.every((form) => (form & ~forms) === 0 && (form !== 0 || wide))) return undefined;
    if (count !== 1) return count * this.#matrixBytes;
    return productPackedBytes(this.#engine.kernels, this.#lie, found[0] === 0);
  }

  /** Packs all matrices. Its spare memory goes when the last step was taken, or no more are. */
  *#fillAll(from: Address, to: Address, forms: number, zeros: readonly number[]): Generator<Step> {
    const { heap } = this.#engine;
    const spare = heap.alloc(PRODUCT_WEIGHTS_BYTES + zeros.length, 'packing a matrix of codes');
    const zeroPoints = spare + PRODUCT_WEIGHTS_BYTES;
    try {
      heap.bytes.set(Uint8Array.from(zeros), zeroPoints);
      for (let i = 0; i < this.#inputs.count; i++) {
        const own = zeros.length === 0 ? 0 : zeroPoints + i * this.#inputs.zerosPerMatrix;
        yield* this.#fill(from + i * this.#codes, own, to + i * this.#matrixBytes, spare, forms);
      }
    } finally {
      heap.free(spare);
    }
  }

  #fill(from: Address, zeros: Address, to: Address, description: Address, forms: number): Step[] {
    const { kernels } = this.#engine;
    const { groups, outputs, channels, taps } = this.#lie;
    const columns = groups * outputs;
    const perStep = Math.max(1, Math.floor(CODES_PER_STEP / Math.max(1, channels * taps)));
    const steps: Step[] = [
      () => {
        writeProductWeights(this.#engine, description, this.#lie, from, zeros);
        beginPack(kernels, to, forms);
      },
    ];
    for (let first = 0; first < columns && forms !== 0; first += perStep) {
      steps.push(() => checkPack(kernels, description, to, first, Math.min(columns, first + perStep)));
    }
    const panels = groups * Math.ceil(outputs / PRODUCT_PANEL);
    const panelsPerStep = Math.max(1, Math.floor(perStep / PRODUCT_PANEL));
    for (let first = 0; first < panels; first += panelsPerStep) {
      steps.push(() => packProduct(kernels, description, to, first, Math.min(panels, first + panelsPerStep)));
    }
    return steps;
  }
}
