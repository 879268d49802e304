// MeanVarianceNormalization, over any dims that leave at most two groups of neighbouring dims, and LpNormalization along
// one axis. Both have no scale: y = (x − mean) / (deviation + 1e-9), y = x / norm (0 where the norm is 0).

import { Factor, joinMoments, parameters } from '../../wasm/kernels/execute/normalize.js';
import { type AxisView, Fold, fold } from '../../wasm/kernels/execute/reduce.js';
import type { NodeContext } from '../node.js';
import type { Plan, PlannedOperator, Step } from '../operator.js';
import { affineSteps, momentSteps } from '../reduction/moments.js';
import { passesOf, piecesOf, viewOf } from '../reduction/views.js';

export const MEAN_VARIANCE_OPERATORS: readonly PlannedOperator[] = [
  { opType: 'MeanVarianceNormalization', domain: '', plan: planMeanVariance },
  { opType: 'LpNormalization', domain: '', plan: planLp },
];

function planMeanVariance(node: NodeContext): Plan {
  node.requireDType(0, 'float32');
  const { dtype, dims } = node.input(0);
  const axes = node.intList('axes') ?? [0, 2, 3];
  const gone = new Set(axes.map((axis) => node.axis(axis, dims.length)));
  const { repeats, groups, outer, channels, inner } = placesOf(node, dims, gone);
  const passes = passesOf(dims, gone);
  const count = groups * channels;
  // Means, then variances, of every pass; then the parameters.
  const starts = [0];
  for (const view of passes) starts.push(starts.at(-1)! + view.outer * view.inner * 16);
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype, dims }],
    scratch: starts.at(-1)! + count * 12,
    inPlace: [0],
    bind: (at) => {
      const moments = passes.map((view, i) => {
        const means = at.scratch + starts[i]!;
        return { view, means, variances: means + view.outer * view.inner * 8 };
      });
      const steps: Step[] = [];
      for (const [i, { view, means, variances }] of moments.entries()) {
        const before = moments[i - 1];
        if (before === undefined) steps.push(...momentSteps(kernels, at.input(0), means, variances, view));
        else steps.push(() => joinMoments(kernels, before.means, before.variances, means, variances, view));
      }
      const { means, variances } = moments.at(-1)!;
      const from = at.scratch + starts.at(-1)!;
      const factor = Factor.outside;
      steps.push(() =>
        parameters(kernels, { means, variances, scale: 0, bias: 0, out: from, count, epsilon: 1e-9, factor }),
      );
      const each = groups * outer * channels * inner * 4;
      for (let n = 0; n < repeats; n++) {
        const [x, out] = [at.input(0) + n * each, at.output(0) + n * each];
        steps.push(...affineSteps(kernels, x, from, count, out, { groups, outer, channels, inner }));
      }
      return steps;
    },
  };
}

interface Places {
  readonly repeats: number;
  readonly groups: number;
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}

/** The dims as [repeats, groups, outer, channels, inner], of which groups and channels stay. */
function placesOf(node: NodeContext, dims: readonly number[], gone: ReadonlySet<number>): Places {
  const sizes: number[] = [];
  let at = dims.length - 1;
  for (const goes of [true, false, true, false, true]) {
    let size = 1;
    while (at >= 0 && (gone.has(at) === goes || dims[at] === 1)) size *= dims[at--]!;
    sizes.push(size);
  }
  if (at >= 0) node.fail(`axes [${[...gone].join(', ')}] of [${dims.join(', ')}] are too scattered`);
  const [inner, channels, outer, groups, repeats] = sizes as [number, number, number, number, number];
  return { repeats, groups, outer, channels, inner };
}

function planLp(node: NodeContext): Plan {
  node.requireDType(0, 'float32');
  const { dtype, dims } = node.input(0);
  const view = viewOf(dims, node.axis(node.int('axis', -1), dims.length));
  const p = node.int('p', 2);
  if (p !== 1 && p !== 2) node.fail(`p is ${p}, can be 1 or 2`);
  const count = view.outer * view.inner;
  return {
    outputs: [{ dtype, dims }],
    scratch: count * 20,
    inPlace: [0],
    bind: (at) => lpSteps(node, at.input(0), at.output(0), at.scratch, view, p),
  };
}

function lpSteps(node: NodeContext, x: number, out: number, norms: number, view: AxisView, p: 1 | 2): Step[] {
  const { kernels } = node.engine;
  const { outer, axis, inner } = view;
  const count = outer * inner;
  const from = norms + count * 8;
  const op = p === 1 ? Fold.sumAbs : Fold.sumSquare;
  const factor = p === 1 ? Factor.plain : Factor.root;
  const folds = piecesOf(view).map(({ view: part, from: first, to, more }) => () => {
    fold(kernels, 'float32', op, x + first * 4, norms + to * 8, part, more);
  });
  const channels =
    inner === 1
      ? { groups: 1, outer: 1, channels: outer, inner: axis }
      : { groups: outer, outer: axis, channels: inner, inner: 1 };
  const given = { means: 0, variances: norms, scale: 0, bias: 0, out: from, count, epsilon: 0, factor };
  return [...folds, () => parameters(kernels, given), ...affineSteps(kernels, x, from, count, out, channels)];
}
