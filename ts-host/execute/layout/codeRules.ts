// Layout rules of operators on codes: the codes go with channels last, the scales and zero points beside them stay as they are.

import { intAttribute } from '../../ir/attributes.js';
import type { Known } from '../known.js';
import { rankOf } from './rank.js';
import { broadcastLast, intOf, movedAxis, withAttribute } from './remap.js';
import type { Form, LayoutRequest, LayoutRule } from './rule.js';

/** The inputs `tensors` in one order; what is beside them (scales, zero points) as it is. */
async function tensorsLast(
  request: LayoutRequest,
  tensors: (index: number) => boolean,
): Promise<(Known | undefined)[] | undefined> {
  const { walk, entries, rank } = request;
  const inputs: (Known | undefined)[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry === undefined || !tensors(index)) inputs.push(entry && (await walk.natural(entry)));
    else {
      const input = await broadcastLast(request, entry, rank);
      if (input === undefined) return undefined;
      inputs.push(input);
    }
  }
  return inputs;
}

/** Codes at some inputs, with a scale for all of each. */
export function codes(...tensors: readonly number[]): LayoutRule {
  return async (request) => {
    const inputs = await tensorsLast(request, (index) => tensors.includes(index));
    return inputs && { node: request.node, inputs, channelsLast: true };
  };
}

export async function codesConcat(request: LayoutRequest): Promise<Form | undefined> {
  const { node, entries, rank } = request;
  const isTensor = (index: number): boolean => index >= 2 && index % 3 === 2;
  const axis = movedAxis(intOf(node, 'axis', 0), rank);
  const ranks = entries.filter((_, index) => isTensor(index)).map((entry) => entry && rankOf(entry));
  if (axis === undefined || ranks.some((each) => each !== rank)) return undefined;
  const inputs = await tensorsLast(request, isTensor);
  return inputs && { node: withAttribute(node, 'axis', intAttribute(axis)), inputs, channelsLast: true };
}

/** Before opset 13 the dims from `axis` on are one: their order matters. */
export async function codesSoftmax(request: LayoutRequest): Promise<Form | undefined> {
  const { node, rank } = request;
  const axis = movedAxis(intOf(node, 'axis', -1), rank);
  if (intOf(node, 'opset', 13) < 13 || axis === undefined) return undefined;
  const inputs = await tensorsLast(request, (index) => index === 0);
  return inputs && { node: withAttribute(node, 'axis', intAttribute(axis)), inputs, channelsLast: true };
}

export async function codesGlobalPool(request: LayoutRequest): Promise<Form | undefined> {
  const { node } = request;
  if (intOf(node, 'channels_last', 0) !== 0) return undefined;
  const inputs = await tensorsLast(request, (index) => index === 0);
  return (
    inputs && { node: withAttribute(node, 'channels_last', intAttribute(1)), inputs, channelsLast: true }
  );
}

/** QuantizeLinear and DequantizeLinear: scales along an axis go along. Blocks of scales have dims of their own. */
export async function linear(request: LayoutRequest): Promise<Form | undefined> {
  const { node, rank } = request;
  const axis = movedAxis(intOf(node, 'axis', 1), rank);
  if (axis === undefined || intOf(node, 'block_size', 0) !== 0) return undefined;
  const inputs = await tensorsLast(request, (index) => index === 0);
  return inputs && { node: withAttribute(node, 'axis', intAttribute(axis)), inputs, channelsLast: true };
}
