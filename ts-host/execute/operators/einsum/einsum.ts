// Einsum, from left to right: two operands are contracted to one, until the last contraction gives the output. Labels that
// neither the output nor a later operand has are summed as soon as possible. Large products of float32 become batched
// matrix products; all else is one general contraction, which needs no transposes.

import { type ContractionDType, contractionTableBytes } from '../../../wasm/kernels/execute/contract.js';
import { copySteps, planCopy, scratchOf, stridesOf } from '../../movement/copy.js';
import type { NodeContext } from '../../node.js';
import type { Operator, Plan, Step } from '../../operator.js';
import type { Address } from '../../value.js';
import { contractionSteps, planProduct } from '../matmul/product.js';
import { readEquation } from './equation.js';
import { contractionOf, countOf, denseView, mergedStride, type Sizes, type View, viewOf } from './view.js';

/** Below so many multiply-adds, packing a matrix costs more than the packed product gains. */
const SMALL = 4096;

const NONE: View = new Map();
const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Where an operand is: an input, or bytes of scratch memory. */
type Place = { readonly input: number } | { readonly scratch: number };

interface Operand {
  readonly place: Place;
  readonly labels: readonly string[];
  readonly view: View;
}

/** Addresses at run time. */
interface Where {
  address(place: Place): Address;
  readonly scratch: Address;
  readonly out: Address;
}

type Stage = (where: Where) => Step[];

/** Collects stages and the scratch memory they use while an equation is taken apart. */
class Planner {
  readonly stages: Stage[] = [];
  readonly node: NodeContext;
  readonly dtype: ContractionDType;
  readonly sizes: Sizes;
  scratch = 0;
  multiplyAdds = 0;

  constructor(node: NodeContext, dtype: ContractionDType, sizes: Sizes) {
    this.node = node;
    this.dtype = dtype;
    this.sizes = sizes;
  }

  get elementBytes(): 4 | 8 {
    return this.dtype.endsWith('32') ? 4 : 8;
  }

  reserve(byteLength: number): number {
    const at = this.scratch;
    this.scratch += aligned(byteLength);
    return at;
  }

  /** A dense operand with these labels, to be written by a stage. */
  temporary(labels: readonly string[]): Operand {
    const bytes = countOf(labels, this.sizes) * this.elementBytes;
    return { place: { scratch: this.reserve(bytes) }, labels, view: denseView(labels, this.sizes) };
  }

  /** Contracts `a` and `b` (undefined: ones) to the labels `out`, dense, at `to`, or at the output of the node. */
  contract(a: Operand, b: Operand | undefined, out: readonly string[], to: Place | undefined): void {
    const labels = [...new Set([...a.labels, ...(b?.labels ?? [])])];
    const sum = labels.filter((label) => !out.includes(label));
    if (b === undefined && sum.length === 0) {
      this.#copy(a, out, to);
      return;
    }
    const contraction = contractionOf(out, sum, a.view, b?.view ?? NONE, this.sizes);
    const table = this.reserve(contractionTableBytes(contraction));
    this.multiplyAdds += countOf(labels, this.sizes);
    this.stages.push((where) =>
      contractionSteps(this.node.engine, this.dtype, contraction, {
        a: where.address(a.place),
        b: b === undefined ? 0 : where.address(b.place),
        out: to === undefined ? where.out : where.address(to),
        scratch: where.scratch + table,
      }),
    );
  }

  #copy({ place, view }: Operand, out: readonly string[], to: Place | undefined): void {
    const sizes = out.map((label) => this.sizes.get(label)!);
    const from = out.map((label) => view.get(label)!);
    const copy = planCopy(this.elementBytes, sizes, from, stridesOf(sizes));
    const table = this.reserve(scratchOf([copy]));
    if (copy === undefined) return;
    this.stages.push((where) => {
      const target = to === undefined ? where.out : where.address(to);
      return copySteps(this.node.engine, where.scratch + table, [
        { copy, source: where.address(place), target },
      ]);
    });
  }

  /** The operand dense, with its labels in this order; those left out are summed. */
  dense(operand: Operand, labels: readonly string[]): Operand {
    const copy = this.temporary(labels);
    this.contract(operand, undefined, labels, copy.place);
    return copy;
  }
}

function planEinsum(node: NodeContext): Plan {
  node.requireDType(0, 'float32', 'float64', 'int32', 'int64');
  const dtype = node.input(0).dtype as ContractionDType;
  for (let index = 1; index < node.inputCount; index++) node.requireDType(index, dtype);
  const { operands, output, sizes } = readEquation(node);
  const planner = new Planner(node, dtype, sizes);
  const all = operands.map((labels, index): Operand => {
    const distinct = [...new Set(labels)];
    return { place: { input: index }, labels: distinct, view: viewOf(labels, node.input(index).dims) };
  });
  takeApart(planner, all, output);
  return {
    outputs: [{ dtype, dims: output.map((label) => sizes.get(label)!) }],
    scratch: planner.scratch,
    multiplyAdds: planner.multiplyAdds,
    bind(at) {
      const address = (place: Place): Address =>
        'input' in place ? at.input(place.input) : at.scratch + place.scratch;
      const where: Where = { address, scratch: at.scratch, out: at.output(0) };
      return planner.stages.flatMap((stage) => stage(where));
    },
  };
}

