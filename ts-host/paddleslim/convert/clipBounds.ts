// The bounds of Clip nodes, where they are constant.

import type { RunContext } from '../../context.js';
import type { Graph } from '../../ir/model.js';
import { readAll } from '../../ir/tensor.js';

/** Infinite where there is none, or where it is computed. */
export interface ClipBounds {
  readonly low: number;
  readonly high: number;
}

/** By the name of their output. */
export async function clipBounds(graph: Graph, context: RunContext): Promise<Map<string, ClipBounds>> {
  const read = async (name: string | undefined, absent: number): Promise<number> => {
    const tensor = name ? graph.initializers.get(name) : undefined;
    if (tensor?.dtype !== 'float32' || tensor.data.byteLength !== 4) return absent;
    return new Float32Array((await readAll(tensor.data, context)).slice().buffer)[0]!;
  };
  const bounds = new Map<string, ClipBounds>();
  for (const { opType, domain, inputs, outputs } of graph.nodes) {
    if (opType !== 'Clip' || domain !== '') continue;
    const low = await read(inputs[1], Number.NEGATIVE_INFINITY);
    const high = await read(inputs[2], Number.POSITIVE_INFINITY);
    bounds.set(outputs[0]!, { low, high });
  }
  return bounds;
}
