// algo min_max: the program stays in float and its operators tell what they read and make reaches to, as Paddle leaves it:
// attributes `<variable>.min` and `.max` of what a quantized operator reads, `out_min` and `out_max` of what an observed one makes.

import type { PaddleAttribute, PaddleOp } from '../../formats/paddle/program.js';
import { quantizedArguments } from '../operators.js';
import { ProgramDraft } from '../program/draft.js';
import {
  boolAttribute,
  floatAttribute,
  stringAttribute,
  variablesOf,
  withAttributes,
} from '../program/ops.js';
import type { Style, StyleTask } from './style.js';

export const rangesStyle: Style = (task) => {
  const draft = new ProgramDraft(task.net);
  const sites = new Map(task.structure.sites.map((site) => [site.index, site]));
  draft.ops = draft.ops.map((op, index) => {
    const site = sites.get(index);
    const read = site === undefined ? op : withAttributes(op, inputRanges(site.activations, task));
    return task.structure.observed.has(index) ? withOutputRanges(read, site !== undefined, task) : read;
  });
  return draft.finish();
};

function inputRanges(names: readonly string[], { activations }: StyleTask): Record<string, PaddleAttribute> {
  const attributes: Record<string, PaddleAttribute> = { with_quant_attr: boolAttribute(true) };
  for (const name of names) {
    const seen = activations.get(name);
    if (seen === undefined) continue;
    attributes[`${name}.min`] = floatAttribute(seen.min);
    attributes[`${name}.max`] = floatAttribute(seen.max);
  }
  return attributes;
}

function withOutputRanges(op: PaddleOp, isQuantized: boolean, { activations }: StyleTask): PaddleOp {
  const [name] = variablesOf(op.outputs, quantizedArguments(op.type)!.outputs);
  const seen = name === undefined ? undefined : activations.get(name);
  if (seen === undefined) return op;
  return withAttributes(op, {
    out_min: floatAttribute(seen.min),
    out_max: floatAttribute(seen.max),
    with_quant_attr: boolAttribute(true),
    ...(isQuantized ? { quantization_type: stringAttribute('post_min_max') } : {}),
  });
}
