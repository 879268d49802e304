// What keeps a node in float whatever the target can: the filters of the options.

import type { GraphIndex } from '../../ir/graphIndex.js';
import { elementCount } from '../../ir/tensor.js';
import { matchesGlob } from '../glob.js';
import { weightRole } from '../roles.js';
import type { StaticSettings } from './settings.js';
import type { Refuse } from './structure.js';

export function refusals(index: GraphIndex, settings: StaticSettings): Refuse {
  const { skip, opTypes, minElements, minChannels } = settings;
  return (node, id) => {
    const pattern = skip.find((glob) => matchesGlob(glob, id));
    if (pattern !== undefined) return `skipped by ${pattern}`;
    if (opTypes !== undefined && !opTypes.includes(node.opType)) return `${node.opType} is not among opTypes`;
    for (const [input, name] of node.inputs.entries()) {
      const dims = index.constant(name)?.dims;
      const role = dims && weightRole(node, input, dims.length);
      if (dims === undefined || role === undefined || role.kind === 'gather') continue;
      const count = elementCount(dims);
      if (count < minElements) return `${count} elements, fewer than minElements ${minElements}`;
      const channels = dims[role.channelAxis]!;
      if (role.kind === 'conv' && channels < minChannels) {
        return `${channels} output channels, fewer than minChannels ${minChannels}`;
      }
    }
    return undefined;
  };
}
