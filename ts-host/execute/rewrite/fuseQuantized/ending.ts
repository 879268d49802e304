// What follows a node until its result is codes: nothing but a Relu or Clip, and QuantizeLinear. Rounding is monotone, so that
// codes clamped to the codes of the bounds are the codes of the clamped values:
//
//   Q(clip(y, low, high)) = clamp(Q(y), Q(low), Q(high))        the attributes code_min and code_max

import { intAttribute } from '../../../ir/attributes.js';
import { CODE_RANGE } from '../../../ir/dtype.js';
import type { Attribute, Node } from '../../../ir/model.js';
import { clipRange } from '../clipRange.js';
import { isByte, isSame, type Parameters, parametersOf, quantizedType } from './parameters.js';
import { Refusal, type Site } from './site.js';

export interface Ending extends Parameters {
  readonly dtype: 'int8' | 'uint8';
  /** The name of the codes. */
  readonly output: string;
  /** Other names of the same codes. */
  readonly twins: readonly string[];
  /** Indices of the nodes that the integer node does, too. */
  readonly absorbed: readonly number[];
  /** code_min and code_max, where they are narrower than the type. */
  readonly clamp: Readonly<Record<string, Attribute>>;
}

interface Range {
  readonly low: number;
  readonly high: number;
}

const ALL: Range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

export const isQuantize = ({ opType, domain }: Node): boolean =>
  opType === 'QuantizeLinear' && (domain === '' || domain === 'com.microsoft');

/** The ending behind a float value; a reason where its result stays in float. */
export async function findEnding(site: Site, value: string): Promise<Ending | string> {
  try {
    return await requireEnding(site, value);
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

/** As {@link findEnding}. @throws Refusal */
export async function requireEnding(site: Site, value: string, range = ALL): Promise<Ending> {
  const { index, graph } = site;
  if (index.isOutput(value)) site.refuse('its result is a float output of the model');
  if (site.tools.watched.has(value)) site.refuse('its float result is watched');
  const readers = index.readers(value);
  const nodes = readers.map((at) => graph.nodes[at]!);
  if (nodes.length === 0) site.refuse('nobody reads its result');
  if (nodes.every((node) => isQuantize(node) && node.inputs[0] === value)) {
    return quantized(site, readers, range);
  }
  const clip = nodes.length === 1 ? await bounds(site, nodes[0]!, value) : undefined;
  if (clip === undefined) {
    const reader = nodes.find((node) => !isQuantize(node))!;
    return site.refuse(`its result is read in float by ${reader.opType}`);
  }
  const clipped = (bound: number): number => Math.min(Math.max(bound, clip.low), clip.high);
  const both = { low: clipped(range.low), high: clipped(range.high) };
  const ending = await requireEnding(site, nodes[0]!.outputs[0]!, both);
  return { ...ending, absorbed: [readers[0]!, ...ending.absorbed] };
}

async function quantized(site: Site, readers: readonly number[], range: Range): Promise<Ending> {
  const all: Parameters[] = [];
  for (const at of readers) {
    const node = site.graph.nodes[at]!;
    all.push(await parametersOf(site, site.ids[at]!, node, quantizedType(node)));
  }
  const [first] = all as [Parameters];
  if (first.axis !== undefined) site.refuse('its result has scales along an axis');
  if (!isByte(first.dtype)) return site.refuse(`the codes of its result are ${first.dtype}`);
  if (!all.every((each) => isSame(each, first))) site.refuse('its result is quantized in two ways');
  const [output = '', ...twins] = readers.map((at) => site.graph.nodes[at]!.outputs[0]!);
  const { dtype } = first;
  return { ...first, dtype, output, twins, absorbed: readers, clamp: clampOf(first, dtype, range) };
}

/** The bounds of a Relu or Clip of `value`. */
async function bounds(site: Site, node: Node, value: string): Promise<Range | undefined> {
  if (node.domain !== '' || node.inputs[0] !== value) return undefined;
  if (node.opType === 'Relu') return { low: 0, high: Number.POSITIVE_INFINITY };
  if (node.opType !== 'Clip') return undefined;
  const range = await clipRange(site, node);
  return range === undefined || Number.isNaN(range.low) || Number.isNaN(range.high) ? undefined : range;
}

function clampOf(
  { scales, zeroPoints }: Parameters,
  dtype: 'int8' | 'uint8',
  { low, high }: Range,
): Ending['clamp'] {
  const [least, most] = CODE_RANGE[dtype];
  const codeOf = (bound: number): number => {
    const code = halfToEven(Math.fround(bound / scales[0]!)) + zeroPoints[0]!;
    return Math.min(most, Math.max(least, code));
  };
  const [min, max] = [codeOf(low), codeOf(high)];
  return {
    ...(min > least ? { code_min: intAttribute(min) } : {}),
    ...(max < most ? { code_max: intAttribute(max) } : {}),
  };
}

/** The nearest integer; the even one of two. Exact, for x − floor(x) is. */
function halfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest > 0.5 ? floor + 1 : floor;
}
