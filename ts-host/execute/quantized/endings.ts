// How sums of products of codes become codes or floats: one multiplier a column, made at run time from the scales.
//
//   codes    roundHalfToEven(fl(sum) · m) + zp      m = fl(fl(alpha · sa) · sb[column]) / sy      as onnxruntime does
//   floats   fl(sum) · m + addend[column]           m = fl(fl(alpha · sa) · sb[column])

import { elementCount } from '../../ir/tensor.js';
import { endAsCodes, endAsFloats, type SumTile } from '../../wasm/kernels/execute/gemm-int.js';
import { mapCodes, TABLE_BYTES } from '../../wasm/kernels/execute/qlinear.js';
import { multipliers, widenCodes } from '../../wasm/kernels/execute/qparams.js';
import type { NodeContext } from '../node.js';
import type { Addresses } from '../operator.js';
import { describeType } from '../value.js';
import { byteType, codeRange } from './codes.js';
import type { Ending } from './product.js';
import type { ScratchPlan } from './scratch.js';

/** Indices of scale inputs; `aScale` and `yScale` hold one number. A negative `aScale` is no input: the addresses that
 *  steps are given know it. */
export interface EndingInputs {
  readonly aScale: number;
  readonly bScale: number;
  readonly yScale: number;
  readonly yZeroPoint: number;
  /** float32 [n], added to floats. */
  readonly addend?: number;
  readonly alpha?: number;
}

/** Columns of the product, of one matrix and of all matrices of B. */
export interface Columns {
  readonly n: number;
  readonly matrices: number;
  /** Scales are a plain vector over the columns of all matrices: channels of groups. */
  readonly flat?: boolean;
}

export interface PlannedEnding extends Ending {
  /** Inputs that it reads. */
  readonly reads: readonly number[];
}

/** @throws OctavoError unless input `index` is one float32. */
export function requireOneScale(node: NodeContext, index: number): void {
  node.requireDType(index, 'float32');
  const type = node.input(index);
  if (elementCount(type.dims) !== 1) {
    node.fail(`input ${index} is ${describeType(type)}; one scale for all is supported`);
  }
}

/** How many multipliers there are, and how they spread over columns. */
export function scaleSpread(
  node: NodeContext,
  index: number,
  { n, matrices, flat }: Columns,
): 'one' | 'vector' | 'matrices' {
  node.requireDType(index, 'float32');
  const type = node.input(index);
  const count = elementCount(type.dims);
  if (count === 1) return 'one';
  if (flat === true) {
    if (type.dims.length === 1 && count === n * matrices) return 'matrices';
    return node.fail(`scales ${describeType(type)} do not fit ${n * matrices} channels`);
  }
  if (type.dims.at(-1) === n && count === n) return 'vector';
  if (type.dims.at(-1) === n && type.dims.at(-2) === 1 && count === n * matrices) return 'matrices';
  return node.fail(`scales ${describeType(type)} do not fit ${n} columns`);
}

/** The multipliers of all columns, in scratch. */
class Multipliers {
  readonly #node: NodeContext;
  readonly #inputs: EndingInputs;
  readonly #spread: 'one' | 'vector' | 'matrices';
  readonly #count: number;
  readonly #n: number;
  readonly #place: number;

  constructor(node: NodeContext, scratch: ScratchPlan, inputs: EndingInputs, columns: Columns) {
    if (inputs.aScale >= 0) requireOneScale(node, inputs.aScale);
    this.#node = node;
    this.#inputs = inputs;
    this.#n = columns.n;
    this.#spread = scaleSpread(node, inputs.bScale, columns);
    this.#count = this.#spread === 'matrices' ? columns.n * columns.matrices : columns.n;
    this.#place = scratch.take(this.#count * 4);
  }

