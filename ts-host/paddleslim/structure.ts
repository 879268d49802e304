// Which operators of a program are quantized, and which variables that asks about: by type, by where their weights come from, and
// by what the user wants left alone. No numbers yet.

import { PaddleAttributes } from '../formats/paddle/attributes.js';
import type { PaddleNet, PaddleOp } from '../formats/paddle/program.js';
import type { Granularity } from '../ir/plan.js';
import type { Tensor } from '../ir/tensor.js';
import { ACTIVATION_TYPES, isMatrixProduct, quantizedArguments, WEIGHT_TYPES } from './operators.js';
import { variablesOf } from './program/ops.js';

export interface StructureSettings {
  /** Types to quantize; all that have a weight where it is empty. */
  readonly types: readonly string[];
  /** Types whose activations are quantized where they have no weight; default: what `types` says, or the products. */
  readonly activationTypes?: readonly string[] | undefined;
  /** Operators that read one of these variables stay in float. */
  readonly skipTensors: readonly string[];
  readonly perChannel: boolean;
  /** An operator without a weight is quantized although one of its inputs is a parameter, which stays in float. */
  readonly besideParameters: boolean;
  /** Variables without a value in any sample: operators that read one stay in float, or (`besideParameters`) that read none else. */
  readonly unseen?: ReadonlySet<string> | undefined;
}

/** An operator that is quantized. */
export interface QuantSite {
  /** Place in block 0. */
  readonly index: number;
  readonly op: PaddleOp;
  /** Parameters among its inputs that become codes; none for an operator that has no weight. */
  readonly weights: readonly string[];
  /** Its other inputs, computed by other operators. */
  readonly activations: readonly string[];
}

/** An operator that could be quantized and is not. */
export interface SkippedOp {
  readonly index: number;
  readonly type: string;
  readonly reason: string;
}

export interface Structure {
  readonly sites: readonly QuantSite[];
  readonly skipped: readonly SkippedOp[];
  /** Operators that the user wants left alone. */
  readonly skippedByUser: ReadonlySet<number>;
  /** How the scales of each weight lie. */
  readonly weights: ReadonlyMap<string, Granularity>;
  /** Operators whose outputs are observed, quantized or not. */
  readonly observed: ReadonlySet<number>;
}

/** @param net - a program whose first block holds everything */
export function structureOf(net: PaddleNet, settings: StructureSettings): Structure {
  const finder = new SiteFinder(net, settings);
  for (const [index, op] of net.program.blocks[0]!.ops.entries()) finder.look(op, index);
  return finder.finish();
}

class SiteFinder {
  readonly #net: PaddleNet;
  readonly #settings: StructureSettings;
  readonly #weightTypes: readonly string[];
  readonly #activationTypes: readonly string[];
  readonly #sites: QuantSite[] = [];
  readonly #skipped: SkippedOp[] = [];
  readonly #byUser = new Set<number>();
  readonly #observed = new Set<number>();

  constructor(net: PaddleNet, settings: StructureSettings) {
    const { types } = settings;
    const chosen = (known: readonly string[]) =>
      types.length === 0 ? known : known.filter((type) => types.includes(type));
    this.#net = net;
    this.#settings = settings;
    this.#weightTypes = chosen(WEIGHT_TYPES);
    const asked = types.length === 0 ? ['mul', 'matmul', 'matmul_v2'] : chosen(ACTIVATION_TYPES);
    this.#activationTypes = settings.activationTypes ?? asked;
  }

