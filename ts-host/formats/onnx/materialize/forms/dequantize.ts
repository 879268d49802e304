// Form dequantize: W becomes codes → DequantizeLinear → W. The last value keeps the weight's name, so whatever reads it,
// in this graph or in one nested in it, stays as it is.
//
//   opset                     scale per tensor   per channel        4 bits, blocks   16 bits
//   DequantizeLinear          10                 13 (axis)          21               21
//   com.microsoft's                                                                  below 21
//   Cast, Sub, Mul                               where 13 is out of reach
//   DequantizeLinear takes 2-bit codes since 25.

import { intAttribute } from '../../../../ir/attributes.js';
import { DTYPE_BITS } from '../../../../ir/dtype.js';
import type { Attribute, Node } from '../../../../ir/model.js';
import type { CodePlan } from '../../../../ir/plan.js';
import { CONTRIB, castNode, makeNode } from '../build.js';
import type { Form, FormContext, StoredWeight, WeightSite } from '../form.js';
import { codePlan, inputs, storeCodes } from '../storage.js';

export const OPSET_PER_TENSOR = 10;
export const OPSET_PER_CHANNEL = 13;
export const OPSET_BLOCKS = 21;
export const OPSET_TWO_BITS = 25;

/** Version of DequantizeLinear that a plan needs; 0 where the contrib operator serves. */
export function dequantizeOpset({ dtype, granularity }: CodePlan): number {
  if (DTYPE_BITS[dtype] === 2) return OPSET_TWO_BITS;
  if (granularity.kind === 'block' || DTYPE_BITS[dtype] < 8) return OPSET_BLOCKS;
  if (DTYPE_BITS[dtype] > 8) return 0;
  return granularity.kind === 'channel' ? OPSET_PER_CHANNEL : OPSET_PER_TENSOR;
}

export const dequantize: Form = {
  store(site, context) {
    const plan = codePlan(site.plan);
    const { ref, edit } = site;
    const byHand = dequantizeOpset(plan) > context.opset;
    const stored = storeCodes(site, context, byHand ? broadcastDims(plan, ref.tensor.dims) : undefined);
    const { dtype } = ref.tensor;
    const float = dtype === 'float32' ? ref.name : context.fresh(`${ref.name}_float`);
    if (byHand) edit.prologue.push(...dequantizedByHand(stored, site, float, context));
    else edit.prologue.push(dequantizeNode(stored, plan, ref.name, float, context));
    if (float !== ref.name) {
      edit.prologue.push(castNode(context.fresh(`${ref.name}_cast`), float, ref.name, dtype));
    }
    return stored;
  },
};

function dequantizeNode(
  { codes, scale, zeroPoint }: StoredWeight,
  plan: CodePlan,
  name: string,
  output: string,
  context: FormContext,
): Node {
  const { granularity } = plan;
  const attributes: Record<string, Attribute> = {};
  if (granularity.kind !== 'tensor') attributes.axis = intAttribute(granularity.axis);
  if (granularity.kind === 'block') attributes.block_size = intAttribute(granularity.blockSize);
  const contrib = DTYPE_BITS[plan.dtype] > 8 && context.opset < OPSET_BLOCKS;
  const nodeName = context.fresh(`${name}_dequantize`);
  const operands = inputs(codes, scale, zeroPoint);
  return makeNode('DequantizeLinear', nodeName, operands, [output], attributes, contrib ? CONTRIB : '');
}

/** (codes − zeroPoint) · scale with operators that every opset has. */
function dequantizedByHand(
  { codes, scale, zeroPoint }: StoredWeight,
  { ref }: WeightSite,
  output: string,
  { fresh }: FormContext,
): Node[] {
  const step = (suffix: string): string => fresh(`${ref.name}_${suffix}`);
  let value = step('cast');
  const nodes: Node[] = [castNode(value, codes, value, 'float32')];
  if (zeroPoint) {
    const zero = step('zero_point_cast');
    const shifted = step('shifted');
    nodes.push(
      castNode(zero, zeroPoint, zero, 'float32'),
      makeNode('Sub', shifted, [value, zero], [shifted]),
    );
    value = shifted;
  }
  nodes.push(makeNode('Mul', step('dequantize'), [value, scale], [output]));
  return nodes;
}

/** Dims that let one scale a channel broadcast against the weight. */
function broadcastDims({ granularity }: CodePlan, dims: readonly number[]): number[] | undefined {
  if (granularity.kind !== 'channel') return undefined;
  return dims.slice(granularity.axis).map((d, i) => (i === 0 ? d : 1));
}
