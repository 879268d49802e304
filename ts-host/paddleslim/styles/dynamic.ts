// dynamic: weights are codes in the parameter file, and attributes tell their steps; no operator is added. Paddle Lite reads it,
// and dequantizes weights or quantizes activations when it runs. PaddlePaddle itself does not run it.
//
//   <weight>_quant_scale    true steps: value = code · step

import type { PaddleOp } from '../../formats/paddle/program.js';
import { ProgramDraft } from '../program/draft.js';
import {
  boolAttribute,
  floatsAttribute,
  intAttribute,
  stringAttribute,
  withAttributes,
} from '../program/ops.js';
import type { QuantSite } from '../structure.js';
import { codeDType, type QuantizedWeight } from '../weights.js';
import type { Style } from './style.js';

export const dynamicStyle: Style = ({ net, structure, weights }) => {
  const draft = new ProgramDraft(net);
  for (const { name, bits, dims, codes } of weights.values()) {
    draft.setParameter(name, codeDType(bits), dims, codes);
  }
  const sites = new Map(structure.sites.map((site) => [site.index, site]));
  draft.ops = draft.ops.map((op, index) => {
    const site = sites.get(index);
    return site === undefined ? op : described(op, site, weights);
  });
  return draft.finish();
};

function described(op: PaddleOp, site: QuantSite, weights: ReadonlyMap<string, QuantizedWeight>): PaddleOp {
  return site.weights.reduce((before, name) => {
    const { granularity, step, bits } = weights.get(name)!;
    const type = granularity.kind === 'tensor' ? 'post_weight_abs_max' : 'post_weight_channel_wise_abs_max';
    return withAttributes(before, {
      quantization_type: stringAttribute(type),
      quantize_weight_bits: intAttribute(bits),
      [`${name}_quant_scale`]: floatsAttribute([...step]),
      with_quant_attr: boolAttribute(true),
    });
  }, op);
}
