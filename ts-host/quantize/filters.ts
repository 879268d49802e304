// The filters that keep a node in float whatever the mode wants.

import type { Tensor } from '../ir/tensor.js';
import { elementCount } from '../ir/tensor.js';
import { matchesGlob } from './glob.js';
import type { PlanSettings } from './options.js';
import type { WeightUse } from './uses.js';

export interface Refusal {
  readonly reason: string;
  /** true: the weight itself must stay in float, for every node that shares it. */
  readonly bars: boolean;
}

/** Why the settings keep this use in float, or undefined. */
export function refusal(use: WeightUse, tensor: Tensor, settings: PlanSettings): Refusal | undefined {
  const pattern = settings.skip.find((glob) => matchesGlob(glob, use.nodeId));
  if (pattern !== undefined && use.node !== undefined) return { reason: `skipped by ${pattern}`, bars: true };
  const { opTypes, minElements, minChannels } = settings;
  if (use.node !== undefined && opTypes !== undefined && !opTypes.includes(use.node.opType)) {
    return { reason: `${use.node.opType} is not among opTypes`, bars: use.role !== undefined };
  }
  const count = elementCount(tensor.dims);
  if (count < minElements)
    return { reason: `${count} elements, fewer than minElements ${minElements}`, bars: true };
  const channels = use.role?.kind === 'conv' ? tensor.dims[use.role.channelAxis]! : minChannels;
  if (channels < minChannels) {
    return { reason: `${channels} output channels, fewer than minChannels ${minChannels}`, bars: true };
  }
  return undefined;
}
