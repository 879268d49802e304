// LayerNormalization, RMSNormalization and onnxruntime's kin: the dims from `axis` on are a row, normalised to mean 0 and
// variance 1 (or to a mean square of 1), scaled and shifted element by element. Statistics are float64, whatever
// stash_type asks for; the outputs for means and inverse deviations are float32.

import { addRows, layerNormRows } from '../../wasm/kernels/execute/normalize.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Plan, PlannedOperator, Step } from '../operator.js';
import { product, STEP_ELEMENTS } from '../reduction/views.js';
import type { Address, TensorType } from '../value.js';

type Kind = 'layer' | 'simplified' | 'rms';

export const LAYER_NORMS: readonly PlannedOperator[] = [
  ...['', 'com.microsoft'].flatMap((domain): PlannedOperator[] => [
    { opType: 'LayerNormalization', domain, plan: (node) => planLayerNorm(node, 'layer') },
    { opType: 'SimplifiedLayerNormalization', domain, plan: (node) => planLayerNorm(node, 'simplified') },
  ]),
  { opType: 'RMSNormalization', domain: '', plan: (node) => planLayerNorm(node, 'rms') },
  { opType: 'SkipLayerNormalization', domain: 'com.microsoft', plan: (node) => planSkip(node, false) },
  {
    opType: 'SkipSimplifiedLayerNormalization',
    domain: 'com.microsoft',
    plan: (node) => planSkip(node, true),
  },
];

function planLayerNorm(node: NodeContext, kind: Kind): Plan {
  node.requireDType(0, 'float32');
  const { dtype, dims } = node.input(0);
  const axis = node.axis(node.int('axis', -1), dims.length);
  const [rowDims, length] = [dims.slice(0, axis), product(dims.slice(axis))];
  requireRow(node, 1, dims.slice(axis));
  const biased = kind === 'layer' && node.has(2);
  if (biased) requireRow(node, 2, dims.slice(axis));
  const rows = product(rowDims);
  const epsilon = Math.fround(node.float('epsilon', 1e-5));
  const statistic: TensorType = { dtype: 'float32', dims: [...rowDims, ...dims.slice(axis).map(() => 1)] };
  const statistics = kind === 'layer' ? 2 : kind === 'simplified' ? 1 : 0;
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype, dims }, ...Array<TensorType>(statistics).fill(statistic)].slice(
      0,
      Math.max(1, node.outputCount),
    ),
    inPlace: [0],
    bind: (at) => {
      const wanted = (index: number): Address => (node.wants(index) ? at.output(index) : 0);
      const means = kind === 'layer' ? wanted(1) : 0;
      const inverses = kind === 'layer' ? wanted(2) : kind === 'simplified' ? wanted(1) : 0;
      const [scale, bias] = [at.input(1), biased ? at.input(2) : 0];
      return rowSteps(rows, length, (first, count) => {
        const offset = first * length * 4;
        layerNormRows(kernels, {
          ...{ x: at.input(0) + offset, scale, bias, out: at.output(0) + offset, rows: count, length },
          ...{ epsilon, rms: kind !== 'layer' },
          ...{ means: means && means + first * 4, inverses: inverses && inverses + first * 4 },
        });
      });
    },
  };
}

/** An input must have the dims of a row; ones in front do not matter. */
function requireRow(node: NodeContext, index: number, row: readonly number[]): void {
  node.requireDType(index, 'float32');
  const { dims } = node.input(index);
  const front = dims.slice(0, Math.max(0, dims.length - row.length));
  const own = dims.slice(front.length);
  const same = own.length === row.length && own.every((dim, i) => dim === row[i]);
  if (same && front.every((dim) => dim === 1)) return;
  node.fail(`input ${index} is [${dims.join(', ')}], needs the normalised dims [${row.join(', ')}]`);
}

