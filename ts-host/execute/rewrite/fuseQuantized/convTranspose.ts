// ConvTranspose: a QLinearConv of s² times the channels, DepthToSpace and a Slice of the codes (ir/subPixel.ts). Every sum is the
// same sum of integers. The weight is rearranged by nodes over constants, once:
//
//   [C, M, kh, kw] ─► Pad ─► [C, M, th, s, tw, s] ─► taps backwards ─► [s, s, M, C, th, tw] ─► [s² · M, C, th, tw]

import { intAttribute, intsAttribute } from '../../../ir/attributes.js';
import type { Node } from '../../../ir/model.js';
import { type SubPixel, subPixel } from '../../../ir/subPixel.js';
import { biasCodes } from './bias.js';
import { requireEnding } from './ending.js';
import type { Rule } from './rule.js';
import { type Codes, integerNode, pair, type Site, triple } from './site.js';
import { requireRoom } from './sums.js';

/** From it on Pad takes its pads as an input, and DepthToSpace has a mode. */
const LEAST_OPSET = 11;

export const convTranspose: Rule = async (site, { id, node }) => {
  const x = site.one(node, 0);
  const weight = site.operand(node, 1);
  const { dims } = weight;
  if (weight.dtype === 'int32' || dims === undefined) return site.refuse('its weight is computed');
  if (weight.axis !== undefined && weight.axis !== 1)
    site.refuse(`its weight has scales along axis ${weight.axis}`);
  const how = site.opset < LEAST_OPSET ? `its opset is ${site.opset}` : subPixel(node, dims);
  if (typeof how === 'string') return site.refuse(how);
  const isPadded = how.added.some((each) => each > 0);
  if (isPadded && Array.from(weight.zeroPoints).some((each) => each !== 0))
    site.refuse('its weight has zero points');
  requireRoom(site, x, weight, dims[1]!, (node.inputs[2] ?? '') !== '');
  const ending = await requireEnding(site, node.outputs[0]!);
  const bias = await biasCodes(site, node.inputs[2] ?? '', x, weight, ending.scales[0]!);
  const build = new Build(site, id);
  const times = how.stride ** 2;
  const codes = build.weight(weight, dims, how);
  const inputs = [
    ...triple(x),
    codes,
    ...pair(weight).map((name) => (weight.axis === undefined ? name : build.tiled(name, times))),
    ...pair(ending),
    ...(bias === '' ? [] : [build.tiled(bias, times)]),
  ];
  const [th, tw] = how.taps.map((each) => each - 1) as [number, number];
  const attributes = { pads: intsAttribute([th, tw, th, tw]), ...ending.clamp };
  const isCut = [...how.before, ...how.behind].some((each) => each > 0);
  const phases = site.tools.fresh(`${ending.output}_phases`);
  const whole = isCut ? site.tools.fresh(`${ending.output}_whole`) : ending.output;
  const blocks = { blocksize: intAttribute(how.stride) };
  return {
    before: build.nodes,
    node: integerNode(id, ['', 'QLinearConv'], inputs, [phases], attributes),
    after: [
      integerNode('', ['', 'DepthToSpace'], [phases], [whole], blocks),
      ...(isCut ? [slice(site, whole, ending.output, how)] : []),
    ],
    ending,
  };
};

/** The rows and columns of the result. */
function slice(site: Site, whole: string, output: string, { before, behind }: SubPixel): Node {
  const ends = behind.map((each) => (each === 0 ? ALL : -each));
  return integerNode(
    '',
    ['', 'Slice'],
    [whole, ...[before, ends, [2, 3]].map((list) => int64s(site, list))],
    [output],
  );
}

/** An end that no axis reaches. */
const ALL = 2 ** 31 - 1;

const int64s = (site: Site, list: readonly number[]): string =>
  site.constant('list', { dtype: 'int64', dims: [list.length] }, BigInt64Array.from(list, BigInt));

/** Nodes over constants. */
class Build {
  readonly nodes: Node[] = [];
  readonly #site: Site;
  readonly #hint: string;

  constructor(site: Site, id: string) {
    this.#site = site;
    this.#hint = `${id}_constant`;
  }

  weight({ codes }: Codes, dims: readonly number[], { stride, taps, added }: SubPixel): string {
    const [c, m] = dims as [number, number];
    const [th, tw] = taps;
    const padded = added.some((each) => each > 0)
      ? this.#add('Pad', [codes, [0, 0, 0, 0, 0, 0, ...added]])
      : codes;
    const phases = this.#add('Reshape', [padded, [c, m, th, stride, tw, stride]]);
    const isSingle = th === 1 && tw === 1;
    const turned = isSingle ? phases : this.#add('Slice', [phases, [-1, -1], [-ALL, -ALL], [2, 4], [-1, -1]]);
    const moved = this.#add('Transpose', [turned], { perm: intsAttribute([3, 5, 1, 0, 2, 4]) });
    return this.#add('Reshape', [moved, [stride * stride * m, c, th, tw]]);
  }

  /** A list, `times` times. */
  tiled(name: string, times: number): string {
    return this.#add('Tile', [name, [times]]);
  }

  #add(opType: string, inputs: readonly (string | readonly number[])[], attributes = {}): string {
    const output = this.#site.tools.fresh(this.#hint);
    const names = inputs.map((input) => (typeof input === 'string' ? input : int64s(this.#site, input)));
    this.nodes.push(integerNode('', ['', opType], names, [output], attributes));
    return output;
  }
}
