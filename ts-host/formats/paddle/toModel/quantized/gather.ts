// What a quantized program says of codes: which variables hold them, which parameters, and what a step is worth. Read in one
// walk over the operators, before any is converted.
//
//   quantize ─► x.quantized ─► conv2d(W) ─► y ─► dequantize        frozen: x.quantized and W are codes, and behind the operator
//                                                                  value = code · step(x) · step(W[channel])
//
// There step(W) is told behind the operator only: it is what the whole is worth over the step of x. With W dequantized in front,
// the same sums come out, each product scaled before it is added instead of behind: equal but for the rounding of floats.

import type { RunContext } from '../../../../context.js';
import { OctavoError } from '../../../../errors.js';
import { isFloat } from '../../../../ir/dtype.js';
import type { Tensor } from '../../../../ir/tensor.js';
import { floatChunks } from '../../../../tensor/floatChunks.js';
import { scaleLayout } from '../../../../tensor/layout.js';
import { rangeOf } from '../../../../tensor/range.js';
import type { Engine } from '../../../../wasm/engine.js';
import { PaddleAttributes, wholeNumber } from '../../attributes.js';
import type { PaddleNet, PaddleOp } from '../../program.js';
import { argument, axisOf, bitsOf, isObserver, storedArgument, unfit } from './describe.js';
import { QUANT_KINDS, type QuantKind } from './kinds.js';
import { isDynamic } from './style.js';
import { qmaxOf, readThresholds, requireChannels, stepsOf, weightStepsOf } from './thresholds.js';

/** What the codes of a variable are worth. */
export interface Codes {
  readonly bits: number;
  /** Whether codes end at −qmax, as halves that are rounded away from 0 have it in Paddle; else at −qmax − 1. */
  readonly isSymmetric: boolean;
  /** One, or one for each element along `axis`; undefined where each run tells it: its largest |x| over qmax. */
  readonly steps: Float32Array | undefined;
  readonly axis: number | undefined;
}

/** A parameter that is codes, or that is to become codes. */
export interface WeightCodes extends Codes {
  readonly steps: Float32Array;
  /** Where it is yet to be rounded: the thresholds as they are stored, one for each step. */
  readonly thresholds?: Float32Array;
  /** `codes`: integers, of whatever type; `reals`: what they stand for. */
  readonly stored: 'codes' | 'reals';
  /** Whether the operators that compute with it read the codes, which no operator of the program dequantizes. */
  readonly isRead: boolean;
}

export interface Quantization {
  /** By the id of the operator that quantizes an activation. */
  readonly activations: ReadonlyMap<string, Codes>;
  readonly weights: ReadonlyMap<string, WeightCodes>;
}

/** Walks over a quantized program.
 *  @throws OctavoError `MALFORMED` for a threshold that is missing or no floats, `SCALE_INVALID` for one that nothing can be computed with,
 *  `SHAPE_MISMATCH` for thresholds that do not fit the weight, `UNSUPPORTED_OP` for a dequantizer that does not fit its quantizer */
export async function gatherQuantization(
  net: PaddleNet,
  engine: Engine,
  context: RunContext,
): Promise<Quantization> {
  const gatherer = new Gatherer(net, engine, context);
  for (const { ops } of net.program.blocks) {
    for (const [at, op] of ops.entries()) await gatherer.visit(op, `${op.type}#${at}`);
  }
  return { activations: gatherer.activations, weights: gatherer.weights };
}

/** How far two steps that should be one may be apart: programs hold them rounded in different ways. */
const NEAR = 2 ** -16;
const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= NEAR * Math.abs(a);

class Gatherer {
  readonly activations = new Map<string, Codes>();
  readonly weights = new Map<string, WeightCodes>();
  readonly #engine: Engine;
  readonly #context: RunContext;
  readonly #parameters: ReadonlyMap<string, Tensor>;
  /** By variable: those that hold codes. */
  readonly #codes = new Map<string, Codes>();
  readonly #makers = new Map<string, PaddleOp>();
  /** Thresholds that an operator finds in each run, by variable: the bits of the codes. */
  readonly #measured = new Map<string, number>();

  constructor({ parameters }: PaddleNet, engine: Engine, context: RunContext) {
    this.#engine = engine;
    this.#context = context;
    this.#parameters = parameters;
  }

  async visit(op: PaddleOp, node: string): Promise<void> {
    const kind = QUANT_KINDS.get(op.type);
    if (kind?.role === 'quantize' || kind?.role === 'simulate') await this.#quantize(op, kind, node);
    else if (kind?.role === 'dequantize') await this.#dequantize(op, kind, node);
    else if (isDynamic(op)) this.#dynamic(op, node);
    for (const name of [...op.outputs.values()].flat()) this.#makers.set(name, op);
  }

