// An activation behind a convolution goes into the convolution's last step, where its operand still is in a register:
// the attributes `activation` and `activation_params`, as com.microsoft.FusedConv has them.

import { float } from '../../ir/attributes.js';
import type { Attribute, Graph, Node } from '../../ir/model.js';
import { clipRange } from './clipRange.js';
import { FUSED_ACTIVATIONS } from './fusedActivations.js';
import { Draft, type Rewrite } from './rewrite.js';

export const fuseActivation: Rewrite = async (graph, tools): Promise<Graph> => {
  const draft = new Draft(graph, tools);
  for (const [index, node] of draft.nodes()) {
    if (node.opType !== 'Conv' || node.domain !== '' || node.attributes.has('activation')) continue;
    const reader = draft.onlyReader(node.outputs[0]);
    const parameters = reader && (await parametersOf(draft, reader.node));
    if (reader === undefined || parameters === undefined) continue;
    draft.remove(reader.index);
    const attributes = new Map<string, Attribute>([
      ...node.attributes,
      ['activation', { kind: 'string', value: new TextEncoder().encode(reader.node.opType) }],
      ['activation_params', { kind: 'floats', value: parameters }],
    ]);
    draft.replace(index, { ...node, attributes, outputs: [reader.node.outputs[0]!] });
  }
  return draft.finish();
};

/** The numbers of an activation that a convolution can do; undefined for any other node. */
async function parametersOf(draft: Draft, node: Node): Promise<readonly number[] | undefined> {
  if (node.domain !== '' || !FUSED_ACTIVATIONS.includes(node.opType)) return undefined;
  switch (node.opType) {
    case 'Clip': {
      const range = await clipRange(draft, node);
      return range && [range.low, range.high];
    }
    case 'LeakyRelu':
      return [float(node, 'alpha', 0.01)];
    case 'HardSigmoid':
      return [float(node, 'alpha', 0.2), float(node, 'beta', 0.5)];
    case 'Swish':
      return [float(node, 'alpha', 1)];
    default:
      return [];
  }
}
