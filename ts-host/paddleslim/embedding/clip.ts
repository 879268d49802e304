// Where a table is clipped before it is quantized: at the threshold that is given, else, where some |w| is 1 or more, at the
// 99.99th percentile of |w| as NumPy has it: between the two values around rank 0.9999 · (n − 1).

import type { RunContext } from '../../context.js';
import { intAttribute } from '../../ir/attributes.js';
import { elementCount, type Tensor } from '../../ir/tensor.js';
import { constant, type Engines, node, runOver } from '../smallGraph.js';

const PERCENTILE = 0.9999;

/** @param most - the largest |w|
 *  @param given - a threshold that the user wants */
export async function clipOf(
  engines: Engines,
  table: Tensor,
  most: number,
  given: number | undefined,
  context: RunContext,
): Promise<number> {
  if (given !== undefined) return Math.min(given, most);
  return most < 1 ? most : percentileOf(engines, table, context);
}

async function percentileOf(engines: Engines, table: Tensor, context: RunContext): Promise<number> {
  const count = elementCount(table.dims, table.name);
  const rank = PERCENTILE * (count - 1);
  const below = Math.floor(rank);
  // Counted from the largest: as many values as lie at or above the lower of the two.
  const kept = count - below;
  const graph = {
    nodes: [
      node('Reshape', ['w', 'flat'], 'list'),
      node('Abs', ['list'], 'size'),
      { ...node('TopK', ['size', 'k'], 'largest', { axis: intAttribute(0) }), outputs: ['largest', ''] },
    ],
    constants: [
      constant('flat', 'int64', [1], BigInt64Array.of(-1n)),
      constant('k', 'int64', [1], BigInt64Array.of(BigInt(kept))),
    ],
    output: { name: 'largest', dtype: 'float32', dims: [kept] },
  } as const;
  const { data } = await runOver(engines, table, graph, context);
  const low = Number(data[kept - 1]);
  const high = Number(data[Math.max(0, kept - 2)]);
  return low + (high - low) * (rank - below);
}
