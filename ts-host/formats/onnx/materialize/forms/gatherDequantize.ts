// Form gatherDequantize: the table stays in integers and the rows that were looked up are dequantized.
//
//   per tensor, 8 bits:  Gather(codes) → DequantizeLinear
//   per row:             Gather(codes) → Cast [→ Sub Cast(Gather(zero points))] → Mul Gather(scales [rows, 1])

import { DTYPE_BITS } from '../../../../ir/dtype.js';
import type { Node } from '../../../../ir/model.js';
import { castNode, makeNode } from '../build.js';
import type { Form, FormContext, StoredWeight } from '../form.js';
import { codePlan, inputs, storeCodes } from '../storage.js';
import { OPSET_PER_TENSOR } from './dequantize.js';

export const gatherDequantize: Form = {
  store(site, context) {
    const rows = site.ref.tensor.dims[0]!;
    return storeCodes(
      site,
      context,
      codePlan(site.plan).granularity.kind === 'channel' ? [rows, 1] : undefined,
    );
  },
  replace(node, site, stored, _edit, context) {
    const { granularity, dtype } = codePlan(site.plan);
    const perTensor = granularity.kind === 'tensor';
    const { codes, scale, zeroPoint } = stored;
    const found = context.fresh(`${node.outputs[0]}_codes`);
    const lookup = makeNode('Gather', node.name, [codes, node.inputs[1]!], [found]);
    if (perTensor && DTYPE_BITS[dtype] === 8 && context.opset >= OPSET_PER_TENSOR) {
      const name = context.fresh(`${node.outputs[0]}_dequantize`);
      return [lookup, makeNode('DequantizeLinear', name, inputs(found, scale, zeroPoint), node.outputs)];
    }
    return [lookup, ...dequantizedRows(node, found, stored, perTensor, context)];
  },
};

function dequantizedRows(
  node: Node,
  found: string,
  { scale, zeroPoint }: StoredWeight,
  perTensor: boolean,
  { fresh }: FormContext,
): Node[] {
  const nodes: Node[] = [];
  const step = (suffix: string): string => fresh(`${node.outputs[0]}_${suffix}`);
  const row = (table: string, suffix: string): string => {
    if (perTensor) return table;
    const name = step(suffix);
    nodes.push(makeNode('Gather', name, [table, node.inputs[1]!], [name]));
    return name;
  };
  let value = step('cast');
  nodes.push(castNode(value, found, value, 'float32'));
  if (zeroPoint) {
    const zero = step('zero_point_cast');
    const shifted = step('shifted');
    nodes.push(castNode(zero, row(zeroPoint, 'zero_point'), zero, 'float32'));
    nodes.push(makeNode('Sub', shifted, [value, zero], [shifted]));
    value = shifted;
  }
  nodes.push(makeNode('Mul', step('dequantize'), [value, row(scale, 'scale')], node.outputs));
  return nodes;
}
