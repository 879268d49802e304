// The planner: asks the mode for every use of every weight, applies the filters, settles weights that several nodes
// share, and computes the scales. Reads weights, writes nothing.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import type { Model } from '../ir/model.js';
import { type NodePlan, PLAN_VERSION, type QuantPlan, type TensorPlan, type WeightMode } from '../ir/plan.js';
import { byteLengthOf, elementCount } from '../ir/tensor.js';
import { WEIGHT_OBSERVERS } from '../observers/index.js';
import { floatChunks } from '../tensor/floatChunks.js';
import { FLOAT16_MAX } from '../tensor/half.js';
import { scaleLayout } from '../tensor/layout.js';
import { type FloatValues, rangeOf } from '../tensor/range.js';
import type { Engine } from '../wasm/engine.js';
import { Activations } from './activations.js';
import { refusal } from './filters.js';
import { MODES } from './modes/index.js';
import type { Choice, CodeSpec, Mode, ModeContext, StorageSpec } from './modes/mode.js';
import type { PlanSettings } from './options.js';
import { rowInputsOf } from './rowInputs.js';
import { observerFor } from './storage.js';
import { usesOf, type Weight, type WeightlessNode, type WeightUse } from './uses.js';

/** Bytes that the parts of a quantized weight cost beside codes and scales: names, dims and a node. */
const OVERHEAD_BYTES = 256;

export interface PlanResult {
  readonly plan: QuantPlan;
  /** Why this mode, when the caller left it open. */
  readonly modeReason: string | undefined;
}

/** Makes the plan of a model.
 *  @throws OctavoError `NON_FINITE_WEIGHT` when a weight to be quantized holds NaN or infinity. */
export async function makePlan(
  engine: Engine,
  model: Model,
  settings: PlanSettings,
  canRaiseTo: (opset: number) => boolean,
  context: RunContext,
): Promise<PlanResult> {
  const { weights, weightless } = usesOf(model);
  const chosen = settings.mode === 'auto' ? autoMode(weights) : undefined;
  const mode = MODES[chosen?.mode ?? (settings.mode as WeightMode)];
  const { tensors, nodes } = await planWeights(engine, weights, mode, { settings, canRaiseTo }, context);
  const plan: QuantPlan = {
    version: PLAN_VERSION,
    mode: mode.name,
    tensors,
    nodes: nodes.plans(mode.name === 'fp16' ? [] : weightless),
  };
  return { plan, modeReason: chosen?.reason };
}

/** The stored form of every weight, and the verdicts on the nodes that use it. */
async function planWeights(
  engine: Engine,
  weights: readonly Weight[],
  mode: Mode,
  modeContext: ModeContext,
  context: RunContext,
): Promise<{ tensors: TensorPlan[]; nodes: NodeRecords }> {
  const nodes = new NodeRecords();
  const tensors: TensorPlan[] = [];
  const total = weights.reduce((sum, weight) => sum + weight.ref.tensor.data.byteLength, 0);
  let done = 0;
  const activations = new Activations(engine, context);
  try {
    for (const weight of weights) {
      const verdicts = settle(mode, weight, modeContext);
      const choice = verdicts.find((v): v is Choice => typeof v !== 'string');
      const planned = choice && (await tensorPlan(engine, weight, choice.spec, activations, context));
      if (typeof planned === 'object') tensors.push(planned);
      for (const [i, use] of weight.uses.entries()) {
        const verdict = typeof planned === 'string' ? planned : verdicts[i]!;
        nodes.add({ use, tensor: weight.id, size: elementCount(weight.ref.tensor.dims), verdict });
      }
      done += weight.ref.tensor.data.byteLength;
      context.report('analyse', done, total);
    }
  } finally {
    activations.release();
  }
  return { tensors, nodes };
}

interface Verdict {
  readonly use: WeightUse;
  readonly tensor: string;
  readonly size: number;
  readonly verdict: Choice | string;
}

/** The verdicts on a node's operands. The plan has one line a node: the one that says most. */
class NodeRecords {
  readonly #byNode = new Map<string, Verdict[]>();

  add(verdict: Verdict): void {
    const { node, nodeId } = verdict.use;
    if (node === undefined) return;
    const known = this.#byNode.get(nodeId);
    if (known === undefined) this.#byNode.set(nodeId, [verdict]);
    else known.push(verdict);
  }

  /** The lines in graph order; `weightless` nodes have one too. */
  plans(weightless: readonly WeightlessNode[]): NodePlan[] {
    const decided = [...this.#byNode.values()].map((verdicts) => ({
      order: verdicts[0]!.use.order,
      plan: nodePlan(verdicts),
    }));
    const computed = weightless.map(({ nodeId, node: { opType }, order }) => {
      const reason = 'it has no constant weight';
      return { order, plan: { node: nodeId, opType, form: 'float', tensors: [], reason } as const };
    });
    return [...decided, ...computed].sort((a, b) => a.order - b.order).map(({ plan }) => plan);
  }
}

function nodePlan(verdicts: readonly Verdict[]): NodePlan {
  const { use, verdict } = verdicts.reduce((best, next) => (saysMore(next, best) ? next : best));
  const line = { node: use.nodeId, opType: use.node!.opType };
  if (typeof verdict === 'string') return { ...line, form: 'float', tensors: [], reason: verdict };
  // An operand of another form is one that its other readers want dequantized: it is on their lines.
  const same = verdicts.filter(
    (each) => typeof each.verdict !== 'string' && each.verdict.form === verdict.form,
  );
  return {
    ...line,
    form: verdict.form,
    tensors: [...new Set(same.map(({ tensor }) => tensor))],
    reason: verdict.reason,
  };
}