  look(op: PaddleOp, index: number): void {
    const known = quantizedArguments(op.type);
    if (known === undefined) return;
    if (ACTIVATION_TYPES.includes(op.type) || this.#weightTypes.includes(op.type)) this.#observed.add(index);
    const inputs = variablesOf(op.inputs, known.inputs);
    const hasWeight = this.#weightTypes.includes(op.type) && inputs.some((name) => this.#isParameter(name));
    if (!hasWeight && !this.#activationTypes.includes(op.type)) {
      if (this.#weightTypes.includes(op.type)) this.#skip(op, index, 'its weight is computed');
      return;
    }
    const site = { index, op, ...this.#split(inputs, hasWeight) };
    const reason = this.#reason(site, inputs, hasWeight);
    if (reason === undefined) this.#sites.push(site);
    else this.#skip(op, index, reason);
  }

  finish(): Structure {
    const { sites, weights } = this.#agreeing();
    const values = { skipped: this.#skipped, skippedByUser: this.#byUser, observed: this.#observed };
    return { sites, weights, ...values };
  }

  #split(inputs: readonly string[], hasWeight: boolean): Pick<QuantSite, 'weights' | 'activations'> {
    const weights = hasWeight ? inputs.filter((name) => this.#isParameter(name)) : [];
    return { weights, activations: inputs.filter((name) => !this.#isParameter(name)) };
  }

  /** Why an operator stays in float; undefined where it does not. */
  #reason({ op, index, weights, activations }: QuantSite, inputs: readonly string[], hasWeight: boolean) {
    if (inputs.some((name) => this.#settings.skipTensors.includes(name)) || isMarkedSkipped(op)) {
      this.#byUser.add(index);
      return 'skipped by the user';
    }
    if (activations.length === 0) return 'nothing it reads depends on an input';
    if (!hasWeight && !this.#settings.besideParameters && activations.length < inputs.length) {
      return 'one of its inputs is a parameter';
    }
    const strange = inputs.find((name) => this.#dtypeOf(name) !== 'float32');
    if (strange !== undefined) return `${strange} is not float32`;
    if (weights.some((name) => this.#net.parameters.get(name)!.dims.length < 2))
      return 'its weight is a vector';
    const { unseen, besideParameters } = this.#settings;
    const without = activations.filter((name) => unseen?.has(name));
    // What is computed of constants alone is as a parameter.
    const isLeft = without.length > 0 && (!besideParameters || without.length === activations.length);
    return isLeft ? `no sample gives ${without[0]} a value` : undefined;
  }

  /** Sites whose weights everybody reads in the same way: codes take the place of the weight. */
  #agreeing(): Pick<Structure, 'sites' | 'weights'> {
    const candidates = new Set(
      this.#sites.filter(({ weights }) => weights.length > 0).map(({ index }) => index),
    );
    const weights = new Set(this.#sites.flatMap((site) => site.weights));
    const layouts = new Map<string, Granularity | undefined>();
    for (const [index, op] of this.#net.program.blocks[0]!.ops.entries()) {
      for (const name of variablesOf(op.inputs)) {
        if (!weights.has(name)) continue;
        const own = candidates.has(index)
          ? granularityOf(op, this.#net.parameters.get(name)!, this.#settings)
          : undefined;
        const same = !layouts.has(name) || JSON.stringify(layouts.get(name)) === JSON.stringify(own);
        layouts.set(name, same ? own : undefined);
      }
    }
    const agrees = (site: QuantSite): boolean =>
      site.weights.every((name) => layouts.get(name) !== undefined);
    for (const { op, index } of this.#sites.filter((site) => !agrees(site))) {
      this.#skip(op, index, 'its weight is also read otherwise');
    }
    const sites = this.#sites.filter(agrees);
    const named = sites.flatMap((site) => site.weights.map((name) => [name, layouts.get(name)!] as const));
    return { sites, weights: new Map(named) };
  }

  #skip({ type }: PaddleOp, index: number, reason: string): void {
    this.#skipped.push({ index, type, reason });
  }

  #isParameter(name: string): boolean {
    return this.#net.parameters.has(name);
  }

  #dtypeOf(name: string): string | undefined {
    return this.#net.parameters.get(name)?.dtype ?? this.#net.program.blocks[0]!.vars.get(name)?.dtype;
  }
}

function isMarkedSkipped(op: PaddleOp): boolean {
  const { attributes } = op;
  const held = new PaddleAttributes(op, op.type);
  if (attributes.get('skip_quant')?.kind === 'bool' && held.bool('skip_quant')) return true;
  return (
    attributes.get('op_namescope')?.kind === 'string' && held.string('op_namescope').includes('skip_quant')
  );
}

/** One scale for each output channel, or one for all. The output channel of a convolution's filter is axis 0, of a transposed
 *  one's axis 1, of a right-hand matrix its last axis, or the one before where it is transposed. */
function granularityOf(op: PaddleOp, { name, dims }: Tensor, { perChannel }: StructureSettings): Granularity {
  if (!perChannel) return { kind: 'tensor' };
  if (!isMatrixProduct(op.type)) return { kind: 'channel', axis: op.type === 'conv2d_transpose' ? 1 : 0 };
  if (op.inputs.get('Y')?.[0] !== name) return { kind: 'tensor' };
  return { kind: 'channel', axis: dims.length - (isTransposed(op) ? 2 : 1) };
}

function isTransposed(op: PaddleOp): boolean {
  const attributes = new PaddleAttributes(op, op.type);
  if (op.type === 'matmul_v2') return attributes.bool('trans_y', false);
  return op.type === 'matmul' && attributes.bool('transpose_Y', false);
}
