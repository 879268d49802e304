// planStatic: the plan of a statically quantized model. The prepared model and its settings say which nodes can run in integers
// (structure.ts), the statistics say where the codes lie, the observers of weights where those lie.

import type { RunContext } from '../../context.js';
import { Breather } from '../../io/breather.js';
import { ConstantScope } from '../../ir/constants.js';
import { CODE_RANGE } from '../../ir/dtype.js';
import { GraphIndex } from '../../ir/graphIndex.js';
import type { Model, Node } from '../../ir/model.js';
import {
  type ActivationPlan,
  type NodePlan,
  PLAN_VERSION,
  type QuantPlan,
  type TensorPlan,
} from '../../ir/plan.js';
import type { Tensor } from '../../ir/tensor.js';
import type { ActivationRange } from '../../observers/activation/method.js';
import type { StatsByValue } from '../../observers/activation/statsByValue.js';
import { floatChunks } from '../../tensor/floatChunks.js';
import { rangeOf } from '../../tensor/range.js';
import type { Engine } from '../../wasm/engine.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { scalesFromRange } from '../../wasm/kernels/ranges.js';
import { type ActivationStatistics, Activations } from '../activations.js';
import { type Bounds, boundsOf } from './activations.js';
import { biasValues } from './bias/check.js';
import { planTold } from './bias/told.js';
import type { BiasMeans } from './bias/weightLoss.js';
import type { IntegerUse } from './operators/use.js';
import { codeRule, type Parameters, parametersOf } from './parameters.js';
import { integerReason } from './reasons.js';
import { refusals } from './refusals.js';
import type { StaticSettings } from './settings.js';
import { type Structure, structureOf } from './structure.js';
import { type WeightReader, weightPlan } from './weights.js';

export interface StaticPlanInput {
  readonly engine: Engine;
  /** Runs the searches over histograms. */
  readonly execution: ExecutionEngine;
  /** The prepared model, which the plan is for. */
  readonly model: Model;
  /** The model as it came: what its normalizations tell of activations helps to choose the scales of weights. */
  readonly original: Model;
  readonly settings: StaticSettings;
  readonly stats: StatsByValue;
  /** Ranges that stand, whatever the statistics say. */
  readonly ranges?: ReadonlyMap<string, ActivationRange> | undefined;
  /** What the channels of activations are like. Default: what the normalizations of `original` tell. */
  readonly activations?: ActivationStatistics | undefined;
  /** The plan says so where they are told by `original`. Default: as the settings say. */
  readonly biases?: BiasMeans | undefined;
}

/** Makes the plan of a prepared model.
 *  @throws OctavoError `NON_FINITE_WEIGHT` */
export async function planStatic(input: StaticPlanInput, context: RunContext): Promise<QuantPlan> {
  const { model, settings, stats } = input;
  await Breather.of(context).breathe();
  const index = new GraphIndex(model.graph);
  const bounds = await boundsOf(index, context);
  const structure = knownStructure(index, bounds, settings, stats);
  const planner = new Planner(input, structure, context);
  return planner.plan();
}

/** The structure without the nodes at values that calibration has not seen. */
function knownStructure(
  index: GraphIndex,
  bounds: ReadonlyMap<number, Bounds>,
  settings: StaticSettings,
  stats: StatsByValue,
): Structure {
  const unknown = new Set<string>();
  const refuse = refusals(index, settings);
  const refuseUnknown = (node: Node, id: string): string | undefined => {
    const missing = [...node.inputs, ...node.outputs].find((name) => unknown.has(name));
    return refuse(node, id) ?? (missing && `calibration has not seen ${missing}`);
  };
  for (;;) {
    const structure = structureOf(index, bounds, settings.target, refuseUnknown);
    const before = unknown.size;
    for (const name of structure.codes.keys()) {
      const observed = structure.observed.get(structure.groups.find(name)) ?? [];
      if (observed.some((each) => stats.get(each) === undefined)) unknown.add(name);
    }
    if (unknown.size === before) return structure;
  }
}

class Planner {
  readonly #input: StaticPlanInput;
  readonly #structure: Structure;
  readonly #context: RunContext;
  readonly #parameters = new Map<string, Parameters>();

  constructor(input: StaticPlanInput, structure: Structure, context: RunContext) {
    this.#input = input;
    this.#structure = structure;
    this.#context = context;
  }

