// Runs a planned product of codes: matrix after matrix of B, tile after tile of rows, block after block of columns.

import {
  anyNonzero,
  endAsIntegers,
  flipSigns,
  multiplyCodes,
  PANEL_COLUMNS,
  rowSums,
  subtractOuter,
} from '../../wasm/kernels/execute/gemm-int.js';
import { writeInts } from '../../wasm/kernels/execute/ints.js';
import { widenCodes } from '../../wasm/kernels/execute/qparams.js';
import { transposeBytes } from '../../wasm/kernels/execute/transpose-bytes.js';
import type { Addresses, Step } from '../operator.js';
import type { Address } from '../value.js';
import type { PackedMatrix } from './codeMatrices.js';
import type { Ending, ProductPlan } from './product.js';

const MULTIPLY_ADDS_PER_STEP = 2 ** 24;
const CODES_PER_STEP = 2 ** 20;

/** A tile's place. */
interface Unit {
  readonly product: number;
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** The steps of a product. `at.pack(firstPack)` is its first pack. */
export function productSteps(
  plan: ProductPlan,
  at: Addresses,
  ending: Ending,
  firstPack = 0,
): readonly Step[] {
  const { m, n, k, products } = plan.shape;
  if (m * n * products === 0) return [];
  const { tileRows, tileColumns } = plan;
  const perRows = Math.ceil(n / tileColumns);
  const perProduct = Math.ceil(m / tileRows) * perRows;
  const units = products * perProduct;
  const perStep = Math.max(1, Math.floor(MULTIPLY_ADDS_PER_STEP / (tileRows * tileColumns * Math.max(k, 1))));
  const unit = (index: number): Unit => {
    const within = index % perProduct;
    const row = Math.floor(within / perRows) * tileRows;
    const column = (within % perRows) * tileColumns;
    const [rows, columns] = [Math.min(tileRows, m - row), Math.min(tileColumns, n - column)];
    return { product: Math.floor(index / perProduct), row, rows, column, columns };
  };
  const run = new ProductRun(plan, at, ending, firstPack);
  const tiles = (from: number, to: number): Step[] => {
    const steps: Step[] = [];
    for (let first = from; first < to; first += perStep) {
      const end = Math.min(to, first + perStep);
      steps.push(() => {
        for (let index = first; index < end; index++) run.tile(unit(index));
      });
    }
    return steps;
  };
  if (n * k <= CODES_PER_STEP) return [() => run.begin(), ...tiles(0, units)];
  // Large matrices are packed in steps of their own.
  const apart = Array.from({ length: products }, (_, product) => [
    ...(product > 0 && run.matrixOf(product) === run.matrixOf(product - 1) ? [] : run.fill(product)),
    ...tiles(product * perProduct, (product + 1) * perProduct),
  ]);
  return [() => run.begin(), ...apart.flat()];
}

class ProductRun {
  readonly #plan: ProductPlan;
  readonly #at: Addresses;
  readonly #ending: Ending;
  readonly #firstPack: number;
  /** The matrix of B whose zero points and terms are in scratch now. */
  #prepared = -1;
  #matrix: PackedMatrix = { panels: 0, columnSums: 0 };
  /** The matrix of B that is packed now, of those that are not constant. */
  #filled = -1;
  /** Whether the zero points of B ask for row sums. */
  #shifted = false;
  /** The rows of A at hand, unsigned. */
  #rows: Address = 0;

  constructor(plan: ProductPlan, at: Addresses, ending: Ending, firstPack: number) {
    this.#plan = plan;
    this.#at = at;
    this.#ending = ending;
    this.#firstPack = firstPack;
  }