function takeApart(planner: Planner, operands: readonly Operand[], output: readonly string[]): void {
  let [left, ...rest] = operands as [Operand, ...Operand[]];
  if (rest.length === 0) planner.contract(left, undefined, output, undefined);
  while (rest.length > 0) {
    const [right, ...later] = rest as [Operand, ...Operand[]];
    const needed = new Set([...output, ...later.flatMap(({ labels }) => labels)]);
    const last = later.length === 0;
    const a = withoutPrivate(planner, left, right, needed);
    const b = withoutPrivate(planner, right, left, needed);
    const kept = [...new Set([...a.labels, ...b.labels])].filter((label) => needed.has(label));
    const all = [...new Set([...a.labels, ...b.labels])];
    if (planner.dtype === 'float32' && countOf(all, planner.sizes) >= SMALL) {
      left = multiply(planner, a, b, needed, last ? output : undefined);
    } else {
      left = last ? a : planner.temporary(kept);
      planner.contract(a, b, last ? output : kept, last ? undefined : left.place);
    }
    rest = later;
  }
}

/** Sums the labels that only `operand` has and nobody needs. */
function withoutPrivate(
  planner: Planner,
  operand: Operand,
  other: Operand,
  needed: ReadonlySet<string>,
): Operand {
  const kept = operand.labels.filter((label) => needed.has(label) || other.labels.includes(label));
  return kept.length === operand.labels.length ? operand : planner.dense(operand, kept);
}

/** a · b as a batched matrix product: labels of both that are needed are the batch, those of both that are not the depth.
 *  @param output - labels of the node's output, if this product makes it */
function multiply(
  planner: Planner,
  a: Operand,
  b: Operand,
  needed: ReadonlySet<string>,
  output: readonly string[] | undefined,
): Operand {
  const { sizes, node, dtype } = planner;
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = inOrder(
    shared.filter((label) => needed.has(label)),
    output,
  );
  const depth = shared.filter((label) => !needed.has(label));
  const rows = inOrder(
    a.labels.filter((label) => !shared.includes(label)),
    output,
  );
  const columns = inOrder(
    b.labels.filter((label) => !shared.includes(label)),
    output,
  );
  const left = asMatrices(planner, a, batch, rows, depth);
  const right = asMatrices(planner, b, batch, depth, columns);
  const labels = [...batch, ...rows, ...columns];
  const product = planProduct(node.engine, {
    dtype,
    batch: batch.map((label) => sizes.get(label)!),
    m: countOf(rows, sizes),
    n: countOf(columns, sizes),
    k: countOf(depth, sizes),
    a: left.matrices,
    b: right.matrices,
  });
  const direct = output !== undefined && labels.every((label, i) => label === output[i]);
  const result = direct ? undefined : planner.temporary(labels);
  const scratch = planner.reserve(product.scratch);
  planner.multiplyAdds += product.multiplyAdds;
  planner.stages.push((where) =>
    product.steps({
      a: where.address(left.operand.place),
      b: where.address(right.operand.place),
      out: result === undefined ? where.out : where.address(result.place),
      scratch: where.scratch + scratch,
      packed: 0,
    }),
  );
  if (output !== undefined && result !== undefined) planner.contract(result, undefined, output, undefined);
  return result ?? a;
}

/** Labels in the order the output has them, where there is one. */
function inOrder(labels: readonly string[], output: readonly string[] | undefined): string[] {
  if (output === undefined) return [...labels];
  return [...labels].sort((a, b) => output.indexOf(a) - output.indexOf(b));
}

function asMatrices(
  planner: Planner,
  operand: Operand,
  batch: readonly string[],
  rows: readonly string[],
  columns: readonly string[],
): { operand: Operand; matrices: { batchStrides: number[]; rowStride: number; columnStride: number } } {
  const { sizes } = planner;
  const rowStride = mergedStride(rows, operand.view, sizes);
  const columnStride = mergedStride(columns, operand.view, sizes);
  if (rowStride === undefined || columnStride === undefined) {
    const copy = planner.dense(operand, [...batch, ...rows, ...columns]);
    return asMatrices(planner, copy, batch, rows, columns);
  }
  const batchStrides = batch.map((label) => operand.view.get(label)!);
  return { operand, matrices: { batchStrides, rowStride, columnStride } };
}

export const EINSUM_OPERATORS: readonly Operator[] = [{ opType: 'Einsum', domain: '', plan: planEinsum }];
