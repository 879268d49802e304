// Form blockMatMul: MatMul or Gemm becomes com.microsoft MatMulNBits (inputs A, B, scales, zero_points?, g_idx?, bias?).

import { flag, intAttribute } from '../../../../ir/attributes.js';
import type { Node } from '../../../../ir/model.js';
import { blockRows } from '../../../../tensor/blockRows.js';
import { CONTRIB, makeNode, makeTensor } from '../build.js';
import { addTensor, type Form, type FormContext, type StoredWeight, type WeightSite } from '../form.js';
import { codePlan, inputs } from '../storage.js';
import { type BlockBits, blockPlan } from './blockPlan.js';

export const blockMatMul: Form = {
  store(site, context, user) {
    const { bits, block, symmetric, choose, slot } = blockPlan(codePlan(site.plan), context);
    const { rows, depth, turned } = shape(site, user);
    const { tensor, name } = site.ref;
    const order = turned ? 'rows-depth' : 'depth-rows';
    const spec = { rows, depth, block, bits, symmetric, order, choose, slot } as const;
    const parts = blockRows(context.engine, tensor, spec);
    const blocks = Math.ceil(depth / block);
    return addBlocks(site, context, name, bits, symmetric, parts, {
      codes: [rows, blocks, (block * bits) / 8],
      scale: [rows, blocks],
      zeroPoint: [rows, Math.ceil((blocks * bits) / 8)],
    });
  },
  replace(node, site, { codes, scale, zeroPoint }, _edit, context) {
    const { bits, block } = blockPlan(codePlan(site.plan), context);
    const { rows, depth } = shape(site, node);
    const operands = inputs(node.inputs[0]!, codes, scale, zeroPoint, '', node.inputs[2] ?? '');
    const attributes = {
      K: intAttribute(depth),
      N: intAttribute(rows),
      bits: intAttribute(bits),
      block_size: intAttribute(block),
    };
    return [makeNode('MatMulNBits', node.name, operands, node.outputs, attributes, CONTRIB)];
  },
};

/** Output channels, input channels, and whether the file has [rows, depth] already. */
function shape({ ref }: WeightSite, user: Node): { rows: number; depth: number; turned: boolean } {
  const [first, second] = ref.tensor.dims as [number, number];
  const turned = user.opType === 'Gemm' && flag(user, 'transB');
  return turned ? { rows: first, depth: second, turned } : { rows: second, depth: first, turned };
}

/** Adds the parts of a block-quantized matrix as initializers. */
export function addBlocks(
  { edit }: WeightSite,
  { fresh }: FormContext,
  name: string,
  bits: BlockBits,
  symmetric: boolean,
  parts: ReturnType<typeof blockRows>,
  dims: Readonly<Record<'codes' | 'scale' | 'zeroPoint', readonly number[]>>,
): StoredWeight {
  const codes = fresh(`${name}_q${bits}`);
  const scale = fresh(`${name}_scales`);
  const zeroPoint = symmetric ? '' : fresh(`${name}_zero_points`);
  addTensor(edit, makeTensor(codes, 'uint8', dims.codes, parts.codes));
  addTensor(edit, makeTensor(scale, 'float32', dims.scale, parts.scale));
  if (zeroPoint) addTensor(edit, makeTensor(zeroPoint, 'uint8', dims.zeroPoint, parts.zeroPoint));
  edit.removed.add(name);
  return { codes, scale, zeroPoint };
}