  write(at: Addresses, divided: boolean): void {
    const { aScale, bScale, yScale, alpha = 1 } = this.#inputs;
    const scales = [at.input(aScale), at.input(bScale), divided ? at.input(yScale) : 0] as const;
    const step = this.#spread === 'one' ? 0 : 1;
    multipliers(this.#node.engine.kernels, at.scratch + this.#place, this.#count, alpha, scales, step);
  }

  address(at: Addresses, column: number, matrix: number): number {
    return at.scratch + this.#place + (column + (this.#spread === 'matrices' ? matrix * this.#n : 0)) * 4;
  }
}

/** Codes of the type of the output's zero point; uint8 without one. */
export function codeEnding(
  node: NodeContext,
  scratch: ScratchPlan,
  inputs: EndingInputs,
  columns: Columns,
): PlannedEnding & { readonly dtype: 'int8' | 'uint8' } {
  const { aScale, bScale, yScale, yZeroPoint } = inputs;
  requireOneScale(node, yScale);
  const given = node.has(yZeroPoint);
  const dtype = given ? byteType(node, yZeroPoint) : 'uint8';
  if (given && elementCount(node.input(yZeroPoint).dims) !== 1) {
    node.fail(`input ${yZeroPoint} is ${describeType(node.input(yZeroPoint))}, needs one zero point`);
  }
  const factors = new Multipliers(node, scratch, inputs, columns);
  const zeroPoint = scratch.take(4);
  const { kernels } = node.engine;
  const clamp = clampTable(node, scratch, dtype);
  return {
    dtype,
    elementBytes: 1,
    reads: [aScale, bScale, yScale, ...(given ? [yZeroPoint] : [])],
    begin(at) {
      factors.write(at, true);
      widenCodes(kernels, dtype, given ? at.input(yZeroPoint) : 0, at.scratch + zeroPoint, 1, 0);
      clamp?.write(at);
    },
    end(at, tile, column, matrix) {
      const multiplier = factors.address(at, column, matrix);
      endAsCodes(kernels, dtype === 'int8' ? 'i8' : 'u8', tile, multiplier, at.scratch + zeroPoint);
      clamp?.apply(at, tile);
    },
  };
}

/** Clamps codes as `code_min` and `code_max` say; undefined where they say nothing. */
function clampTable(node: NodeContext, scratch: ScratchPlan, dtype: 'int8' | 'uint8') {
  const [low, high] = codeRange(node, dtype);
  if (high - low === 255) return undefined;
  const codes = dtype === 'int8' ? new Int8Array(TABLE_BYTES) : new Uint8Array(TABLE_BYTES);
  const table = codes.map((_, byte) => {
    codes[byte] = byte;
    return Math.min(high, Math.max(low, codes[byte]!));
  });
  const place = scratch.take(TABLE_BYTES);
  const { heap, kernels } = node.engine;
  return {
    write: (at: Addresses): void => heap.bytes.set(new Uint8Array(table.buffer), at.scratch + place),
    apply(at: Addresses, { out, rows, n, stride }: SumTile): void {
      for (let row = 0; row < rows; row++) {
        const codes = out + row * stride;
        mapCodes(kernels, codes, codes, at.scratch + place, 1, n, n);
      }
    },
  };
}

/** float32. */
export function floatEnding(
  node: NodeContext,
  scratch: ScratchPlan,
  inputs: EndingInputs,
  columns: Columns,
): PlannedEnding {
  const { aScale, bScale, addend } = inputs;
  const added = addend !== undefined && node.has(addend);
  if (added) {
    node.requireDType(addend, 'float32');
    const type = node.input(addend);
    if (type.dims.at(-1) !== columns.n || elementCount(type.dims) !== columns.n) {
      node.fail(`bias ${describeType(type)} does not fit ${columns.n} columns`);
    }
  }
  const factors = new Multipliers(node, scratch, inputs, columns);
  return {
    elementBytes: 4,
    reads: [...(aScale < 0 ? [] : [aScale]), bScale, ...(added ? [addend] : [])],
    begin: (at) => factors.write(at, false),
    end(at, tile, column, matrix) {
      const multiplier = factors.address(at, column, matrix);
      endAsFloats(node.engine.kernels, tile, multiplier, added ? at.input(addend) + column * 4 : 0);
    },
  };
}
