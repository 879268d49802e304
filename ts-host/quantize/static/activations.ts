// Relu and Clip behind an integer operator: they bound its result, and where the codes cannot leave the bounds they need not
// run at all.

import type { RunContext } from '../../context.js';
import { Breather } from '../../io/breather.js';
import type { GraphIndex } from '../../ir/graphIndex.js';
import type { Node } from '../../ir/model.js';
import { readAll, type Tensor } from '../../ir/tensor.js';

/** low <= 0 <= high; infinite where there is no bound. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** The bounds of the Relu and Clip nodes of a graph, by node index. A Clip whose bounds are computed, or exclude 0, is none. */
export async function boundsOf(index: GraphIndex, context: RunContext): Promise<Map<number, Bounds>> {
  const bounds = new Map<number, Bounds>();
  for (const [at, node] of index.graph.nodes.entries()) {
    const found = await boundsOfNode(node, index, context);
    if (found !== undefined) bounds.set(at, found);
    await Breather.of(context).breathe();
  }
  return bounds;
}

async function boundsOfNode(node: Node, index: GraphIndex, context: RunContext): Promise<Bounds | undefined> {
  if (node.domain !== '') return undefined;
  if (node.opType === 'Relu') return { low: 0, high: Number.POSITIVE_INFINITY };
  if (node.opType !== 'Clip') return undefined;
  const [, min, max] = node.inputs;
  const low = min ? await scalar(index.constant(min), context) : Number.NEGATIVE_INFINITY;
  const high = max ? await scalar(index.constant(max), context) : Number.POSITIVE_INFINITY;
  return low !== undefined && high !== undefined && low <= 0 && high > 0 ? { low, high } : undefined;
}

async function scalar(tensor: Tensor | undefined, context: RunContext): Promise<number | undefined> {
  if (tensor?.dtype !== 'float32' || tensor.data.byteLength !== 4) return undefined;
  const { buffer, byteOffset } = await readAll(tensor.data, context);
  return new DataView(buffer, byteOffset).getFloat32(0, true);
}

export const sameBounds = (a: Bounds | undefined, b: Bounds | undefined): boolean =>
  a?.low === b?.low && a?.high === b?.high;