  async #quantize(op: PaddleOp, kind: QuantKind, node: string): Promise<void> {
    const attributes = new PaddleAttributes(op, node);
    if (isObserver(attributes)) return;
    const bits = bitsOf(attributes, node);
    const isSymmetric = attributes.int('round_type', op.type === 'quantize_linear' ? 0 : 1) !== 0;
    const input = argument(op, kind.input, node);
    const output = argument(op, kind.output, node);
    const weight = this.#parameters.get(input);
    if (weight === undefined) {
      if (kind.perChannel) throw unfit(node, 'it has thresholds for each channel of an activation');
      const { scale } = kind;
      const measured = scale === undefined ? (op.outputs.get('OutScale') ?? []) : [];
      for (const name of measured) this.#measured.set(name, bits);
      const steps = scale === undefined ? undefined : await this.#steps(op, scale, qmaxOf(bits), node);
      const codes = { bits, isSymmetric, steps, axis: undefined };
      this.activations.set(node, codes);
      if (kind.role === 'quantize') this.#codes.set(output, codes);
      return;
    }
    const axis = axisOf(op, kind, attributes);
    const stored = storedArgument(op, kind, attributes, this.#parameters);
    const thresholds =
      stored === undefined
        ? await this.#extremes(weight, axis)
        : await readThresholds(this.#reader, op.inputs.get(stored)?.[0] ?? op.outputs.get(stored)?.[0], node);
    const steps = weightStepsOf(thresholds, qmaxOf(bits), { node, tensor: input });
    const codes = this.#setWeight(
      weight,
      { bits, isSymmetric, steps, thresholds, axis, stored: 'reals', isRead: false },
      node,
    );
    if (kind.role === 'quantize') this.#codes.set(output, codes);
  }

