// Operators that hand elements on as they are, or pick some: rounding commutes with them, so that codes go through in the same steps.

import type { Node } from '../../ir/model.js';

const MOVERS = new Set(
  `Reshape Flatten Transpose Squeeze Unsqueeze Slice Split Gather Identity Expand Tile MaxPool Concat DepthToSpace
  SpaceToDepth`.split(/\s+/),
);

/** Indices of the inputs that a mover hands on; undefined for any other node. */
export function movedInputs({
  opType,
  domain,
  inputs,
  outputs,
  attributes,
}: Node): readonly number[] | undefined {
  if (domain !== '') return undefined;
  if (opType === 'Resize') {
    const mode = attributes.get('mode');
    return mode === undefined || (mode.kind === 'string' && text(mode.value) === 'nearest') ? [0] : undefined;
  }
  if (!MOVERS.has(opType)) return undefined;
  // The places of the largest are no codes.
  if (opType === 'MaxPool' && outputs.length > 1) return undefined;
  return opType === 'Concat' ? inputs.map((_, input) => input) : [0];
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
