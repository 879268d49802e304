// fake-quantize: operators compute with codes that are held as float32, and what they make is dequantized behind them.
//
//   x ─► fake_quantize_* ─► x.quantized ─► operator ─► y ─► fake_(channel_wise_)dequantize_max_abs ─► y.dequantized
//   w.int8 ─► cast ─► w (codes) ──────────────┘
//
//   y.dequantized = y · t_w[c] · t_x / (qmax_w · qmax_x)          t: thresholds, c: channel of y
//
// Paddle stores w as float32 holding whole numbers; the cast makes it a quarter of that and runs everywhere. Operators without a
// weight get fake_quantize_dequantize_* in front; all that are observed get `out_threshold`.

import { wholeNumber } from '../../formats/paddle/attributes.js';
import type { PaddleOp } from '../../formats/paddle/program.js';
import { dequantizedData } from '../../tensor/dequantizedValues.js';
import { channelDim } from '../channelDim.js';
import { isMatrixProduct, quantizedArguments } from '../operators.js';
import { ProgramDraft } from '../program/draft.js';
import {
  boolAttribute,
  floatAttribute,
  intAttribute,
  intsAttribute,
  makeOp,
  stringAttribute,
  variablesOf,
  withAttributes,
  withInputs,
} from '../program/ops.js';
import type { QuantSite } from '../structure.js';
import { codeDType, floatData, type QuantizedWeight, qmaxOf } from '../weights.js';
import { dequantizedName, int8Name, quantDequantName, quantizedName, scaleName } from './names.js';
import { castToFloat, markSkipped } from './shared.js';
import type { Style, StyleTask } from './style.js';

export const fakeQuantizeStyle: Style = (task) => {
  const rewriting = new Rewriting(task);
  for (const [index, op] of task.net.program.blocks[0]!.ops.entries()) rewriting.take(op, index);
  return rewriting.finish();
};

const MOVING_RATE = 0.9;
const WINDOW = 10_000;

class Rewriting {
  readonly #task: StyleTask;
  readonly #draft: ProgramDraft;
  readonly #ops: PaddleOp[] = [];
  readonly #sites: ReadonlyMap<number, QuantSite>;
  readonly #stored = new Set<string>();
  /** By the variable they are of: its codes, its value behind one operator that quantizes and dequantizes, and its value behind
   *  the operator that dequantizes it. */
  readonly #codes = new Map<string, string>();
  readonly #simulated = new Map<string, string>();
  readonly #renamed = new Map<string, string>();

  constructor(task: StyleTask) {
    this.#task = task;
    this.#draft = new ProgramDraft(task.net);
    this.#sites = new Map(task.structure.sites.map((site) => [site.index, site]));
  }

  take(op: PaddleOp, index: number): void {
    const site = this.#sites.get(index);
    if (site === undefined) this.#ops.push(this.#untouched(op, index));
    else if (site.weights.length > 0) this.#weighted(op, site);
    else this.#simulatedOp(op, site);
    this.#forget(op, site !== undefined && site.weights.length > 0);
  }

  finish() {
    this.#draft.ops = this.#ops;
    return this.#draft.finish();
  }

