// Operators that hand elements on as they are, or pick some: rounding commutes with them, so that codes go through in the same steps.
// And what is known of values without running anything.

import type { GraphIndex } from '../../ir/graphIndex.js';
import type { Node } from '../../ir/model.js';
import type { ClipBounds } from './clipBounds.js';

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

const NEVER_NEGATIVE = new Set(['Relu', 'Sigmoid', 'HardSigmoid', 'Softmax', 'Abs', 'Sqrt', 'Exp']);
const KEEPS_SIGN = new Set(['AveragePool', 'GlobalAveragePool', 'ReduceMean', 'Add', 'Mul']);

/** Whether a value cannot be below 0, for what the graph says.
 *  @param bounds - the lower bounds of Clip nodes, by the name of their output */
export function isNeverNegative(
  index: GraphIndex,
  value: string,
  bounds: ReadonlyMap<string, ClipBounds>,
): boolean {
  const maker = index.maker(value);
  const node = maker === undefined ? undefined : index.graph.nodes[maker]!;
  if (node === undefined || node.domain !== '') return false;
  if (NEVER_NEGATIVE.has(node.opType)) return true;
  if (node.opType === 'Clip') return (bounds.get(value)?.low ?? Number.NEGATIVE_INFINITY) >= 0;
  const operands =
    movedInputs(node) ?? (KEEPS_SIGN.has(node.opType) ? node.inputs.map((_, input) => input) : []);
  const names = operands.map((input) => node.inputs[input]!);
  return names.length > 0 && names.every((name) => isNeverNegative(index, name, bounds));
}

const AT_MOST_ONE = new Set(['Sigmoid', 'HardSigmoid', 'Softmax']);

/** A number that a value does not pass. */
export function upperBound(
  index: GraphIndex,
  value: string,
  bounds: ReadonlyMap<string, ClipBounds>,
): number {
  const maker = index.maker(value);
  const node = maker === undefined ? undefined : index.graph.nodes[maker]!;
  if (node === undefined || node.domain !== '') return Number.POSITIVE_INFINITY;
  if (AT_MOST_ONE.has(node.opType)) return 1;
  if (node.opType === 'Clip') return bounds.get(value)?.high ?? Number.POSITIVE_INFINITY;
  const moved = movedInputs(node);
  if (moved === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(...moved.map((input) => upperBound(index, node.inputs[input]!, bounds)));
}
