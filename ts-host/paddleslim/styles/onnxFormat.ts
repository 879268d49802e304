// onnx_format: quantize_linear and dequantize_linear, as ONNX has them, save that Scale is a threshold.
//
//   x ─► quantize_linear ─► x.quantized ─► dequantize_linear ─► x.quantized.dequantized ─► operator ─► y
//   w (codes)            ─► dequantize_linear ─► w.quantized.dequantized ─────────────────┘          │
//                                        observer: the same pair with only_observer ◄─────────────────┘
//
// An observer computes nothing: it tells those who run the program what y reaches to.

import type { PaddleAttribute, PaddleNet, PaddleOp } from '../../formats/paddle/program.js';
import { quantizedArguments } from '../operators.js';
import { ProgramDraft } from '../program/draft.js';
import {
  boolAttribute,
  intAttribute,
  makeOp,
  stringAttribute,
  variablesOf,
  withAttributes,
  withInputs,
} from '../program/ops.js';
import type { QuantSite } from '../structure.js';
import { type CodeBits, codeDType, floatData, qmaxOf, zeroData } from '../weights.js';
import { dequantizedName, int8Name, quantizedName, scaleName } from './names.js';
import { castToFloat, markSkipped } from './shared.js';
import type { Style, StyleTask } from './style.js';

export const onnxFormatStyle: Style = (task) => {
  const rewriting = new Rewriting(task);
  for (const [index, op] of task.net.program.blocks[0]!.ops.entries()) rewriting.take(op, index);
  return rewriting.finish();
};

class Rewriting {
  readonly #task: StyleTask;
  readonly #draft: ProgramDraft;
  readonly #ops: PaddleOp[] = [];
  readonly #sites: ReadonlyMap<number, QuantSite>;
  /** Variables that some site quantizes. */
  readonly #quantized: ReadonlySet<string>;
  /** Variables that operators read whose inputs can be observed. */
  readonly #read: ReadonlySet<string>;
  /** What a product makes before its bias is added: whoever computes with codes does both in one go, and it has no range. */
  readonly #biased: ReadonlySet<string>;
  /** Codes are symmetric: one 0 stands for all variables and all channels. */
  readonly #zeroPoint: string;
  /** Dequantized variable by the one it is of, weights and activations. */
  readonly #dequantized = new Map<string, string>();
  /** The same for variables that are only observed. */
  readonly #observers = new Map<string, string>();

  constructor(task: StyleTask) {
    this.#task = task;
    this.#draft = new ProgramDraft(task.net);
    this.#sites = new Map(task.structure.sites.map((site) => [site.index, site]));
    this.#quantized = new Set(task.structure.sites.flatMap(({ activations }) => activations));
    const { ops } = task.net.program.blocks[0]!;
    const read = ops.flatMap(({ type, inputs }) =>
      variablesOf(inputs, quantizedArguments(type)?.inputs ?? []),
    );
    this.#read = new Set(read);
    this.#zeroPoint = this.#draft.setParameter(this.#draft.fresh('zero_point'), 'int32', [1], zeroData(1));
    this.#biased = new Set(ops.flatMap((op) => biasedVariable(op, task.net) ?? []));
  }

  take(op: PaddleOp, index: number): void {
    const site = this.#sites.get(index);
    const among = quantizedArguments(op.type)?.inputs ?? [];
    const read = withInputs(op, this.#observers, among);
    this.#ops.push(site === undefined ? this.#untouched(read, index) : this.#quantizedOp(read, site, among));
    for (const name of variablesOf(op.outputs)) {
      this.#dequantized.delete(name);
      this.#observers.delete(name);
    }
    if (this.#task.structure.observed.has(index)) this.#observe(op);
  }

  finish() {
    this.#draft.ops = this.#ops;
    return this.#draft.finish();
  }

  #untouched(op: PaddleOp, index: number): PaddleOp {
    return this.#task.structure.skippedByUser.has(index) ? markSkipped(op) : op;
  }

  #quantizedOp(op: PaddleOp, site: QuantSite, among: readonly string[]): PaddleOp {
    for (const name of site.weights) this.#dequantizeWeight(name);
    for (const name of site.activations) this.#quantize(name);
    const type = site.weights.length > 0 ? 'qat_with_weight' : 'qat_without_weight';
    return withAttributes(withInputs(op, this.#dequantized, among), {
      quantization_type: stringAttribute(type),
      with_quant_attr: boolAttribute(true),
    });
  }

