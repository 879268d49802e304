// Form blockGather: Gather becomes com.microsoft GatherBlockQuantized (inputs data, indices, scales, zero_points?). Only
// the rows that are looked up are dequantized. uint8 data holds 8 / bits codes a byte along the last dimension.

import { intAttribute } from '../../../../ir/attributes.js';
import { blockRows } from '../../../../tensor/blockRows.js';
import { CONTRIB, makeNode } from '../build.js';
import type { Form } from '../form.js';
import { codePlan, inputs } from '../storage.js';
import { addBlocks } from './blockMatMul.js';
import { blockPlan } from './blockPlan.js';

export const blockGather: Form = {
  store(site, context) {
    const { bits, block, symmetric, choose, slot } = blockPlan(codePlan(site.plan), context);
    const { tensor, name } = site.ref;
    const [rows, depth] = tensor.dims as [number, number];
    const spec = { rows, depth, block, bits, symmetric, order: 'rows-depth', choose, slot } as const;
    const blocks = Math.ceil(depth / block);
    return addBlocks(site, context, name, bits, symmetric, blockRows(context.engine, tensor, spec), {
      codes: [rows, (blocks * block * bits) / 8],
      scale: [rows, blocks],
      zeroPoint: [rows, Math.ceil((blocks * bits) / 8)],
    });
  },
  replace(node, site, { codes, scale, zeroPoint }, _edit, context) {
    const { bits, block } = blockPlan(codePlan(site.plan), context);
    const attributes = {
      bits: intAttribute(bits),
      block_size: intAttribute(block),
      gather_axis: intAttribute(0),
      quantize_axis: intAttribute(1),
    };
    const operands = inputs(codes, node.inputs[1]!, scale, zeroPoint);
    return [makeNode('GatherBlockQuantized', node.name, operands, node.outputs, attributes, CONTRIB)];
  },
};
