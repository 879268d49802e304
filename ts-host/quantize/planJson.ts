// QuantPlans as JSON: written with one tensor and one node a line, so that plans can be read, compared and edited; read
// with every field checked, since what comes back may have been edited. docs/plan.md is the schema in prose.

import { OctavoError } from '../errors.js';
import { type ConstantRef, ConstantScope, constantId } from '../ir/constants.js';
import { CODE_RANGE, type CodeDType, isFloat } from '../ir/dtype.js';
import { type Graph, type Model, nodeIds } from '../ir/model.js';
import {
  type CodePlan,
  type Granularity,
  type NodeForm,
  PLAN_VERSION,
  type QuantPlan,
  type TensorPlan,
} from '../ir/plan.js';
import { WEIGHT_OBSERVERS } from '../observers/index.js';
import { scaleLayout } from '../tensor/layout.js';

const FORMS: readonly NodeForm[] = [
  'float',
  'dequantize',
  'blockMatMul',
  'blockGather',
  'gatherDequantize',
  'dynamicInteger',
  'halfCast',
];
const PLAN_MODES = ['weights', 'dynamic', 'embedding', 'fp16'];

/** The JSON text of a plan: the same text for the same plan everywhere. */
export function planToJson(plan: QuantPlan): string {
  const lines = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  const { version, mode, tensors, nodes } = plan;
  return `{\n  "version": ${version},\n  "mode": ${JSON.stringify(mode)},\n  "tensors": ${lines(tensors)},\n  "nodes": ${lines(nodes)}\n}\n`;
}

/** Reads a plan and checks every field.
 *  @throws OctavoError `PLAN_VERSION` for another version, `PLAN_INVALID` with the path of the field at fault. */
export function planFromJson(text: string): QuantPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OctavoError('PLAN_INVALID', 'the plan is not JSON', {}, { cause });
  }
  checkPlan(value);
  return value;
}

/** @throws OctavoError as {@link planFromJson}. */
export function checkPlan(value: unknown): asserts value is QuantPlan {
  const plan = object(value, 'plan');
  if (plan.version !== PLAN_VERSION) {
    throw new OctavoError(
      'PLAN_VERSION',
      `plan version ${String(plan.version)}; this release reads ${PLAN_VERSION}`,
      {
        field: 'version',
      },
    );
  }
  if (!PLAN_MODES.includes(plan.mode as string)) throw bad('mode', `must be one of ${PLAN_MODES.join(', ')}`);
  const seen = new Set<string>();
  for (const [i, tensor] of list(plan.tensors, 'tensors').entries()) {
    checkTensor(tensor, `tensors[${i}]`);
    if (seen.has(tensor.tensor)) throw bad(`tensors[${i}].tensor`, `${tensor.tensor} is planned twice`);
    seen.add(tensor.tensor);
  }
  for (const [i, node] of list(plan.nodes, 'nodes').entries()) checkNode(node, `nodes[${i}]`, seen);
}

function checkTensor(value: unknown, path: string): asserts value is TensorPlan {
  const tensor = object(value, path);
  string(tensor.tensor, `${path}.tensor`);
  if (tensor.dtype === 'float16') return;
  const range = CODE_RANGE[tensor.dtype as CodeDType];
  if (range === undefined)
    throw bad(`${path}.dtype`, `must be float16 or one of ${Object.keys(CODE_RANGE).join(', ')}`);
  const { qmin, qmax } = tensor as { qmin: unknown; qmax: unknown };
  if (!isInteger(qmin) || !isInteger(qmax) || qmin < range[0] || qmax > range[1] || qmin >= qmax) {
    throw bad(`${path}.qmin`, `qmin < qmax must lie in [${range[0]}, ${range[1]}]`);
  }
  if (typeof tensor.symmetric !== 'boolean') throw bad(`${path}.symmetric`, 'must be true or false');
  checkGranularity(tensor.granularity, `${path}.granularity`);
  if (!Object.hasOwn(WEIGHT_OBSERVERS, tensor.observer as string)) {
    throw bad(`${path}.observer`, `must be one of ${Object.keys(WEIGHT_OBSERVERS).join(', ')}`);
  }
  checkScales(tensor, qmin, qmax, path);
}

function checkGranularity(value: unknown, path: string): asserts value is Granularity {
  const granularity = object(value, path);
  const { kind, axis, blockSize } = granularity;
  if (kind === 'tensor') return;
  if (kind !== 'channel' && kind !== 'block') throw bad(`${path}.kind`, 'must be tensor, channel or block');
  if (!isInteger(axis) || axis < 0) throw bad(`${path}.axis`, 'must be an integer >= 0');
  if (kind === 'block' && (!isInteger(blockSize) || blockSize < 1)) {
    throw bad(`${path}.blockSize`, 'must be an integer >= 1');
  }
}

