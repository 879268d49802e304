// Pools and Softmax, from codes to codes.

import { intAttribute, integer } from '../../../ir/attributes.js';
import type { Attribute, Node } from '../../../ir/model.js';
import { requireOneType } from './binary.js';
import { findEnding, requireEnding } from './ending.js';
import type { Rule } from './rule.js';
import { attributesOf, integerNode, pair, type Site, triple } from './site.js';

type Extra = (site: Site, node: Node) => Promise<Readonly<Record<string, Attribute>>>;

/** x, result. */
export const unary =
  (opType: string, extra: Extra = async () => ({})): Rule =>
  async (site, { id, node }) => {
    const x = site.one(node, 0);
    const attributes = { ...attributesOf(node), ...(await extra(site, node)) };
    const ending = await requireEnding(site, node.outputs[0]!);
    requireOneType(site, [x], ending);
    if (Object.keys(ending.clamp).length > 0) site.refuse('its result is clamped');
    const inputs = [...triple(x), ...pair(ending)];
    const fused = integerNode(id, ['com.microsoft', opType], inputs, [ending.output], attributes);
    return { node: fused, ending };
  };

const CHANNELS_FIRST = { channels_last: intAttribute(0) };

export const averagePool = unary('QLinearAveragePool', async () => CHANNELS_FIRST);

const globalAverage = unary('QLinearGlobalAveragePool', async () => CHANNELS_FIRST);

/** DequantizedGlobalAveragePool where its result stays in float. */
export const globalAveragePool: Rule = async (site, { id, node }) => {
  const ending = await findEnding(site, node.outputs[0]!);
  if (typeof ending !== 'string') return globalAverage(site, { id, node });
  const inputs = triple(site.one(node, 0));
  const pool = ['octavo', 'DequantizedGlobalAveragePool'] as const;
  return { node: integerNode(id, pool, inputs, node.outputs, CHANNELS_FIRST) };
};

/** Before opset 13 everything from the axis on is one row. */
export const softmax = unary('QLinearSoftmax', async ({ opset }, node) => ({
  opset: intAttribute(opset),
  axis: intAttribute(integer(node, 'axis', opset < 13 ? 1 : -1)),
}));

/** A ReduceMean over all dims behind the channels, which stay. */
export const reduceMean: Rule = async (site, float) => {
  const { node } = float;
  const rank = site.rankOf(node.inputs[0]!);
  const listed = node.attributes.get('axes');
  const given = node.inputs[1] ? await site.elements(node.inputs[1]) : undefined;
  const axes = listed?.kind === 'ints' ? listed.value : (given as BigInt64Array | undefined);
  if (rank === undefined || rank < 3 || axes === undefined)
    site.refuse('its axes are not known to be spatial');
  const spatial = new Set(Array.from(axes!, (axis) => (Number(axis) + rank!) % rank!));
  const isSpatial = spatial.size === rank! - 2 && !spatial.has(0) && !spatial.has(1);
  if (!isSpatial || integer(node, 'keepdims', 1) !== 1)
    site.refuse('its axes are not the spatial ones, kept');
  return globalAveragePool(site, { ...float, node: { ...node, attributes: new Map() } });
};
