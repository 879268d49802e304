// What the inputs of weights are like, measured on samples: for the observers of weights, in the place of what
// normalizations tell.

import type { ActivationStatistics } from '../quantize/activations.js';
import type { ChannelSummary } from './channels.js';

export function measuredActivations(summaries: ReadonlyMap<string, ChannelSummary>): ActivationStatistics {
  return { statistics: (_scope, value) => Promise.resolve(summaries.get(value)) };
}
