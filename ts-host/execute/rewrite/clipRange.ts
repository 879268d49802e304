// The bounds of a Clip whose bounds are constant: attributes before opset 11, inputs after.

import { float } from '../../ir/attributes.js';
import type { Node } from '../../ir/model.js';
import type { Draft } from './rewrite.js';

/** undefined when a bound is not constant, or no float32. */
export async function clipRange(
  draft: Pick<Draft, 'float'> & { readonly tools: Pick<Draft['tools'], 'opsets'> },
  node: Node,
): Promise<{ low: number; high: number } | undefined> {
  const [, min, max] = node.inputs;
  if ((draft.tools.opsets.get('') ?? 0) < 11) {
    const [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return { low: float(node, 'min', low), high: float(node, 'max', high) };
  }
  const low = min ? await draft.float(min) : Number.NEGATIVE_INFINITY;
  const high = max ? await draft.float(max) : Number.POSITIVE_INFINITY;
  return low === undefined || high === undefined ? undefined : { low, high };
}
