// Form dynamicInteger: the input is quantized with the range it has at run time, the product is made in integers.
//
//   A → DynamicQuantizeLinear → a, aScale, aZero
//   MatMulInteger(a, W, aZero, wZero) → Cast → Mul(aScale · wScale) [→ Add bias]
//
// onnxruntime fuses this very shape to DynamicQuantizeMatMul. Conv is the same with ConvInteger, which has no fused
// form. Nodes that read the same input share its DynamicQuantizeLinear.

import { flag, float } from '../../../../ir/attributes.js';
import type { Node } from '../../../../ir/model.js';
import { turnedCodes } from '../../../../tensor/turnedCodes.js';
import { castNode, codeTensor, floatTensor, int64Tensor, makeNode, makeTensor } from '../build.js';
import {
  addTensor,
  type Form,
  type FormContext,
  type GraphEdit,
  type StoredWeight,
  type WeightSite,
} from '../form.js';
import { codePlan, hasZeroPoints, inputs, planScales, quantParams, storeCodes } from '../storage.js';

export const OPSET_DYNAMIC = 11;

export const dynamicInteger: Form = {
  store(site, context, user) {
    const plan = codePlan(site.plan);
    const { tensor, name } = site.ref;
    if (user.opType === 'Conv') {
      const perChannel = plan.granularity.kind === 'channel';
      const spatial = tensor.dims.slice(2).map(() => 1);
      return storeCodes(site, context, perChannel ? [tensor.dims[0]!, ...spatial] : undefined);
    }
    if (user.opType !== 'Gemm' || !flag(user, 'transB')) return storeCodes(site, context);
    const { engine, fresh } = context;
    const [rows, columns] = tensor.dims as [number, number];
    const { scale, zeroPoint } = planScales(plan);
    const params = quantParams(plan, tensor.dims);
    const data = turnedCodes(engine, tensor, plan.dtype as 'int8' | 'uint8', params, plan);
    const dims = plan.granularity.kind === 'tensor' ? [] : [rows];
    const codes = makeTensor(fresh(`${name}_quantized`), plan.dtype, [columns, rows], data);
    const zero = hasZeroPoints(plan)
      ? codeTensor(engine, fresh(`${name}_zero_point`), plan.dtype, dims, zeroPoint)
      : undefined;
    site.edit.removed.add(name);
    return {
      codes: addTensor(site.edit, codes),
      scale: addTensor(site.edit, floatTensor(fresh(`${name}_scale`), dims, scale)),
      zeroPoint: zero === undefined ? '' : addTensor(site.edit, zero),
    };
  },
  replace(node, site, stored, edit, context) {
    if (node.opType === 'Conv') return convolution(node, site, stored, edit, context);
    return product(node, stored, edit, context);
  },
};

function product(node: Node, stored: StoredWeight, edit: GraphEdit, context: FormContext): Node[] {
  const { fresh } = context;
  const nodes: Node[] = [];
  let input = node.inputs[0]!;
  const gemm = node.opType === 'Gemm';
  if (gemm && flag(node, 'transA')) {
    const turned = fresh(`${input}_transposed`);
    nodes.push(makeNode('Transpose', turned, [input], [turned]));
    input = turned;
  }
  const bias = gemm && node.inputs[2] ? node.inputs[2] : '';
  const alpha = gemm ? float(node, 'alpha', 1) : 1;
  const scaled = rescaled('MatMulInteger', node, input, stored, edit, context, alpha, {}, bias === '');
  nodes.push(...scaled.nodes);
  if (bias !== '') {
    let addend = bias;
    const beta = float(node, 'beta', 1);
    if (beta !== 1) {
      const factor = addTensor(edit, floatTensor(fresh(`${node.outputs[0]}_beta`), [], [beta]));
      addend = fresh(`${node.outputs[0]}_bias`);
      nodes.push(makeNode('Mul', addend, [bias, factor], [addend]));
    }
    nodes.push(makeNode('Add', fresh(`${node.outputs[0]}_add`), [scaled.output, addend], node.outputs));
  }
  return nodes;
}

function convolution(
  node: Node,
  site: WeightSite,
  stored: StoredWeight,
  edit: GraphEdit,
  context: FormContext,
): Node[] {
  const { fresh } = context;
  const bias = node.inputs[2] ?? '';
  const attributes = Object.fromEntries(node.attributes);
  const scaled = rescaled(
    'ConvInteger',
    node,
    node.inputs[0]!,
    stored,
    edit,
    context,
    1,
    attributes,
    bias === '',
  );
  if (bias === '') return scaled.nodes;
  const column = fresh(`${node.outputs[0]}_bias`);
  const spatial = site.ref.tensor.dims.slice(2).map(() => 1);
  const shape = addTensor(edit, int64Tensor(fresh(`${column}_shape`), [1, -1, ...spatial]));
  return [
    ...scaled.nodes,
    makeNode('Reshape', column, [bias, shape], [column]),
    makeNode('Add', fresh(`${node.outputs[0]}_add`), [scaled.output, column], node.outputs),
  ];
}

/** The integer operator over the quantized input, and its result in real units; ends in the node's own output when
 *  `last`. */
function rescaled(
  opType: 'MatMulInteger' | 'ConvInteger',
  node: Node,
  input: string,
  stored: StoredWeight,
  edit: GraphEdit,
  context: FormContext,
  alpha: number,
  attributes: Parameters<typeof makeNode>[4],
  last: boolean,
): { nodes: Node[]; output: string } {
  const { fresh } = context;
  const name = node.outputs[0]!;
  const nodes: Node[] = [];
  const quantized = quantizedInput(input, edit, context, nodes);
  const sums = fresh(`${name}_sums`);
  const floats = fresh(`${name}_float`);
  let scale = fresh(`${name}_scale`);
  const operands = inputs(quantized.codes, stored.codes, quantized.zeroPoint, stored.zeroPoint);
  nodes.push(
    makeNode(opType, node.name === '' ? sums : node.name, operands, [sums], attributes),
    castNode(floats, sums, floats, 'float32'),
    makeNode('Mul', scale, [quantized.scale, stored.scale], [scale]),
  );
  if (alpha !== 1) {
    const factor = addTensor(edit, floatTensor(fresh(`${name}_alpha`), [], [alpha]));
    const multiplied = fresh(`${name}_scale_alpha`);
    nodes.push(makeNode('Mul', multiplied, [scale, factor], [multiplied]));
    scale = multiplied;
  }
  const output = last ? name : fresh(`${name}_product`);
  nodes.push(makeNode('Mul', fresh(`${name}_rescale`), [floats, scale], [output]));
  return { nodes, output };
}

function quantizedInput(input: string, edit: GraphEdit, { fresh }: FormContext, nodes: Node[]) {
  const known = edit.dynamic.get(input);
  if (known !== undefined) return known;
  const made = {
    codes: fresh(`${input}_quantized`),
    scale: fresh(`${input}_quantized_scale`),
    zeroPoint: fresh(`${input}_quantized_zero_point`),
  };
  edit.dynamic.set(input, made);
  const outputs = [made.codes, made.scale, made.zeroPoint];
  nodes.push(makeNode('DynamicQuantizeLinear', fresh(`${input}_quantize`), [input], outputs));
  return made;
}