function checkScales(tensor: Record<string, unknown>, qmin: number, qmax: number, path: string): void {
  const block = (tensor.granularity as Granularity).kind === 'block';
  if (block) {
    if (tensor.scale !== undefined || tensor.zeroPoint !== undefined) {
      throw bad(
        `${path}.scale`,
        'must be absent under granularity block: those scales are computed when written',
      );
    }
    return;
  }
  const scale = list(tensor.scale, `${path}.scale`);
  for (const [i, value] of scale.entries()) {
    const fits = typeof value === 'number' && value > 0 && value < Infinity && Math.fround(value) === value;
    if (!fits) throw bad(`${path}.scale[${i}]`, `${String(value)} is not a float32 > 0`);
  }
  const zeroPoint = list(tensor.zeroPoint, `${path}.zeroPoint`);
  if (zeroPoint.length !== scale.length)
    throw bad(`${path}.zeroPoint`, `must have ${scale.length} entries like scale`);
  const centre = qmin < 0 ? 0 : Math.ceil((qmin + qmax) / 2);
  for (const [i, value] of zeroPoint.entries()) {
    if (!isInteger(value) || value < qmin || value > qmax) {
      throw bad(`${path}.zeroPoint[${i}]`, `${String(value)} is not an integer in [${qmin}, ${qmax}]`);
    }
    if (tensor.symmetric === true && value !== centre)
      throw bad(`${path}.zeroPoint[${i}]`, `must be ${centre}, being symmetric`);
  }
}

function checkNode(value: unknown, path: string, tensors: ReadonlySet<string>): void {
  const node = object(value, path);
  string(node.node, `${path}.node`);
  string(node.opType, `${path}.opType`);
  string(node.reason, `${path}.reason`);
  if (!FORMS.includes(node.form as NodeForm)) throw bad(`${path}.form`, `must be one of ${FORMS.join(', ')}`);
  const used = list(node.tensors, `${path}.tensors`);
  for (const [i, tensor] of used.entries()) {
    string(tensor, `${path}.tensors[${i}]`);
    if (!tensors.has(tensor)) throw bad(`${path}.tensors[${i}]`, `${tensor} is not among the plan's tensors`);
  }
  if ((node.form === 'float') !== (used.length === 0)) {
    throw bad(`${path}.tensors`, 'must be empty for form float, and name the weight for all others');
  }
}

/** Checks that a plan fits a model: every tensor and node exists, has floats, the right operator and as many scales as
 *  its shape asks for.
 *  @throws OctavoError `PLAN_INVALID` naming the tensor or node. */
export function checkPlanFits(plan: QuantPlan, model: Model): void {
  const constants = new Map<string, ConstantRef>();
  const opTypes = new Map<string, string>();
  collect(model.graph, new ConstantScope(model.graph), constants, opTypes);
  for (const tensor of plan.tensors) {
    const ref = constants.get(tensor.tensor);
    const place = { tensor: tensor.tensor };
    if (ref === undefined) throw new OctavoError('PLAN_INVALID', 'the model has no such constant', place);
    if (!isFloat(ref.tensor.dtype))
      throw new OctavoError('PLAN_INVALID', `it holds ${ref.tensor.dtype}, not floats`, place);
    if (tensor.dtype !== 'float16') checkShape(tensor, ref.tensor.dims);
  }
  for (const { node, opType } of plan.nodes) {
    const known = opTypes.get(node);
    if (known === opType) continue;
    const what =
      known === undefined ? 'the model has no such node' : `it is a ${known}, the plan says ${opType}`;
    throw new OctavoError('PLAN_INVALID', what, { node });
  }
  checkForms(plan);
}

function checkShape(tensor: CodePlan, dims: readonly number[]): void {
  const { granularity, scale } = tensor;
  if (granularity.kind !== 'tensor' && granularity.axis >= dims.length) {
    throw new OctavoError('PLAN_INVALID', `axis ${granularity.axis} is outside its rank ${dims.length}`, {
      tensor: tensor.tensor,
    });
  }
  const { scaleCount } = scaleLayout(dims, granularity);
  if (scale !== undefined && scale.length !== scaleCount) {
    throw new OctavoError(
      'PLAN_INVALID',
      `${scale.length} scales, its shape [${dims.join(', ')}] needs ${scaleCount}`,
      {
        tensor: tensor.tensor,
      },
    );
  }
}

/** A weight has one form: two nodes that want different ones cannot share it. */
function checkForms(plan: QuantPlan): void {
  const forms = new Map<string, NodeForm>();
  for (const { node, form, tensors } of plan.nodes) {
    for (const tensor of tensors) {
      const known = forms.get(tensor) ?? form;
      if (known !== form)
        throw new OctavoError('PLAN_INVALID', `form ${form}, but another node uses ${tensor} as ${known}`, {
          node,
        });
      forms.set(tensor, form);
    }
  }
}

function collect(
  graph: Graph,
  scope: ConstantScope,
  constants: Map<string, ConstantRef>,
  opTypes: Map<string, string>,
): void {
  for (const ref of scope.own()) constants.set(constantId(ref), ref);
  const ids = nodeIds(graph, scope.path);
  for (const [index, node] of graph.nodes.entries()) {
    const id = ids[index]!;
    opTypes.set(id, node.opType);
    for (const [name, attribute] of node.attributes) {
      const inner =
        attribute.kind === 'graph'
          ? [[attribute.value, `${id}/${name}`] as const]
          : attribute.kind === 'graphs'
            ? attribute.value.map((g, i) => [g, `${id}/${name}/${i}`] as const)
            : [];
      for (const [g, path] of inner) collect(g, new ConstantScope(g, path, scope), constants, opTypes);
    }
  }
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(path, 'must be an object');
  return value as Record<string, unknown>;
}

function list(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw bad(path, 'must be a list');
  return value;
}

function string(value: unknown, path: string): asserts value is string {
  if (typeof value !== 'string') throw bad(path, 'must be a string');
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function bad(field: string, message: string): OctavoError {
  return new OctavoError('PLAN_INVALID', message, { field });
}