/** Steps over whole rows, of at most STEP_ELEMENTS elements. */
function rowSteps(rows: number, length: number, body: (first: number, count: number) => void): Step[] {
  const many = Math.max(1, Math.floor(STEP_ELEMENTS / Math.max(1, length)));
  const steps: Step[] = [];
  for (let first = 0; first < rows; first += many) {
    steps.push(() => body(first, Math.min(many, rows - first)));
  }
  return steps;
}

/** Inputs: x, skip, scale, then a bias of the normalisation (not of the simplified one) and one of the sum. Outputs: y,
 *  means, inverse deviations, the sum x + skip + bias. */
function planSkip(node: NodeContext, simplified: boolean): Plan {
  node.requireDType(0, 'float32');
  node.requireDType(1, 'float32');
  const { dtype, dims } = node.input(0);
  if (dims.length !== 2 && dims.length !== 3) node.fail(`input 0 has ${dims.length} dims, needs 2 or 3`);
  const length = dims.at(-1)!;
  const rows = product(dims.slice(0, -1));
  const skipRows = rowsOfSkip(node, dims);
  const [biasAt, sumBiasAt] = simplified ? [-1, 3] : [3, 4];
  for (const index of [2, 3, 4]) if (node.has(index)) requireRow(node, index, [length]);
  node.input(2);
  const statistic: TensorType = { dtype: 'float32', dims: [...dims.slice(0, -1), 1] };
  const outputs = [{ dtype, dims }, statistic, statistic, { dtype, dims }];
  return {
    outputs: outputs.slice(0, Math.max(1, node.outputCount)),
    bind: (at) => {
      const inputOr0 = (index: number): Address => (node.has(index) ? at.input(index) : 0);
      const biases = [biasAt < 0 ? 0 : inputOr0(biasAt), inputOr0(sumBiasAt)] as const;
      return skipSteps(node, at, { rows, length, skipRows, simplified }, biases);
    },
  };
}

/** skip has the dims of x, or those of one batch of it. */
function rowsOfSkip(node: NodeContext, dims: readonly number[]): number {
  const skip = node.input(1).dims;
  const own = skip.length === 3 && dims.length === 3 && skip[0] === 1 ? skip.slice(1) : skip;
  const fits = (wanted: readonly number[]): boolean =>
    own.length === wanted.length && own.every((dim, i) => dim === wanted[i]);
  if (fits(dims) || (dims.length === 3 && fits(dims.slice(1)))) return Math.max(1, product(own.slice(0, -1)));
  return node.fail(`input 1 is [${skip.join(', ')}], which is no skip for [${dims.join(', ')}]`);
}

interface SkipRows {
  readonly rows: number;
  readonly length: number;
  readonly skipRows: number;
  readonly simplified: boolean;
}

function skipSteps(
  node: NodeContext,
  at: Addresses,
  { rows, length, skipRows, simplified }: SkipRows,
  [bias, sumBias]: readonly [Address, Address],
): Step[] {
  const { kernels } = node.engine;
  const epsilon = Math.fround(node.float('epsilon', 1e-12));
  const [x, skip, scale, out] = [at.input(0), at.input(1), at.input(2), at.output(0)];
  const sums = node.wants(3) ? at.output(3) : out;
  const [means, inverses] = [1, 2].map((index) => (node.wants(index) ? at.output(index) : 0)) as [
    Address,
    Address,
  ];
  // A step starts where skip starts again, so that its first row meets skip's first.
  const batches = rows / skipRows;
  return rowSteps(Math.ceil(batches), skipRows * length, (batch, count) => {
    const [first, many] = [batch * skipRows, count * skipRows];
    const offset = first * length * 4;
    addRows(kernels, x + offset, skip, sumBias, sums + offset, many, length, skipRows);
    layerNormRows(kernels, {
      ...{ x: sums + offset, scale, bias, out: out + offset, rows: many, length, epsilon, rms: simplified },
      ...{ means: means && means + first * 4, inverses: inverses && inverses + first * 4 },
    });
  });
}
