// Which order of dims a node runs in. Convolution kin run with channels last. Every other node follows its inputs: where
// they have channels last already and the node can work so (rules.ts), it does, and no Transpose is ever made between
// two convolutions; else its inputs are brought into ONNX's order, once for all who want that.

import type { Entry, Known } from '../known.js';
import type { PreparedNode } from '../prepare.js';
import { bytesOf } from '../value.js';
import type { Walk } from '../walk.js';
import type { Form } from './rule.js';
import { LAYOUT_RULES } from './rules.js';
import { CHANNELS_LAST, hasChannels, isSpatial } from './spatial.js';

/** The form in which `prepared` is planned. */
export async function chooseLayout(
  walk: Walk,
  prepared: PreparedNode,
  entries: readonly (Entry | undefined)[],
): Promise<Form> {
  const { node, id } = prepared;
  if (isSpatial(node)) return spatialForm(walk, prepared, entries);
  const rule = LAYOUT_RULES.get(`${node.domain}:${node.opType}`);
  if (rule !== undefined && walk.plansLayout) {
    const rank = preferredRank(entries);
    const opset = walk.opsets.get(node.domain) ?? 0;
    const form = rank === undefined ? undefined : await rule({ walk, node, id, opset, entries, rank });
    if (form !== undefined) return form;
  }
  const inputs: (Known | undefined)[] = [];
  for (const entry of entries) inputs.push(entry && (await walk.natural(entry)));
  return { node, inputs, channelsLast: false };
}

async function spatialForm(
  walk: Walk,
  { node }: PreparedNode,
  entries: readonly (Entry | undefined)[],
): Promise<Form> {
  const inputs: (Known | undefined)[] = [];
  for (const [index, entry] of entries.entries()) {
    const moves = hasChannels(node, index);
    inputs.push(entry && (await (moves ? walk.channelsLast(entry) : walk.natural(entry))));
  }
  return { node: { ...node, domain: CHANNELS_LAST }, inputs, channelsLast: true };
}

/** The rank of the inputs with channels last, if they weigh at least as much as those of that rank without. */
function preferredRank(entries: readonly (Entry | undefined)[]): number | undefined {
  let [last, natural, rank] = [0, 0, 0];
  for (const entry of entries) {
    const known = entry?.natural ?? entry?.channelsLast;
    if (entry === undefined || known?.kind !== 'tensor') continue;
    const bytes = bytesOf(known.type);
    if (entry.channelsLast !== undefined && known.type.dims.length > 2) {
      // There in both orders: it costs nothing either way.
      if (entry.natural !== undefined) continue;
      last += bytes;
      rank = Math.max(rank, known.type.dims.length);
    } else natural += bytes;
  }
  return rank > 0 && last >= natural ? rank : undefined;
}