/** A form before a reason, the node's weight before other operands, a large one before a small one. */
function saysMore(a: Verdict, b: Verdict): boolean {
  const rank = ({ verdict, use }: Verdict): number =>
    (typeof verdict === 'string' ? 0 : 2) + (use.role === undefined ? 0 : 1);
  return rank(a) > rank(b) || (rank(a) === rank(b) && a.size > b.size);
}

/** The verdict for every use of a weight. A weight is stored once: either all users take the same form, or they share
 *  one dequantized in front of them, or it stays in float for all. */
function settle(mode: Mode, weight: Weight, context: ModeContext): (Choice | string)[] {
  const { tensor } = weight.ref;
  const refused = weight.uses.map((use) => refusal(use, tensor, context.settings));
  const barred = weight.uses.find((_, i) => refused[i]?.bars);
  const wishes = weight.uses.map((use, i) => refused[i]?.reason ?? mode.choose(use, tensor, context));
  const wanting = wishes.findIndex((wish) => typeof wish !== 'string');
  if (wanting < 0) return wishes;
  if (barred !== undefined) {
    const shares = `shares its weight with ${barred.nodeId}, which is to stay in float`;
    return wishes.map((wish) => (typeof wish === 'string' ? wish : shares));
  }
  const first = wishes[wanting] as Choice;
  const { role } = weight.uses[wanting]!;
  const alike = weight.uses.every(
    (use) => use.role?.channelAxis === role?.channelAxis || first.form === 'halfCast',
  );
  if (alike && wishes.every((wish) => typeof wish !== 'string' && sameChoice(wish, first))) return wishes;
  const shared = mode.shared(weight.uses[wanting]!, tensor, context);
  if (typeof shared === 'string' || first.form === shared.form) return weight.uses.map(() => shared);
  const others = `${shared.reason}; the weight has ${weight.uses.length} users, so not ${first.form}`;
  return weight.uses.map(() => ({ ...shared, reason: others }));
}

function sameChoice(a: Choice, b: Choice): boolean {
  return a.form === b.form && JSON.stringify(a.spec) === JSON.stringify(b.spec);
}

/** The stored form of a weight with its scales, or the reason why it stays in float after all. */
async function tensorPlan(
  engine: Engine,
  weight: Weight,
  spec: StorageSpec,
  activations: Activations,
  context: RunContext,
): Promise<TensorPlan | string> {
  const { tensor } = weight.ref;
  const count = elementCount(tensor.dims, weight.id);
  if (count === 0) return 'the weight is empty';
  if (!shrinks(weight, spec, count)) return `its weight of ${count} elements would not get smaller`;
  const { budget } = context;
  const values: FloatValues = {
    tensor: weight.id,
    budget,
    chunks: () => floatChunks(engine, tensor, context),
  };
  if (spec.dtype === 'float16') return halfPlan(engine, weight, values);
  const inputs = await rowInputsOf(weight, spec.granularity, activations);
  const observer = observerFor(spec, count, inputs !== undefined);
  const base = { tensor: weight.id, ...spec, observer };
  if (spec.granularity.kind === 'block') {
    await rangeOf(engine, values, scaleLayout(tensor.dims, { kind: 'tensor' }));
    return base;
  }
  const layout = scaleLayout(tensor.dims, spec.granularity);
  const { scale, zeroPoint } = await WEIGHT_OBSERVERS[observer](engine, values, layout, spec, inputs);
  return { ...base, scale: [...scale], zeroPoint: [...zeroPoint] };
}

/** Attention masks hold infinities by intent, so what is not the weight of an operator may hold them: it stays float. */
async function halfPlan(engine: Engine, weight: Weight, values: FloatValues): Promise<TensorPlan | string> {
  try {
    const { min, max } = await rangeOf(engine, values, { depth: 1, inner: 1, block: 1, scaleCount: 1 });
    if (min[0]! < -FLOAT16_MAX || max[0]! > FLOAT16_MAX)
      return `its weight passes ±${FLOAT16_MAX}, the limit of float16`;
    return { tensor: weight.id, dtype: 'float16' };
  } catch (error) {
    const isMask = error instanceof OctavoError && error.code === 'NON_FINITE_WEIGHT';
    if (isMask && weight.uses.every((use) => use.role === undefined)) return 'it holds NaN or infinity';
    throw error;
  }
}

function shrinks(weight: Weight, spec: StorageSpec, count: number): boolean {
  const before = weight.ref.tensor.data.byteLength;
  if (spec.dtype === 'float16') return before > 2 * count + OVERHEAD_BYTES;
  const scales = scaleLayout(weight.ref.tensor.dims, spec.granularity).scaleCount;
  return before > byteLengthOf(spec.dtype, count) + scaleBytes(spec, scales) + OVERHEAD_BYTES;
}

function scaleBytes(spec: CodeSpec, scales: number): number {
  return 4 * scales + (spec.symmetric ? 0 : byteLengthOf(spec.dtype, scales));
}

/** dynamic when MatMul and Gemm carry more than half of the elements that could be quantized. */
function autoMode(weights: readonly Weight[]): { mode: WeightMode; reason: string } {
  let products = 0;
  let all = 0;
  for (const { ref, uses } of weights) {
    const role = uses.find((use) => use.role !== undefined)?.role;
    if (role === undefined) continue;
    const count = elementCount(ref.tensor.dims);
    all += count;
    if (role.kind === 'matmul') products += count;
  }
  const share = all === 0 ? 0 : Math.floor((100 * products) / all);
  const reason = `MatMul and Gemm hold ${share} % of the ${all} weights`;
  return 2 * products > all
    ? { mode: 'dynamic', reason: `${reason}, which pays for integer products` }
    : { mode: 'weights', reason: `${reason}; the others gain size, not speed, without calibration` };
}