  #dequantizeWeight(name: string): void {
    if (this.#dequantized.has(name)) return;
    const { dims, bits, codes, threshold, granularity } = this.#task.weights.get(name)!;
    const output = dequantizedName(quantizedName(name));
    const scale = this.#draft.setParameter(
      scaleName(name),
      'float32',
      [threshold.length],
      floatData(threshold),
    );
    this.#draft.addLike(output, name);
    this.#dequantized.set(name, output);
    if (bits === 8) {
      this.#draft.setParameter(name, codeDType(bits), dims, codes);
    } else {
      // dequantize_linear takes int8 or float32 codes.
      const stored = this.#draft.setParameter(int8Name(name), codeDType(bits), dims, codes);
      this.#draft.demote(name);
      this.#ops.push(castToFloat(stored, name, codeDType(bits)));
    }
    const axis = granularity.kind === 'tensor' ? -1 : granularity.axis;
    this.#ops.push(linear('dequantize_linear', name, output, scale, this.#zeroPoint, { axis, bits }));
  }

  #quantize(name: string): void {
    const seen = this.#task.activations.get(name);
    if (this.#dequantized.has(name) || seen === undefined) return;
    this.#dequantized.set(name, this.#pair(name, seen.threshold, false));
  }

  #observe(op: PaddleOp): void {
    for (const name of variablesOf(op.outputs, quantizedArguments(op.type)!.outputs)) {
      const seen = this.#task.activations.get(name);
      if (seen === undefined || !this.#isObserved(name)) continue;
      this.#observers.set(name, this.#pair(name, seen.threshold, true));
    }
  }

  /** Whether somebody reads behind an observer, and nobody behind a quantizer. */
  #isObserved(name: string): boolean {
    return this.#read.has(name) && !this.#quantized.has(name) && !this.#biased.has(name);
  }

  /** The two operators behind a variable; returns what the second makes. */
  #pair(name: string, threshold: number, onlyObserver: boolean): string {
    const codes = this.#draft.addLike(quantizedName(name), name);
    const output = this.#draft.addLike(dequantizedName(codes), name);
    const scale = this.#draft.setParameter(
      scaleName(name),
      'float32',
      [1],
      floatData(Float32Array.of(threshold)),
    );
    const rule = { axis: -1, bits: this.#task.settings.bits, onlyObserver };
    this.#ops.push(linear('quantize_linear', name, codes, scale, this.#zeroPoint, rule));
    this.#ops.push(linear('dequantize_linear', codes, output, scale, this.#zeroPoint, rule));
    return output;
  }
}

/** What an addition of a parameter reads. */
function biasedVariable({ type, inputs }: PaddleOp, { parameters }: PaddleNet): string | undefined {
  const [x, y] = [inputs.get('X')?.[0], inputs.get('Y')?.[0]];
  return type === 'elementwise_add' && parameters.has(y ?? '') ? x : undefined;
}

interface LinearRule {
  readonly axis: number;
  readonly bits: CodeBits;
  readonly onlyObserver?: boolean;
}

function linear(
  type: 'quantize_linear' | 'dequantize_linear',
  from: string,
  to: string,
  scale: string,
  zeroPoint: string,
  { axis, bits, onlyObserver }: LinearRule,
): PaddleOp {
  const rule = { quant_axis: intAttribute(axis), bit_length: intAttribute(bits), ...rangeOfCodes(bits) };
  const observes = onlyObserver === true ? { only_observer: boolAttribute(true) } : {};
  return makeOp(type, { X: from, Scale: scale, ZeroPoint: zeroPoint }, { Y: to }, { ...rule, ...observes });
}

/** Paddle 3 does not go by bit_length but by qmin and qmax, whose defaults are those of 8 bits. */
function rangeOfCodes(bits: CodeBits): Record<string, PaddleAttribute> {
  if (bits === 8) return {};
  const qmax = qmaxOf(bits);
  return { qmin: intAttribute(-qmax - 1), qmax: intAttribute(qmax) };
}
