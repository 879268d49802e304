// QuantPlans as JSON: written with one tensor and one node a line, so that plans can be read, compared and edited; read
// with every field checked, since what comes back may have been edited. docs/plan.md is the schema in prose.

import { OctavoError } from '../errors.js';
import { CODE_RANGE } from '../ir/dtype.js';
import {
  type ActivationPlan,
  type Granularity,
  type NodeForm,
  type NodePlan,
  PLAN_VERSION,
  type QuantPlan,
  type QuantTarget,
  type TensorPlan,
} from '../ir/plan.js';
import { WEIGHT_OBSERVERS } from '../observers/index.js';

const FORMS: readonly NodeForm[] = [
  'float',
  'dequantize',
  'blockMatMul',
  'blockGather',
  'gatherDequantize',
  'dynamicInteger',
  'halfCast',
  'integer',
  'fused',
];
const PLAN_MODES = ['weights', 'dynamic', 'embedding', 'fp16', 'static'];
const ACTIVATION_TYPES = ['int8', 'uint8', 'int16', 'uint16'];
const TARGETS: readonly QuantTarget[] = ['onnxruntime-cpu', 'onnxruntime-web', 'tensorrt', 'octavo'];

/** The JSON text of a plan: the same text for the same plan everywhere. */
export function planToJson(plan: QuantPlan): string {
  const lines = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  const { version, mode, target, representation, biasCorrection, recovered } = plan;
  const { tensors, activations, nodes } = plan;
  const fields = [
    ['version', version],
    ['mode', mode],
    ['target', target],
    ['representation', representation],
    ['biasCorrection', biasCorrection],
    ['recovered', recovered],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`"${name}": ${JSON.stringify(value)}`]));
  fields.push(`"tensors": ${lines(tensors)}`);
  if (activations !== undefined) fields.push(`"activations": ${lines(activations)}`);
  fields.push(`"nodes": ${lines(nodes)}`);
  return `{\n  ${fields.join(',\n  ')}\n}\n`;
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
  checkStaticFields(plan);
  const seen = new Set<string>();
  for (const [i, tensor] of list(plan.tensors, 'tensors').entries()) {
    checkTensor(tensor, `tensors[${i}]`);
    if (seen.has(tensor.tensor)) throw bad(`tensors[${i}].tensor`, `${tensor.tensor} is planned twice`);
    seen.add(tensor.tensor);
  }
  const nodes = new Set<string>();
  for (const [i, node] of list(plan.nodes, 'nodes').entries()) {
    checkNode(node, `nodes[${i}]`, seen, plan.mode === 'static');
    if (nodes.has(node.node)) throw bad(`nodes[${i}].node`, `${node.node} is planned twice`);
    nodes.add(node.node);
  }
}

