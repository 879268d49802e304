// Whether a plan can be applied to a model. A plan may have been edited, or made for another model: whatever passes
// here must come out as a model that computes what the plan says, so each form checks what it relies on.

import { OctavoError } from '../errors.js';
import { constantsById } from '../ir/constants.js';
import { DTYPE_BITS } from '../ir/dtype.js';
import { type Model, nodeIds, visitGraphs } from '../ir/model.js';
import {
  type CodePlan,
  isWeightForm,
  type NodeForm,
  type NodePlan,
  type QuantPlan,
  type TensorPlan,
  type WeightForm,
} from '../ir/plan.js';
import { elementCount, type Tensor } from '../ir/tensor.js';
import { scaleLayout } from '../tensor/layout.js';
import { isPlainGemm } from './modes/blockMatMul.js';
import { type Weight, type WeightUse, weightsOf } from './uses.js';

/** Checks that every tensor and node of a plan exists, has floats, the right operator and as many scales as its shape
 *  asks for, and that every weight suits the form of the nodes that read it.
 *  @throws OctavoError `PLAN_INVALID` naming the tensor or node. */
export function checkPlanFits(plan: QuantPlan, model: Model): void {
  checkNodes(plan, model);
  const constants = constantsById(model);
  const weights = new Map(weightsOf(model).map((weight) => [weight.id, weight]));
  const forms = formsOf(plan);
  const nodes = new Map(plan.nodes.map((node) => [node.node, node]));
  for (const tensor of plan.tensors) {
    const weight = weights.get(tensor.tensor);
    if (weight === undefined) throw unusable(tensor.tensor, constants);
    checkShape(tensor, weight.ref.tensor);
    const form = forms.get(tensor.tensor);
    if (form === undefined) throw invalid(tensor, 'it is planned, but no node names it');
    for (const use of weight.uses) checkUse(use, tensor, form, nodes.get(use.nodeId));
    CHECKS[form](tensor, weight);
  }
  checkReaders(plan, weights);
}

export function checkNodes(plan: QuantPlan, model: Model): void {
  const opTypes = new Map<string, string>();
  visitGraphs(model.graph, (graph, path) => {
    const ids = nodeIds(graph, path);
    for (const [index, { opType }] of graph.nodes.entries()) opTypes.set(ids[index]!, opType);
  });
  for (const { node, opType } of plan.nodes) {
    const known = opTypes.get(node);
    if (known === opType) continue;
    const what =
      known === undefined ? 'the model has no such node' : `it is a ${known}, the plan says ${opType}`;
    throw new OctavoError('PLAN_INVALID', what, { node });
  }
}

function unusable(tensor: string, constants: ReadonlyMap<string, Tensor>): OctavoError {
  const what = constants.has(tensor)
    ? 'it holds no floats, or nothing reads it'
    : 'the model has no such constant';
  return new OctavoError('PLAN_INVALID', what, { tensor });
}

/** A weight has one form: two nodes that want different ones cannot share it. */
function formsOf(plan: QuantPlan): Map<string, WeightForm> {
  const forms = new Map<string, WeightForm>();
  for (const { node, form, tensors } of plan.nodes) {
    if (!isWeightForm(form)) continue;
    for (const tensor of tensors) {
      const known: NodeForm = forms.get(tensor) ?? form;
      if (known !== form) {
        throw new OctavoError('PLAN_INVALID', `form ${form}, but another node uses ${tensor} as ${known}`, {
          node,
        });
      }
      forms.set(tensor, form);
    }
  }
  return forms;
}

/** Every node reads the weights that its form is for. */
function checkReaders(plan: QuantPlan, weights: ReadonlyMap<string, Weight>): void {
  for (const { node, tensors } of plan.nodes) {
    for (const tensor of tensors) {
      if (weights.get(tensor)?.uses.some((use) => use.nodeId === node)) continue;
      throw new OctavoError('PLAN_INVALID', `the node does not read ${tensor}`, { node });
    }
  }
}

function checkShape(plan: TensorPlan, tensor: Tensor): void {
  if (elementCount(tensor.dims, plan.tensor) === 0) throw invalid(plan, 'it is empty');
  if (plan.dtype === 'float16') return;
  const { granularity, scale } = plan;
  const { dims } = tensor;
  if (granularity.kind !== 'tensor' && granularity.axis >= dims.length) {
    throw invalid(plan, `axis ${granularity.axis} is outside its rank ${dims.length}`);
  }
  const { scaleCount } = scaleLayout(dims, granularity);
  if (scale !== undefined && scale.length !== scaleCount) {
    throw invalid(plan, `${scale.length} scales, its shape [${dims.join(', ')}] needs ${scaleCount}`);
  }
}

/** Forms that give the weight another name or order need every reader to take part, and nothing else in the node. */
function checkUse(use: WeightUse, plan: TensorPlan, form: NodeForm, node: NodePlan | undefined): void {
  if (form === 'dequantize' || form === 'halfCast') return;
  const reader = use.node === undefined ? 'the graph gives it out' : `${use.nodeId} reads it too`;
  if (node === undefined || !node.tensors.includes(plan.tensor)) {
    throw invalid(plan, `form ${form} is for all its readers, but ${reader}`);
  }
  if (node.tensors.length > 1) {
    throw new OctavoError('PLAN_INVALID', `form ${form} takes one weight`, { node: use.nodeId });
  }
}