  async #dequantize(op: PaddleOp, kind: QuantKind, node: string): Promise<void> {
    const attributes = new PaddleAttributes(op, node);
    if (isObserver(attributes)) return;
    const input = argument(op, kind.input, node);
    const known = this.#codes.get(input);
    const weight = this.#parameters.get(input);
    if (known !== undefined) {
      const [steps] = await this.#stepsOfDequantizer(op, attributes, node);
      const fits = known.steps?.every((step, at) => isNear(step, steps![at] ?? steps![0]!)) ?? true;
      if (!fits) throw unfit(node, `the codes of ${input} were made with another threshold`);
    } else if (weight !== undefined) {
      const [steps, bits] = await this.#stepsOfDequantizer(op, attributes, node);
      const axis = axisOf(op, kind, attributes);
      this.#setWeight(
        weight,
        { bits, isSymmetric: false, steps, axis, stored: 'codes', isRead: false },
        node,
      );
    } else {
      await this.#behind(op, kind, input, node);
    }
  }

  /** The weight of the operator that a dequantizer stands behind. */
  async #behind(op: PaddleOp, kind: QuantKind, input: string, node: string): Promise<void> {
    const attributes = new PaddleAttributes(op, node);
    const maker = this.#makers.get(input);
    const names = [...(maker?.inputs.values() ?? [])].flat();
    const activation = names.map((name) => this.#codes.get(name)).find((codes) => codes !== undefined);
    const weight = names
      .map((name) => this.#parameters.get(name) ?? this.#castParameter(name))
      .find((tensor) => (tensor?.dims.length ?? 0) > 1);
    if (weight === undefined) throw unfit(node, `${input} is made neither by a quantizer nor with a weight`);
    const [worth, bits, own] = await this.#stepsOfDequantizer(op, attributes, node);
    if (own !== undefined && activation === undefined) throw unfit(node, `${input} is not made of codes`);
    const all = own ?? worth.map((step) => step / (activation?.steps?.[0] ?? 1));
    const steps = maker?.type === 'conv2d_transpose' ? ofOneGroup(all, wholeNumber(maker, 'groups', 1)) : all;
    const axis = axisOf(op, kind, attributes);
    this.#setWeight(weight, { bits, isSymmetric: false, steps, axis, stored: 'codes', isRead: true }, node);
    if (activation === undefined) return;
    const total = Math.fround(steps[0]! * (activation.steps?.[0] ?? worth[0]! / steps[0]!));
    if (!isNear(total, worth[0]!)) throw unfit(node, 'its threshold is not that of the codes before it');
  }

  /** The parameter that a cast makes a variable of: codes stored in 8 or 16 bits, for operators that want them as float32. */
  #castParameter(name: string): Tensor | undefined {
    const maker = this.#makers.get(name);
    return maker?.type === 'cast' ? this.#parameters.get(maker.inputs.get('X')?.[0] ?? '') : undefined;
  }

  /** What a code is worth behind a dequantizer, the bits of the weight's codes, and the steps of the weight alone where the
   *  dequantizer tells them. Where each run finds the threshold of what the weight is multiplied with, a code is worth the
   *  weight's step. */
  async #stepsOfDequantizer(
    op: PaddleOp,
    attributes: PaddleAttributes,
    node: string,
  ): Promise<readonly [Float32Array, number, Float32Array?]> {
    if (op.type === 'fake_channel_wise_dequantize_max_abs') {
      const [first = '', second] = op.inputs.get('Scales') ?? [];
      const [bits = 8, other = 8] = attributes.ints('quant_bits', [8, 8]);
      const place = { node, tensor: first };
      const own = weightStepsOf(await readThresholds(this.#reader, first, node), qmaxOf(bits), place);
      if (second === undefined) return [own, bits];
      if (this.#measured.has(second)) return [own, bits, own];
      const [step] = stepsOf(await readThresholds(this.#reader, second, node), qmaxOf(other), {
        node,
        tensor: second,
      });
      return [own.map((each) => each * step!), bits, own];
    }
    const bits = bitsOf(attributes, node);
    const divisor = op.type === 'dequantize_linear' ? qmaxOf(bits) : attributes.float('max_range');
    if (!(divisor > 0 && divisor < Number.POSITIVE_INFINITY)) {
      throw new OctavoError('SCALE_INVALID', `max_range is ${divisor}`, { node });
    }
    const [name = ''] = op.inputs.get('Scale') ?? [];
    const measured = this.#measured.get(name);
    if (measured !== undefined) {
      const own = Float32Array.of(qmaxOf(measured) / divisor);
      return [own, bits, own];
    }
    const thresholds = await readThresholds(this.#reader, name, node);
    const steps = weightStepsOf(thresholds, divisor, { node, tensor: name });
    return [steps, bits];
  }

  /** Weights whose steps are attributes: `<name>_quant_scale`. */
  #dynamic(op: PaddleOp, node: string): void {
    const attributes = new PaddleAttributes(op, node);
    const bits = attributes.int('quantize_weight_bits', 8);
    const perChannel = attributes.string('quantization_type') === 'post_weight_channel_wise_abs_max';
    for (const name of [...op.inputs.values()].flat()) {
      const weight = this.#parameters.get(name);
      if (weight === undefined || !attributes.has(`${name}_quant_scale`) || isFloat(weight.dtype)) continue;
      const written = Float32Array.from(attributes.floats(`${name}_quant_scale`));
      const steps = weightStepsOf(written, 1, { node, tensor: name });
      const axis = perChannel ? (/conv/.test(op.type) ? 0 : weight.dims.length - 1) : undefined;
      this.#setWeight(weight, { bits, isSymmetric: false, steps, axis, stored: 'codes', isRead: true }, node);
    }
  }

  #setWeight(weight: Tensor, codes: WeightCodes, node: string): WeightCodes {
    const { name, dims } = weight;
    const single = codes.steps.length === 1 && (codes.axis === undefined || dims[codes.axis] !== 1);
    const known = this.weights.get(name);
    const made = single ? { ...codes, axis: undefined } : codes;
    requireChannels(made.steps, weight, made.axis ?? (single ? undefined : 0), node);
    if (known === undefined) this.weights.set(name, made);
    else if (!isSame(known, made)) throw unfit(node, `${name} is dequantized in two ways`);
    return known ?? made;
  }

  async #steps(op: PaddleOp, from: string, divisor: number, node: string): Promise<Float32Array> {
    const [name] = op.inputs.get(from) ?? [];
    const thresholds = await readThresholds(this.#reader, name, node);
    if (thresholds.length === 1) return stepsOf(thresholds, divisor, { node, tensor: name! });
    const message = `an activation has one threshold, not ${thresholds.length}`;
    throw new OctavoError('SHAPE_MISMATCH', message, { node, tensor: name! });
  }

  /** The largest |x| of a weight, or of each of its channels. */
  async #extremes(weight: Tensor, axis: number | undefined): Promise<Float32Array> {
    const { name, dims } = weight;
    const granularity = axis === undefined ? { kind: 'tensor' as const } : { kind: 'channel' as const, axis };
    const chunks = () => floatChunks(this.#engine, weight, this.#context);
    const values = { tensor: name, budget: this.#context.budget, chunks };
    const { min, max } = await rangeOf(this.#engine, values, scaleLayout(dims, granularity));
    return max.map((most, at) => Math.max(most, -min[at]!, 0));
  }

  get #reader() {
    return { parameters: this.#parameters, context: this.#context };
  }
}

/** Steps of the output's channels as those of the filter's: a transposed convolution has one filter [C, M/groups, …] for all
 *  groups, and steps that differ among them stay as they are. */
function ofOneGroup(steps: Float32Array, groups: number): Float32Array {
  const length = steps.length / groups;
  return steps.every((step, at) => isNear(step, steps[at % length]!)) ? steps.slice(0, length) : steps;
}

const isSame = (a: WeightCodes, b: WeightCodes): boolean =>
  a.axis === b.axis &&
  a.stored === b.stored &&
  a.isRead === b.isRead &&
  a.steps.length === b.steps.length &&
  a.steps.every((step, at) => isNear(step, b.steps[at]!));