  async plan(): Promise<QuantPlan> {
    const { engine, settings, biases = settings.biasCorrection ? 'told' : 'own' } = this.#input;
    const told = new Activations(engine, this.#context);
    try {
      const plan = await this.#plan(told);
      return biases === 'told' ? await planTold(this.#input, plan, told) : plan;
    } finally {
      told.release();
    }
  }

  async #plan(told: Activations): Promise<QuantPlan> {
    const { settings } = this.#input;
    const activations = await this.#activations();
    const tensors = await this.#tensors(told);
    return {
      version: PLAN_VERSION,
      mode: 'static',
      tensors,
      activations,
      target: settings.target.name,
      representation: settings.representation,
      nodes: this.#nodes(new Set(tensors.map(({ tensor }) => tensor))),
    };
  }

  async #activations(): Promise<ActivationPlan[]> {
    const { codes, groups } = this.#structure;
    const plans: ActivationPlan[] = [];
    for (const value of codes.keys()) {
      const root = groups.find(value);
      const { scale, zeroPoint, symmetric } = this.#parametersOf(root);
      const dtype = this.#input.settings.activationType;
      const [qmin, qmax] = CODE_RANGE[dtype];
      const base = { value, dtype, qmin, qmax, symmetric };
      const from =
        root === value ? { method: this.#input.settings.method.name } : { method: 'shared', like: root };
      plans.push({ ...base, ...from, scale, zeroPoint });
      // A search takes about a millisecond.
      await Breather.of(this.#context).breathe();
    }
    return plans;
  }

  #parametersOf(root: string): Parameters {
    const known = this.#parameters.get(root);
    if (known !== undefined) return known;
    const { settings, stats, execution, ranges: given } = this.#input;
    const { target, activationType, symmetric, method } = settings;
    const { codes, observed } = this.#structure;
    const bounds = codes.get(root)!.bounds;
    const rule = codeRule(activationType, symmetric, bounds, target.symmetric);
    const ranges = observed
      .get(root)!
      .map((value) => given?.get(value) ?? method.choose(execution, stats.get(value)!, rule, method));
    const parameters = parametersOf(ranges, rule, bounds, target.fuses === 'lowest');
    this.#parameters.set(root, parameters);
    return parameters;
  }

  /** The stored form of the weights and constant operands of integer nodes, in the order they are read. */
  async #tensors(told: Activations): Promise<TensorPlan[]> {
    const { engine, original, settings, activations = told } = this.#input;
    const scope = new ConstantScope(original.graph);
    const tools = { engine, context: this.#context, activations, scope };
    const plans: TensorPlan[] = [];
    const weights = await this.#weightReaders();
    const total = [...weights.keys()].reduce((sum, name) => sum + this.#constant(name).data.byteLength, 0);
    let done = 0;
    for (const [name, readers] of weights) {
      const tensor = this.#constant(name);
      plans.push(await weightPlan(name, tensor, readers, settings.weights, tools));
      this.#context.report('analyse', (done += tensor.data.byteLength), total);
      await Breather.of(this.#context).breathe();
    }
    for (const name of this.#operands()) if (!weights.has(name)) plans.push(await this.#operandPlan(name));
    return plans;
  }

  async #weightReaders(): Promise<Map<string, WeightReader[]>> {
    const { index, ids, uses, groups } = this.#structure;
    const { quantizesBias } = this.#input.settings.target;
    const weights = new Map<string, WeightReader[]>();
    for (const [at, { weight, data }] of uses) {
      if (weight === undefined) continue;
      const node = index.graph.nodes[at]!;
      const bias = weight.bias === undefined ? undefined : index.constant(node.inputs[weight.bias]);
      const reader: WeightReader = {
        id: ids[at]!,
        node,
        input: weight.input,
        inputScale: quantizesBias ? this.#parametersOf(groups.find(node.inputs[data[0]!]!)).scale : undefined,
        bias: bias && (await biasValues(bias, this.#context)),
      };
      const name = node.inputs[weight.input]!;
      weights.set(name, [...(weights.get(name) ?? []), reader]);
    }
    return weights;
  }

  /** Constants that integer nodes take where others take codes. */
  #operands(): Set<string> {
    const { index, uses } = this.#structure;
    const names = [...uses].flatMap(([at, { data }]) =>
      data.map((input) => index.graph.nodes[at]!.inputs[input]!),
    );
    return new Set(names.filter((name) => index.constant(name) !== undefined));
  }

  /** Of the type of the codes beside it, over its own range. */
  async #operandPlan(name: string): Promise<TensorPlan> {
    const { engine, settings } = this.#input;
    const tensor = this.#constant(name);
    const [qmin, qmax] = CODE_RANGE[settings.activationType];
    const chunks = () => floatChunks(engine, tensor, this.#context);
    const values = { tensor: name, budget: this.#context.budget, chunks };
    const range = await rangeOf(engine, values, { depth: 1, inner: 1, block: 1, scaleCount: 1 });
    const { symmetric } = settings;
    const { scale, zeroPoint } = scalesFromRange(engine, range, { qmin, qmax, symmetric });
    return {
      tensor: name,
      dtype: settings.activationType,
      qmin,
      qmax,
      symmetric,
      granularity: { kind: 'tensor' },
      observer: 'absmax',
      scale: [...scale],
      zeroPoint: [...zeroPoint],
    };
  }

  #nodes(planned: ReadonlySet<string>): NodePlan[] {
    const { settings } = this.#input;
    const { index, ids, uses, fused, reasons } = this.#structure;
    return index.graph.nodes.flatMap((node, at): NodePlan[] => {
      const line = { node: ids[at]!, opType: node.opType };
      const use = uses.get(at);
      if (use !== undefined) {
        const tensors = [...new Set(node.inputs.filter((name) => planned.has(name)))];
        const bias = this.#hasIntegerBias(node, use) ? ({ bias: 'int32' } as const) : {};
        return [
          {
            ...line,
            form: 'integer',
            tensors,
            ...bias,
            reason: integerReason(this.#structure, at, use, settings),
          },
        ];
      }
      const into = fused.get(at);
      if (into !== undefined) {
        return [{ ...line, form: 'fused', tensors: [], reason: `vanishes in the codes of ${ids[into]}` }];
      }
      const reason = reasons.get(at);
      return reason === undefined ? [] : [{ ...line, form: 'float', tensors: [], reason }];
    });
  }

  #hasIntegerBias(node: Node, { weight }: IntegerUse): boolean {
    const input = weight?.bias;
    return (
      input !== undefined &&
      node.inputs[input] !== undefined &&
      node.inputs[input] !== '' &&
      this.#input.settings.target.quantizesBias
    );
  }

  #constant(name: string): Tensor {
    return this.#structure.index.constant(name)!;
  }
}