type Check = (plan: TensorPlan, weight: Weight) => void;

const CHECKS: Readonly<Record<WeightForm, Check>> = {
  dequantize: (plan) => {
    codes('dequantize', plan);
  },
  halfCast: (plan, { ref }) => {
    if (plan.dtype !== 'float16') throw invalid(plan, `form halfCast stores float16, not ${plan.dtype}`);
    if (ref.tensor.dtype !== 'float32') {
      throw invalid(plan, `form halfCast is for float32, the weight holds ${ref.tensor.dtype}`);
    }
  },
  blockMatMul: (plan, weight) => {
    const role = roleOf('blockMatMul', plan, weight, ['MatMul', 'Gemm'], 1);
    if (weight.uses.some((use) => use.node?.opType === 'Gemm' && !isPlainGemm(use))) {
      throw invalid(
        plan,
        'form blockMatMul is for Gemm without transA, alpha, beta and with a bias of rank 1',
      );
    }
    blocks('blockMatMul', plan, role.blockAxis);
  },
  blockGather: (plan, weight) => {
    roleOf('blockGather', plan, weight, ['Gather'], 0);
    const blockSize = blocks('blockGather', plan, 1);
    if (weight.ref.tensor.dims[1]! % blockSize !== 0) {
      throw invalid(plan, `rows of ${weight.ref.tensor.dims[1]} are not made of blocks of ${blockSize}`);
    }
  },
  gatherDequantize: (plan, weight) => {
    roleOf('gatherDequantize', plan, weight, ['Gather'], 0);
    const { granularity, dtype } = codes('gatherDequantize', plan);
    if (DTYPE_BITS[dtype] < 8) throw invalid(plan, 'form gatherDequantize is for 8 and 16 bits');
    checkGranularity('gatherDequantize', plan, granularity, 0);
  },
  dynamicInteger: (plan, weight) => {
    const role = roleOf('dynamicInteger', plan, weight, ['MatMul', 'Gemm', 'Conv'], 1);
    const { granularity, dtype, symmetric, qmin } = codes('dynamicInteger', plan);
    if (DTYPE_BITS[dtype] !== 8) throw invalid(plan, 'form dynamicInteger is for int8 and uint8');
    checkGranularity('dynamicInteger', plan, granularity, role.channelAxis);
    const zeroPoints = granularity.kind === 'channel' && !(symmetric && qmin < 0);
    if (role.kind === 'conv' && zeroPoints) {
      throw invalid(plan, 'ConvInteger has no zero points per channel: use symmetric int8, or one scale');
    }
  },
};

/** The role that all readers agree on.
 *  @throws OctavoError `PLAN_INVALID` where one does not have it. */
function roleOf(form: NodeForm, plan: TensorPlan, weight: Weight, opTypes: string[], input: number) {
  const { tensor } = weight.ref;
  const role = weight.uses[0]?.role;
  const fits = weight.uses.every(
    (use) =>
      use.node !== undefined &&
      use.input === input &&
      opTypes.includes(use.node.opType) &&
      use.role !== undefined &&
      use.role.channelAxis === role?.channelAxis,
  );
  const conv = role?.kind === 'conv';
  if (role === undefined || !fits || tensor.dtype !== 'float32' || (!conv && tensor.dims.length !== 2)) {
    const what = `form ${form} is for a float32 matrix that is input ${input} of ${opTypes.join(' or ')}`;
    throw invalid(plan, `${what}, used the same way by all readers`);
  }
  return role;
}

function codes(form: NodeForm, plan: TensorPlan): CodePlan {
  if (plan.dtype !== 'float16') return plan;
  throw invalid(plan, `form ${form} stores integers, not float16`);
}

function checkGranularity(
  form: NodeForm,
  plan: TensorPlan,
  granularity: CodePlan['granularity'],
  axis: number,
): void {
  if (granularity.kind === 'tensor' || (granularity.kind === 'channel' && granularity.axis === axis)) return;
  throw invalid(plan, `form ${form} has one scale, or one along axis ${axis}`);
}

/** What the block operators of com.microsoft take; returns the block size. */
function blocks(form: NodeForm, plan: TensorPlan, axis: number): number {
  const { granularity, dtype, qmin, qmax } = codes(form, plan);
  if (granularity.kind !== 'block' || granularity.axis !== axis) {
    throw invalid(plan, `form ${form} has blocks along axis ${axis}`);
  }
  const bits = DTYPE_BITS[dtype];
  if (!dtype.startsWith('u') || bits > 8 || qmin !== 0 || qmax !== 2 ** bits - 1) {
    throw invalid(plan, `form ${form} takes all codes of uint2, uint4 or uint8`);
  }
  const { blockSize } = granularity;
  if (blockSize < 16 || blockSize > 65536 || (blockSize & (blockSize - 1)) !== 0) {
    throw invalid(plan, `form ${form} has blocks of 16, 32, 64, ...: ${blockSize} is no such power of two`);
  }
  return blockSize;
}

function invalid({ tensor }: TensorPlan, message: string): OctavoError {
  return new OctavoError('PLAN_INVALID', message, { tensor });
}