function checkTensor(value: unknown, path: string): asserts value is TensorPlan {
  const tensor = object(value, path);
  string(tensor.tensor, `${path}.tensor`);
  if (tensor.dtype === 'float16') return;
  if (!isKey(tensor.dtype, CODE_RANGE))
    throw bad(`${path}.dtype`, `must be float16 or one of ${Object.keys(CODE_RANGE).join(', ')}`);
  const range = CODE_RANGE[tensor.dtype];
  const { qmin, qmax } = tensor as { qmin: unknown; qmax: unknown };
  if (!isInteger(qmin) || !isInteger(qmax) || qmin < range[0] || qmax > range[1] || qmin >= qmax) {
    throw bad(`${path}.qmin`, `qmin < qmax must lie in [${range[0]}, ${range[1]}]`);
  }
  if (typeof tensor.symmetric !== 'boolean') throw bad(`${path}.symmetric`, 'must be true or false');
  if (tensor.symmetric && qmax <= centreOf(qmin, qmax)) {
    throw bad(`${path}.qmax`, `must lie above ${centreOf(qmin, qmax)}, the zero point of symmetric codes`);
  }
  checkGranularity(tensor.granularity, `${path}.granularity`);
  if (!isKey(tensor.observer, WEIGHT_OBSERVERS)) {
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
  for (const [i, value] of scale.entries()) checkScale(value, `${path}.scale[${i}]`);
  const zeroPoint = list(tensor.zeroPoint, `${path}.zeroPoint`);
  if (zeroPoint.length !== scale.length)
    throw bad(`${path}.zeroPoint`, `must have ${scale.length} entries like scale`);
  for (const [i, value] of zeroPoint.entries()) {
    checkZeroPoint(value, qmin, qmax, tensor.symmetric === true, `${path}.zeroPoint[${i}]`);
  }
}

function checkScale(value: unknown, path: string): void {
  const fits = typeof value === 'number' && value > 0 && value < Infinity && Math.fround(value) === value;
  if (!fits) throw bad(path, `${String(value)} is not a float32 > 0`);
}

function checkZeroPoint(value: unknown, qmin: number, qmax: number, symmetric: boolean, path: string): void {
  if (!isInteger(value) || value < qmin || value > qmax) {
    throw bad(path, `${String(value)} is not an integer in [${qmin}, ${qmax}]`);
  }
  const centre = centreOf(qmin, qmax);
  if (symmetric && value !== centre) throw bad(path, `must be ${centre}, being symmetric`);
}

/** Zero point of symmetric codes: 0 for signed ones, the upper middle for unsigned. */
function centreOf(qmin: number, qmax: number): number {
  return qmin < 0 ? 0 : Math.ceil((qmin + qmax) / 2);
}

/** What only plans of mode static have. */
function checkStaticFields(plan: Record<string, unknown>): void {
  const { mode, target, representation, biasCorrection, recovered, activations } = plan;
  if (mode !== 'static') {
    if (activations !== undefined) throw bad('activations', 'is for mode static');
    return;
  }
  if (!TARGETS.includes(target as QuantTarget)) throw bad('target', `must be one of ${TARGETS.join(', ')}`);
  if (representation !== 'qdq' && representation !== 'operator') {
    throw bad('representation', 'must be qdq or operator');
  }
  if (biasCorrection !== undefined && biasCorrection !== 'normalizations') {
    throw bad('biasCorrection', 'must be normalizations');
  }
  for (const [i, step] of list(recovered ?? [], 'recovered').entries()) string(step, `recovered[${i}]`);
  const byValue = new Map<string, ActivationPlan>();
  for (const [i, activation] of list(activations, 'activations').entries()) {
    checkActivation(activation, `activations[${i}]`);
    if (byValue.has(activation.value)) {
      throw bad(`activations[${i}].value`, `${activation.value} is planned twice`);
    }
    byValue.set(activation.value, activation);
  }
  for (const [i, each] of [...byValue.values()].entries()) {
    const other = each.like === undefined ? each : byValue.get(each.like);
    const isSame =
      other?.scale === each.scale && other.zeroPoint === each.zeroPoint && other.dtype === each.dtype;
    if (isSame && (other === each || other.like === undefined)) continue;
    throw bad(`activations[${i}].like`, `${each.like} has no equal parameters of its own`);
  }
}

function checkActivation(value: unknown, path: string): asserts value is ActivationPlan {
  const activation = object(value, path);
  string(activation.value, `${path}.value`);
  string(activation.method, `${path}.method`);
  if (activation.like !== undefined) string(activation.like, `${path}.like`);
  const { dtype, qmin, qmax, symmetric, scale, zeroPoint } = activation;
  if (!ACTIVATION_TYPES.includes(dtype as string)) {
    throw bad(`${path}.dtype`, `must be one of ${ACTIVATION_TYPES.join(', ')}`);
  }
  // What QuantizeLinear saturates at.
  const [low, high] = CODE_RANGE[dtype as ActivationPlan['dtype']];
  if (qmin !== low || qmax !== high) throw bad(`${path}.qmin`, `qmin and qmax must be ${low} and ${high}`);
  if (typeof symmetric !== 'boolean') throw bad(`${path}.symmetric`, 'must be true or false');
  checkScale(scale, `${path}.scale`);
  checkZeroPoint(zeroPoint, low, high, symmetric, `${path}.zeroPoint`);
}

function checkNode(
  value: unknown,
  path: string,
  tensors: ReadonlySet<string>,
  isStatic: boolean,
): asserts value is NodePlan {
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
  if (node.bias !== undefined && (node.bias !== 'int32' || node.form !== 'integer')) {
    throw bad(`${path}.bias`, 'must be int32, and is for form integer');
  }
  const isOfStatic = node.form === 'integer' || node.form === 'fused';
  if (node.form !== 'float' && isOfStatic !== isStatic) {
    throw bad(`${path}.form`, `${node.form} is ${isStatic ? 'not ' : ''}for mode static`);
  }
  if (node.form === 'integer') return;
  if ((node.form === 'float' || node.form === 'fused') !== (used.length === 0)) {
    throw bad(
      `${path}.tensors`,
      'must be empty for forms float and fused, and name the weight for all others',
    );
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

function isKey<T extends object>(value: unknown, record: T): value is keyof T {
  return typeof value === 'string' && Object.hasOwn(record, value);
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
