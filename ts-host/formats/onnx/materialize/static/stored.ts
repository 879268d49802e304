// The constants of a statically quantized graph: scales and zero points of values, shared by those that have the same, codes of
// weights, and biases as int32.

import { OctavoError } from '../../../../errors.js';
import type { GraphIndex } from '../../../../ir/graphIndex.js';
import type { NameGenerator } from '../../../../ir/names.js';
import type { ActivationPlan, CodePlan, QuantPlan } from '../../../../ir/plan.js';
import { elementCount, type Tensor } from '../../../../ir/tensor.js';
import { biasData } from '../../../../tensor/biasCodes.js';
import { codesData } from '../../../../tensor/codes.js';
import type { Engine } from '../../../../wasm/engine.js';
import { codeTensor, floatTensor, makeTensor } from '../build.js';
import { codePlan, planScales, quantParams } from '../storage.js';

/** Names of a scale and a zero point. */
export interface ParameterNames {
  readonly scale: string;
  readonly zeroPoint: string;
}

/** A constant as codes. `axis` is undefined where one scale serves all. */
export interface StoredCodes extends ParameterNames {
  readonly codes: string;
  readonly axis: number | undefined;
}

/** A bias as codes; its zero point is 0 and need not be named. */
export interface StoredBias {
  readonly codes: string;
  readonly scale: string;
  readonly isPerChannel: boolean;
}

export class StoredConstants {
  readonly added = new Map<string, Tensor>();
  readonly #engine: Engine;
  readonly #fresh: NameGenerator;
  readonly #index: GraphIndex;
  readonly #plans: ReadonlyMap<string, CodePlan>;
  readonly #parameters = new Map<string, ParameterNames>();
  readonly #codes = new Map<string, StoredCodes>();

  constructor(engine: Engine, fresh: NameGenerator, index: GraphIndex, plan: QuantPlan) {
    this.#engine = engine;
    this.#fresh = fresh;
    this.#index = index;
    this.#plans = new Map(plan.tensors.map((tensor) => [tensor.tensor, codePlan(tensor)]));
  }

  /** Scale and zero point of a value: scalars, one pair for all values that share them. */
  parameters({ value, like, dtype, scale, zeroPoint }: ActivationPlan): ParameterNames {
    const owner = like ?? value;
    const known = this.#parameters.get(owner);
    if (known !== undefined) return known;
    const names = {
      scale: this.#add(floatTensor(this.#fresh(`${owner}_scale`), [], [scale])),
      zeroPoint: this.#add(
        codeTensor(this.#engine, this.#fresh(`${owner}_zero_point`), dtype, [], [zeroPoint]),
      ),
    };
    this.#parameters.set(owner, names);
    return names;
  }

  /** The plan of a constant. */
  planOf(name: string): CodePlan {
    const plan = this.#plans.get(name);
    if (plan !== undefined) return plan;
    throw new OctavoError('PLAN_INVALID', 'an integer node reads it, but it is not planned', {
      tensor: name,
    });
  }

  /** A weight or constant operand. */
  codes(name: string): StoredCodes {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    const plan = this.planOf(name);
    const tensor = this.#index.constant(name)!;
    const { granularity, dtype } = plan;
    const { scale, zeroPoint } = planScales(plan);
    const dims = granularity.kind === 'tensor' ? [] : [scale.length];
    const data = codesData(this.#engine, tensor, dtype, quantParams(plan, tensor.dims));
    const stored = {
      codes: this.#add(makeTensor(this.#fresh(`${name}_quantized`), dtype, tensor.dims, data)),
      scale: this.#add(floatTensor(this.#fresh(`${name}_scale`), dims, scale)),
      zeroPoint: this.#add(
        codeTensor(this.#engine, this.#fresh(`${name}_zero_point`), dtype, dims, zeroPoint),
      ),
      axis: granularity.kind === 'tensor' ? undefined : granularity.axis,
    };
    this.#codes.set(name, stored);
    return stored;
  }

  /** A bias at the scale of input times weight. */
  bias(name: string, inputScale: number, weight: string): StoredBias {
    const tensor = this.#index.constant(name)!;
    const { scale } = planScales(this.planOf(weight));
    const product = Float32Array.from(scale, (each) => inputScale * each);
    const count = elementCount(tensor.dims);
    const isPerChannel = product.length > 1;
    const data = biasData(this.#engine, tensor, product);
    return {
      codes: this.#add(makeTensor(this.#fresh(`${name}_quantized`), 'int32', [count], data)),
      scale: this.#add(floatTensor(this.#fresh(`${name}_scale`), isPerChannel ? [count] : [], [...product])),
      isPerChannel,
    };
  }

  #add(tensor: Tensor): string {
    this.added.set(tensor.name, tensor);
    return tensor.name;
  }
}
