// Means and variances along one axis, and the steps that normalise with them: what the normalisations share that are not
// row by row. Both are float64 in scratch memory.

import type { KernelExports } from '../../wasm/kernel-exports.js';
import { affine, type ChannelView, deviations } from '../../wasm/kernels/execute/normalize.js';
import { type AxisView, Fold, finish, fold } from '../../wasm/kernels/execute/reduce.js';
import type { Step } from '../operator.js';
import type { Address } from '../value.js';
import { piecesOf, STEP_ELEMENTS } from './views.js';

/** Steps that write outer · inner float64 means and as many variances of float32 x. Long axes are folded in parts. */
export function momentSteps(
  kernels: KernelExports,
  x: Address,
  means: Address,
  variances: Address,
  view: AxisView,
): Step[] {
  const pieces = piecesOf(view);
  const count = view.outer * view.inner;
  const sums = pieces.map(({ view: part, from, to, more }) => () => {
    fold(kernels, 'float32', Fold.sum, x + from * 4, means + to * 8, part, more);
  });
  const spreads = pieces.map(({ view: part, from, to, more }) => () => {
    deviations(kernels, x + from * 4, means + to * 8, variances + to * 8, part, more);
  });
  return [
    ...sums,
    () => finish(kernels, 'float64', means, means, count, view.axis),
    ...spreads,
    () => finish(kernels, 'float64', variances, variances, count, view.axis),
  ];
}

/** Steps of `affine` over all of x, with `count` parameters at `from`. */
export function affineSteps(
  kernels: KernelExports,
  x: Address,
  from: Address,
  count: number,
  out: Address,
  view: ChannelView,
): Step[] {
  return channelParts(view).map(({ part, first, offset }) => () => {
    affine(kernels, x + offset * 4, from, count, first, out + offset * 4, part);
  });
}

interface ChannelPart {
  readonly part: ChannelView;
  /** Parameters, and elements, before it. */
  readonly first: number;
  readonly offset: number;
}

/** A view in parts of at most STEP_ELEMENTS elements, as far as groups, rows or channels can be parted. */
function channelParts(view: ChannelView): ChannelPart[] {
  const { groups, outer, channels, inner } = view;
  const dim = groups > 1 ? 'groups' : outer > 1 ? 'outer' : 'channels';
  const each = (groups * outer * channels * inner) / Math.max(1, view[dim]);
  const many = Math.max(1, Math.floor(STEP_ELEMENTS / Math.max(1, each)));
  // Channels that are the last dim are one row of parameters: they stay together.
  if (view[dim] <= many || (dim === 'channels' && inner === 1)) return [{ part: view, first: 0, offset: 0 }];
  const parts: ChannelPart[] = [];
  for (let n = 0; n < view[dim]; n += many) {
    const whole = { ...view, [dim]: Math.min(many, view[dim] - n) };
    const first = dim === 'groups' ? n * channels : dim === 'channels' ? n : 0;
    const start = { first, offset: n * each };
    if (whole[dim] > 1) parts.push({ part: whole, ...start });
    else {
      for (const { part, first: at, offset } of channelParts(whole)) {
        parts.push({ part, first: first + at, offset: start.offset + offset });
      }
    }
  }
  return parts;
}
