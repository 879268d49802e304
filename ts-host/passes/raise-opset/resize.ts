// Upsample and Resize. Before opset 11 coordinates were x / scale; "nearest" took the pixel below when enlarging
// and the pixel above when shrinking (the standard's own test: 1 2 3 4 times 0.6 is 1 3).

import type { Node } from '../../ir/model.js';
import { text, textOf } from './attributes.js';
import {
  beside,
  hintOf,
  type Rule,
  type RuleContext,
  type RuleTable,
  refuse,
  withAttributes,
  withInput,
  without,
} from './rule.js';

/** Upsample's scales became an input. */
const upsample9: Rule = (node, context) => {
  const scales = node.attributes.get('scales');
  if (scales?.kind !== 'floats') return refuse('its attribute scales is missing');
  const { value } = scales;
  const name = context.constant(`${hintOf(node)}_scales`, 'float32', [value.length], value);
  return withInput(without(node, 'scales'), 1, name);
};

/** Upsample was a Resize that never shrinks. */
const upsample10: Rule = (node) => ({ ...node, opType: 'Resize' });

const resize11: Rule = (node, context) => {
  const mode = textOf(node, 'mode', 'nearest');
  if (mode !== 'nearest' && mode !== 'linear') return refuse(`its mode "${mode}" is not in the standard`);
  const [input = '', scales = ''] = node.inputs;
  const roi = context.constant(`${hintOf(node)}_roi`, 'float32', [0], []);
  const asymmetric = withAttributes(node, { coordinate_transformation_mode: text('asymmetric') });
  if (mode === 'linear') return { ...asymmetric, inputs: [input, roi, scales] };
  const below = withAttributes(asymmetric, { nearest_mode: text('floor') });
  const above = withAttributes(asymmetric, { nearest_mode: text('ceil') });
  const values = floatsOf(context.constantBytes(scales));
  if (values?.every((scale) => scale >= 1)) return { ...below, inputs: [input, roi, scales] };
  if (values?.every((scale) => scale <= 1)) return { ...above, inputs: [input, roi, scales] };
  return enlargeThenShrink(below, above, [input, roi, scales], context);
};

/** Scales known only at run time, or of both kinds. A scale of 1 copies its axis exactly, so one Resize enlarges
 *  by max(scale, 1) and a second one shrinks by min(scale, 1). */
function enlargeThenShrink(
  below: Node,
  above: Node,
  [input, roi, scales]: readonly [string, string, string],
  context: RuleContext,
): readonly Node[] {
  const one = context.constant(`${hintOf(below)}_one`, 'float32', [1], [1]);
  const growth = beside(below, context, 'Max', [scales, one]);
  const shrinkage = beside(below, context, 'Min', [scales, one]);
  const enlarged = beside(below, context, 'Resize', [input, roi, growth.outputs[0]!]);
  return [
    growth,
    shrinkage,
    { ...enlarged, attributes: below.attributes },
    { ...above, inputs: [enlarged.outputs[0]!, roi, shrinkage.outputs[0]!] },
  ];
}

function floatsOf(bytes: Uint8Array | undefined): readonly number[] | undefined {
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

/** One coordinate mode went away; an empty `scales` beside `sizes` became an absent one. */
const resize13: Rule = (node) => {
  if (textOf(node, 'coordinate_transformation_mode', '') === 'tf_half_pixel_for_nn') {
    return refuse('its coordinate mode tf_half_pixel_for_nn was withdrawn');
  }
  return (node.inputs[3] ?? '') === '' ? node : withInput(node, 2, '');
};

export const RESIZE: RuleTable = {
  Upsample: { 9: upsample9, 10: upsample10 },
  Resize: { 11: resize11, 13: resize13 },
};
