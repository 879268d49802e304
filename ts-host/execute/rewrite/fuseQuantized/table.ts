// What is computed of one value, element by element, is a function from 256 codes to codes: a table. It is made of the nodes
// themselves, over all codes, once, when constants are computed:
//
//   all 256 codes ─► DQ ─► the nodes ─► Q ─► table          c ─► CodeLookup(table) ─► k
//
// so that it is what the nodes one by one give, bit for bit.

import { isElementwise } from '../../../ir/elementwise.js';
import type { Node } from '../../../ir/model.js';
import { elementCount } from '../../../ir/tensor.js';
import { type Ending, findEnding } from './ending.js';
import { isByte, isDequantize, isSame, type Parameters } from './parameters.js';
import { type ByteCodes, type Codes, integerNode, pair, type Site } from './site.js';

const LOOKUP = ['octavo', 'CodeLookup'] as const;

/** Nodes behind the first that are looked at. */
const REACH = 24;

export interface Table {
  readonly nodes: readonly Node[];
  readonly ending: Ending;
  /** Indices of the nodes that are in the table. */
  readonly members: readonly number[];
}

/** The table that begins with a node; a reason where there is none, undefined where its inputs are none of a table. */
export async function tableFrom(site: Site, at: number): Promise<Table | string | undefined> {
  const node = site.graph.nodes[at]!;
  if (!isElementwise(node)) return undefined;
  const others = new Set(node.inputs.filter((name) => name !== '' && !isScalar(site, name)));
  const [name = ''] = others;
  const x = site.codes.get(name);
  if (others.size !== 1 || x === undefined || !isByte(x.dtype) || x.axis !== undefined) return undefined;
  const wide = await endOf(site, membersFrom(site, at, name));
  const found = typeof wide === 'string' ? await endOf(site, [at]) : wide;
  if (typeof found === 'string') return found;
  const { members, ending } = found;
  const steps = members.map((member) => site.graph.nodes[member]!);
  return { members, ending, nodes: tableNodes(site, site.ids[at]!, x as ByteCodes, { name, steps }, ending) };
}

/** A table that only goes from one scale to another; undefined where codes are not 8-bit codes under one scale. */
export function requantize(
  site: Site,
  id: string,
  from: Codes,
  to: Parameters,
  output: string,
): readonly Node[] | undefined {
  // Under equal scales Q(DQ(c)) = c: |c − z| ≤ 255, so both roundings together move it by less than 2⁻¹⁴ of a step.
  if (isByte(from.dtype) && isSame(from, to))
    return [integerNode(id, ['', 'Identity'], [from.codes], [output])];
  if (!isByte(from.dtype) || !isByte(to.dtype) || from.axis !== undefined || to.axis !== undefined)
    return undefined;
  return tableNodes(site, id, from as ByteCodes, { name: '', steps: [] }, { ...to, output });
}

/** Whether a value is a constant of one element, dequantized maybe: that may come later in the order of nodes. */
function isScalar({ index, graph }: Site, name: string): boolean {
  const at = index.maker(name);
  const node = at === undefined ? undefined : graph.nodes[at]!;
  const constant = index.constant(node !== undefined && isDequantize(node) ? node.inputs[0] : name);
  return constant !== undefined && elementCount(constant.dims) === 1;
}

/** The nodes behind one that compute of the same value and of nothing else. */
function membersFrom(site: Site, at: number, x: string): number[] {
  const { nodes } = site.graph;
  const made = new Set([nodes[at]!.outputs[0]!]);
  const members = [at];
  for (let next = at + 1; next < Math.min(nodes.length, at + REACH); next++) {
    const node = nodes[next]!;
    const isKnown = (name: string): boolean =>
      name === '' || name === x || made.has(name) || isScalar(site, name);
    if (!isElementwise(node) || !node.inputs.some((name) => made.has(name))) continue;
    if (!node.inputs.every(isKnown)) continue;
    members.push(next);
    made.add(node.outputs[0]!);
  }
  return members;
}

/** The ending of nodes of which nobody reads but the last one's result. */
async function endOf(
  site: Site,
  members: readonly number[],
): Promise<{ members: readonly number[]; ending: Ending } | string> {
  const { index, graph, tools } = site;
  const ends = members.filter((member) => {
    const name = graph.nodes[member]!.outputs[0]!;
    const readers = index.readers(name);
    return index.isOutput(name) || tools.watched.has(name) || !readers.every((at) => members.includes(at));
  });
  const [end] = ends;
  if (end === undefined || ends.length > 1) return 'its result has several readers';
  const ending = await findEnding(site, graph.nodes[end]!.outputs[0]!);
  if (typeof ending === 'string') return ending;
  return Object.keys(ending.clamp).length > 0 ? 'its result is clamped' : { members, ending };
}

interface Steps {
  /** The value that the codes stand for. */
  readonly name: string;
  readonly steps: readonly Node[];
}

function tableNodes(
  site: Site,
  id: string,
  x: ByteCodes,
  { name, steps }: Steps,
  ending: Parameters & Pick<Ending, 'output'>,
): Node[] {
  const renamed = new Map<string, string>();
  const fresh = (given: string): string => {
    const made = site.tools.fresh(`${ending.output}_table`);
    renamed.set(given, made);
    return made;
  };
  const nodes = [
    integerNode('', ['', 'DequantizeLinear'], [site.allCodes(x.dtype), ...pair(x)], [fresh(name)]),
  ];
  for (const step of steps) {
    const inputs = step.inputs.map((input) => renamed.get(input) ?? input);
    nodes.push({ ...step, inputs, outputs: [fresh(step.outputs[0]!)] });
  }
  const table = site.tools.fresh(`${ending.output}_table`);
  const last = steps.length === 0 ? renamed.get(name)! : nodes.at(-1)!.outputs[0]!;
  nodes.push(integerNode('', ['', 'QuantizeLinear'], [last, ...pair(ending)], [table]));
  const before = site.lookups.get(x.codes);
  const inputs: readonly [string, string] =
    before === undefined ? [x.codes, table] : [before[0], site.tools.fresh(table)];
  // A table of what a table gave is one table: it is looked up in the other one, as a constant.
  if (before !== undefined) nodes.push(integerNode('', LOOKUP, [before[1], table], [inputs[1]]));
  site.lookups.set(ending.output, inputs);
  return [...nodes, integerNode(id, LOOKUP, inputs, [ending.output])];
}
