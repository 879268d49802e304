// How the values that a node makes are read.

import type { GraphIndex } from '../../ir/graphIndex.js';
import { type CodeRange, type ConvertState, isSameRange } from './step.js';

/** The codes that all who read values read them as; undefined where there are no such. */
export function rangeOfReaders(
  index: GraphIndex,
  reads: ConvertState['reads'],
  values: readonly string[],
): CodeRange | undefined {
  const ranges = values.flatMap((value) =>
    index.isOutput(value)
      ? [undefined]
      : index.readers(value).map((at) => reads.get(index.graph.nodes[at]!.name)?.get(value)),
  );
  const [first] = ranges;
  return first !== undefined && ranges.every((range) => range && isSameRange(range, first))
    ? first
    : undefined;
}