  begin(): void {
    const { engine, inputs, shape, tileColumns, bias } = this.#plan;
    this.#prepared = -1;
    this.#filled = -1;
    writeInts(engine, this.#place('depth'), [shape.k]);
    if (bias === 'column')
      widenCodes(engine.kernels, 'int32', 0, this.#place('minusOnes'), tileColumns, 0, -1);
    if (inputs.transposedA === true) {
      const { m, k } = shape;
      const turned = this.#place('turned');
      transposeBytes(engine.kernels, this.#at.input(inputs.a), turned, turned + m * k, k, m);
    }
    this.#ending.begin(this.#at);
  }

  /** The matrix of B in a product. */
  matrixOf(product: number): number {
    return this.#plan.shape.matrices(product)[1];
  }

  /** Packs the matrix of a product. */
  fill(product: number): Step[] {
    const b = this.matrixOf(product);
    const steps = this.#plan.matrices.fill(this.#at, b);
    return [...steps, () => (this.#filled = b)];
  }

  tile(unit: Unit): void {
    const { kernels } = this.#plan.engine;
    const { k, matrices } = this.#plan.shape;
    const [a, b] = matrices(unit.product);
    if (b !== this.#prepared) this.#prepare(b);
    if (unit.column === 0) this.#takeRows(a, unit);
    const { rows, column, columns } = unit;
    const sums = this.#place('sums');
    const panels = this.#matrix.panels + (column / PANEL_COLUMNS) * this.#plan.panelBytes;
    multiplyCodes(kernels, this.#rows, panels, sums, rows, columns, k);
    if (this.#shifted) {
      subtractOuter(kernels, sums, this.#place('rowSums'), this.#place('zb') + column * 4, rows, columns);
    }
    if (this.#plan.aZeroPoints !== 'one') {
      subtractOuter(kernels, sums, this.#place('za'), this.#place('terms') + column * 4, rows, columns);
    }
    this.#addBias(unit);
    const bias = this.#place('corrections') + column * 4;
    this.#ending.end(this.#at, { sums, bias, rows, n: columns, ...this.#target(unit) }, column, b);
  }

  /** Where the tile goes: products follow each other. */
  #target({ product, row, column }: Unit): { out: Address; stride: number } {
    const { m, n } = this.#plan.shape;
    const first = (product * m + row) * n + column;
    return { out: this.#at.output(0) + first * this.#ending.elementBytes, stride: n };
  }

  #place(name: keyof ProductPlan['places']): Address {
    return this.#at.scratch + this.#plan.places[name];
  }

  /** Zero points, column terms Σ B − k · zb, and what all rows have in common: bias − za · terms. */
  #prepare(index: number): void {
    const { engine, inputs, shape, matrices, given, bZeroPoints } = this.#plan;
    const { kernels } = engine;
    const { n } = shape;
    const [zb, terms] = [this.#place('zb'), this.#place('terms')];
    if (index !== this.#filled) for (const step of matrices.fill(this.#at, index)) step();
    this.#filled = index;
    this.#matrix = matrices.matrix(this.#at, this.#firstPack, index);
    const first = bZeroPoints === 'matrices' ? index * n : 0;
    const zeroPoints = given.b ? this.#at.input(inputs.bZeroPoint) + first : 0;
    const unsigned = matrices.shift !== 0;
    const step = bZeroPoints === 'one' ? 0 : 1;
    widenCodes(kernels, unsigned ? 'uint8' : 'int8', zeroPoints, zb, n, step, matrices.shift);
    this.#shifted = anyNonzero(kernels, zb, n);
    widenCodes(kernels, 'int32', this.#matrix.columnSums, terms, n, 1);
    subtractOuter(kernels, terms, this.#place('depth'), zb, 1, n);
    this.#prepareCorrections();
    this.#prepared = index;
  }

  #prepareCorrections(): void {
    const { engine, inputs, shape, aZeroPoints, bias } = this.#plan;
    const corrections = this.#place('corrections');
    const added = bias === 'one' || bias === 'row' ? this.#at.input(inputs.bias!) : 0;
    widenCodes(engine.kernels, 'int32', added, corrections, shape.n, bias === 'row' ? 1 : 0);
    if (aZeroPoints !== 'one') return;
    this.#takeZeroPoints(0, 1);
    subtractOuter(engine.kernels, corrections, this.#place('za'), this.#place('terms'), 1, shape.n);
  }

  /** Zero points of A from `first`, moved as its codes are. */
  #takeZeroPoints(first: number, count: number): void {
    const { engine, inputs, signedA, given } = this.#plan;
    const zeroPoints = given.a ? this.#at.input(inputs.aZeroPoint) + first : 0;
    const dtype = signedA ? 'int8' : 'uint8';
    widenCodes(engine.kernels, dtype, zeroPoints, this.#place('za'), count, 1, signedA ? 128 : 0);
  }

  #takeRows(matrix: number, { row, rows }: Unit): void {
    const { engine, inputs, shape, signedA, aZeroPoints } = this.#plan;
    const { m, k } = shape;
    const start = inputs.transposedA === true ? this.#place('turned') : this.#at.input(inputs.a);
    const from = start + (matrix * m + row) * k;
    this.#rows = signedA ? this.#place('a') : from;
    if (signedA) flipSigns(engine.kernels, from, this.#rows, rows * k);
    if (this.#shifted) rowSums(engine.kernels, this.#rows, this.#place('rowSums'), rows, k);
    if (aZeroPoints !== 'one') this.#takeZeroPoints(matrix * m + row, rows);
  }

  /** A bias that differs between rows. */
  #addBias({ row, rows, column, columns }: Unit): void {
    const { engine, inputs, shape, bias } = this.#plan;
    const sums = this.#place('sums');
    if (bias === 'column') {
      const factors = this.#at.input(inputs.bias!) + row * 4;
      subtractOuter(engine.kernels, sums, factors, this.#place('minusOnes'), rows, columns);
    }
    if (bias !== 'all') return;
    for (let r = 0; r < rows; r++) {
      const own = sums + r * columns * 4;
      const added = this.#at.input(inputs.bias!) + ((row + r) * shape.n + column) * 4;
      endAsIntegers(engine.kernels, {
        sums: own,
        bias: added,
        rows: 1,
        n: columns,
        out: own,
        stride: columns,
      });
    }
  }
}