  /** What is known of variables that the operator has written anew holds no more. */
  #forget(op: PaddleOp, isDequantized: boolean): void {
    for (const name of variablesOf(op.outputs)) {
      this.#codes.delete(name);
      this.#simulated.delete(name);
      if (!isDequantized) this.#renamed.delete(name);
    }
  }

  #untouched(op: PaddleOp, index: number): PaddleOp {
    const read = withInputs(op, this.#renamed);
    const marked = this.#task.structure.skippedByUser.has(index) ? markSkipped(read) : read;
    return this.#task.structure.observed.has(index) ? this.#observed(marked) : marked;
  }

  /** An operator on codes, with what dequantizes its output. */
  #weighted(op: PaddleOp, site: QuantSite): void {
    const known = quantizedArguments(op.type)!;
    for (const name of site.activations) this.#quantize(name);
    for (const name of site.weights) this.#store(this.#task.weights.get(name)!);
    const bias = op.inputs.get('Bias')?.[0];
    const quantized = withInputs(withInputs(op, this.#codes, known.inputs), this.#renamed);
    const type = { quantization_type: stringAttribute(`post_${this.#task.settings.algo}`) };
    this.#ops.push(this.#observed(withAttributes(withoutBias(quantized), type)));
    const output = op.outputs.get(known.outputs[0]!)![0]!;
    const made = this.#dequantize(op, site, output);
    this.#renamed.set(
      output,
      bias === undefined ? made : this.#addBias(made, bias, this.#channelDim(op, output)),
    );
  }

  #simulatedOp(op: PaddleOp, site: QuantSite): void {
    for (const name of site.activations) this.#simulate(name);
    const read = withInputs(op, this.#simulated, quantizedArguments(op.type)!.inputs);
    const { algo, bits } = this.#task.settings;
    const attributes = {
      quantization_type: stringAttribute(`post_${algo}`),
      activation_bits: intAttribute(bits),
    };
    this.#ops.push(this.#observed(withAttributes(withInputs(read, this.#renamed), attributes)));
  }

  /** With the thresholds of its outputs, under both of the names that Paddle gives them. */
  #observed(op: PaddleOp): PaddleOp {
    const named = quantizedArguments(op.type)!.outputs.flatMap((argument) =>
      (op.outputs.get(argument) ?? []).map((name, i) => [`${argument}${i}_threshold`, name] as const),
    );
    return named.reduce((before, [attribute, name]) => {
      const seen = this.#task.activations.get(name);
      if (seen === undefined) return before;
      const threshold = floatAttribute(seen.threshold);
      const marks = {
        out_threshold: threshold,
        [attribute]: threshold,
        with_quant_attr: boolAttribute(true),
      };
      return withAttributes(before, marks);
    }, op);
  }

  #quantize(name: string): void {
    if (this.#codes.has(name)) return;
    const { activationType, bits } = this.#task.settings;
    const codes = this.#draft.addLike(quantizedName(name), name);
    const scale = this.#scale(scaleName(name), name);
    const inputs = { X: this.#renamed.get(name) ?? name };
    const length = { bit_length: intAttribute(bits) };
    const outputs = { Out: codes, OutScale: scale };
    this.#codes.set(name, codes);
    if (activationType === 'abs_max') {
      this.#ops.push(makeOp('fake_quantize_abs_max', inputs, outputs, length));
      return;
    }
    const rule =
      activationType === 'range_abs_max'
        ? { window_size: intAttribute(WINDOW) }
        : { moving_rate: floatAttribute(MOVING_RATE) };
    const attributes = { ...length, ...rule, is_test: boolAttribute(true) };
    this.#ops.push(
      makeOp(`fake_quantize_${activationType}`, { ...inputs, InScale: scale }, outputs, attributes),
    );
  }

  #simulate(name: string): void {
    if (this.#simulated.has(name)) return;
    const output = this.#draft.addLike(quantDequantName(name), name);
    const scale = this.#scale(scaleName(output), name);
    const inputs = { X: this.#renamed.get(name) ?? name, InScale: scale };
    this.#simulated.set(name, output);
    this.#ops.push(
      makeOp(
        'fake_quantize_dequantize_moving_average_abs_max',
        inputs,
        { Out: output, OutScale: scale },
        {
          bit_length: intAttribute(this.#task.settings.bits),
          moving_rate: floatAttribute(MOVING_RATE),
          is_test: boolAttribute(true),
        },
      ),
    );
  }

  #scale(scale: string, of: string): string {
    const { threshold } = this.#task.activations.get(of)!;
    return this.#draft.setParameter(scale, 'float32', [1], floatData(Float32Array.of(threshold)));
  }

  #store(weight: QuantizedWeight): void {
    const { name, dims, bits, codes } = weight;
    if (this.#stored.has(name)) return;
    this.#stored.add(name);
    const dtype = codeDType(bits);
    if (!this.#task.settings.saveInt8) {
      const whole = { name, dims, dtype, data: codes };
      const data = dequantizedData(this.#task.engine, whole, { kind: 'tensor' }, Float32Array.of(1));
      this.#draft.setParameter(name, 'float32', dims, data);
      return;
    }
    this.#draft.setParameter(int8Name(name), dtype, dims, codes);
    this.#draft.demote(name);
    this.#ops.push(castToFloat(int8Name(name), name, dtype));
  }

  /** Behind an operator on codes: its output in the values that they stand for. */
  #dequantize(op: PaddleOp, site: QuantSite, output: string): string {
    const weight = this.#task.weights.get(site.weights[0]!)!;
    const made = this.#draft.addLike(dequantizedName(output), output);
    const scale = scaleName(site.activations[0]!);
    const qmax = qmaxOf(this.#task.settings.bits);
    if (weight.granularity.kind === 'tensor') {
      const range = { max_range: floatAttribute((qmaxOf(weight.bits) / weight.threshold[0]!) * qmax) };
      this.#ops.push(makeOp('fake_dequantize_max_abs', { X: output, Scale: scale }, { Out: made }, range));
      return made;
    }
    const channels = this.#channelScale(op, weight);
    this.#ops.push(
      makeOp(
        'fake_channel_wise_dequantize_max_abs',
        { X: output, Scales: [channels, scale] },
        { Out: made },
        {
          quant_bits: intsAttribute([weight.bits, this.#task.settings.bits]),
          quant_axis: intAttribute(isMatrixProduct(op.type) || op.type === 'conv2d_transpose' ? 1 : 0),
          x_num_col_dims: intAttribute(this.#channelDim(op, output)),
        },
      ),
    );
    return made;
  }

  /** Thresholds of the output's channels. In a transposed convolution the groups share those of the filter. */
  #channelScale(op: PaddleOp, { threshold }: QuantizedWeight): string {
    const groups = op.type === 'conv2d_transpose' ? wholeNumber(op, 'groups', 1) : 1;
    const all = Float32Array.from(
      { length: groups * threshold.length },
      (_, c) => threshold[c % threshold.length]!,
    );
    return this.#draft.setParameter(
      this.#draft.fresh('channel_scale'),
      'float32',
      [all.length],
      floatData(all),
    );
  }

  #channelDim(op: PaddleOp, output: string): number {
    return channelDim(op, this.#draft.variable(output)?.dims?.length);
  }

  #addBias(name: string, bias: string, axis: number): string {
    const output = this.#draft.addLike(`${name}.biased`, name);
    const along = { axis: intAttribute(axis) };
    this.#ops.push(makeOp('elementwise_add', { X: name, Y: bias }, { Out: output }, along));
    return output;
  }
}

/** A bias is added to values, not to codes: it goes behind the dequantization. */
function withoutBias(op: PaddleOp): PaddleOp {
  return (op.inputs.get('Bias')?.length ?? 0) === 0
    ? op
    : { ...op, inputs: new Map([...op.inputs, ['Bias', []]]) };
}
