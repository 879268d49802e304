// What quantize() returns: the plan, the report, and the output, made while it is taken.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { writeFiles } from '../io/copy.js';
import { type OutputFile, outputBytes, outputStream } from '../io/output.js';
import type { Sink } from '../io/sink.js';
import { constantsById } from '../ir/constants.js';
import type { Model } from '../ir/model.js';
import type { QuantPlan } from '../ir/plan.js';
import { WEIGHT_OBSERVERS } from '../observers/index.js';
import type { RecoveryReport } from '../recover/recover.js';
import { measureTensor, type TensorError } from '../report/measure.js';
import { makeReport, type QuantizeReport } from '../report/report.js';
import type { Engine } from '../wasm/engine.js';
import { type ErrorMeasures, errorMeasures, newErrorSums } from '../wasm/kernels/measures.js';
import type { OpenModel } from './open.js';

interface Parts {
  readonly engine: Engine;
  readonly opened: OpenModel;
  /** The model that the plan is for: the opened one, or what it was prepared to. */
  readonly planned: Model;
  /** What the quantized model is to compute, where `planned` has corrections that others need. */
  readonly float?: Model | undefined;
  readonly plan: QuantPlan;
  readonly quantized: Model;
  readonly files: readonly OutputFile[];
  readonly modeReason: string | undefined;
  readonly recovery?: RecoveryReport | undefined;
  readonly context: RunContext;
}

/** A quantized model, ready to be written. The input must stay readable until it is. */
export class QuantizeResult {
  /** What was decided for every weight and node. */
  readonly plan: QuantPlan;
  /** Sizes, and every node with its reason. */
  readonly report: QuantizeReport;
  /** Steps of recovery and what came of each, where any were asked for. */
  readonly recovery: RecoveryReport | undefined;
  /** The output files with their exact lengths; external data, where there is any, before the model. */
  readonly files: readonly OutputFile[];
  readonly #parts: Parts;

  /** @internal */
  constructor(parts: Parts) {
    const { opened, planned, quantized, plan, files, modeReason } = parts;
    this.#parts = parts;
    this.plan = plan;
    this.recovery = parts.recovery;
    this.files = files;
    this.report = makeReport(opened.model, planned, quantized, plan, files, opened.byteLength, modeReason);
  }

  /** Bytes of all files. */
  get byteLength(): number {
    return this.report.outputBytes;
  }

  /** The model file as bytes.
   *  @throws OctavoError `INVALID_ARGUMENT` when the output has external data: use {@link writeTo} then. */
  async bytes(): Promise<Uint8Array> {
    return outputBytes(this.#onlyFile(), this.#parts.context);
  }

  /** The model file as a stream of known length (`byteLength`).
   *  @throws OctavoError as {@link bytes}. */
  stream(): ReadableStream<Uint8Array> {
    return outputStream(this.#onlyFile(), this.#parts.context);
  }

  /** Writes all files. They become visible together, or not at all.
   *  @throws OctavoError `IO_FAILED`, `ABORTED`, `SOURCE_CHANGED`, after the sink has removed what it began. */
  async writeTo(sink: Sink): Promise<void> {
    await writeFiles(this.files, sink, this.#parts.context);
  }

  /** Compares every quantized weight with what its codes stand for. Reads the weights once more.
   *  @returns the error of each weight, and `total` over all of them. */
  async measure(): Promise<{ tensors: TensorError[]; total: ErrorMeasures }> {
    const { engine, planned, context } = this.#parts;
    const constants = constantsById(planned);
    const sums = newErrorSums();
    const tensors: TensorError[] = [];
    for (const plan of this.plan.tensors) {
      const tensor = constants.get(plan.tensor)!;
      tensors.push(await measureTensor(engine, tensor, plan, WEIGHT_OBSERVERS, sums, context));
    }
    return { tensors, total: errorMeasures(engine, sums) };
  }

  /** Closes what quantize() opened. A Source that the caller made stays open. */
  async close(): Promise<void> {
    await this.#parts.opened.close();
  }

  /** What the result was made of, for reports by layer. The quantized model has float operators between QuantizeLinear and
   *  DequantizeLinear, whatever form the files have: so its values can be compared.
   *  @internal */
  async models(): Promise<{ float: Model; quantized: Model; floatBytes: number }> {
    const { planned, float = planned, plan, engine, opened } = this.#parts;
    const floatBytes = opened.byteLength;
    if (plan.representation !== 'operator') return { float, quantized: this.#parts.quantized, floatBytes };
    const { materializeStatic } = await import('../formats/onnx/materialize/static/index.js');
    const quantized = materializeStatic(planned, { ...plan, representation: 'qdq' }, engine);
    return { float, quantized, floatBytes };
  }

  #onlyFile(): OutputFile {
    const [file, ...more] = this.files;
    if (file !== undefined && more.length === 0) return file;
    throw new OctavoError('INVALID_ARGUMENT', `the output has ${this.files.length} files: use writeTo(sink)`);
  }
}
