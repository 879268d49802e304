// The public API of `octavo`. Re-exports only; the entries of the package (entries/) add where the kernels come from.

export { type CalibrateOptions, calibrate } from './api/calibrate.js';
export { type Inspection, type InspectOptions, inspect } from './api/inspect.js';
export type { ModelInput, ModelOpener } from './api/open.js';
export type { OnnxRuntime } from './api/ortAdapter.js';
export { planQuantization, quantize } from './api/quantize.js';
export type { QuantizeResult } from './api/result.js';
export type { SessionMemory, SessionThreads } from './api/runner.js';
export {
  type ExecutorName,
  type RunSessionOptions,
  Session,
  type SessionDiagnostics,
  type SessionOptions,
} from './api/session.js';
export type { ValueMetadata } from './api/valueMetadata.js';
export { quantizeVariants, VARIANTS, type VariantFamily, type VariantResult } from './api/variants.js';
export type { CalibrationOptions } from './calibrate/calibrate.js';
export type { CheckpointOptions, CheckpointStore } from './calibrate/checkpoint.js';
export type { Shard } from './calibrate/shard.js';
export { CalibrationStats, mergeStats } from './calibrate/stats.js';
export { type Progress, RunContext, type RunOptions } from './context.js';
export type { GivenSamples, Sample, SampleInput, SampleSource, Samples, Wants } from './data/sample.js';
export type { Tensor, TensorArray, TensorInput } from './data/tensor.js';
export { ERROR_CODES, type ErrorCode, type ErrorPlace, OctavoError } from './errors.js';
export type { NodeTime } from './execute/program.js';
export type { NodeDecision } from './execute/rewrite/fuseQuantized/decisions.js';
export type { IntegerMode } from './execute/rewrite/index.js';
export { type SourceInput, toSource } from './io/any-source.js';
export { blobSource } from './io/blob.js';
export { type ExternalResolver, mapResolver } from './io/external.js';
export { type HttpOptions, httpSource } from './io/http.js';
export { type MemorySink, memorySink } from './io/memory-sink.js';
export { type DirectoryHandleLike, type FileHandleLike, opfsSink, opfsSource } from './io/opfs.js';
export type { OutputFile } from './io/output.js';
export { type R2ReadBucket, r2Source } from './io/r2.js';
export { type R2WriteBucket, r2Sink } from './io/r2-sink.js';
export type { Sink, SinkFile } from './io/sink.js';
export { bytesSource, type Source } from './io/source.js';
export { streamSink } from './io/stream-sink.js';
export type { DType } from './ir/dtype.js';
export {
  type ActivationPlan,
  type NodeForm,
  type NodePlan,
  PLAN_VERSION,
  type QuantMode,
  type QuantPlan,
  type QuantTarget,
  type TensorPlan,
} from './ir/plan.js';
export type { Histogram, SampleExtremes, TensorStats } from './observers/activation/stats.js';
export type { Bits, GranularityName, QuantizeOptions } from './quantize/options.js';
export { planFromJson, planToJson } from './quantize/planJson.js';
export type { FloatNode } from './quantize/static/inFloat.js';
export type { RecoveryReport } from './recover/recover.js';
export type { Recovery, StepOutcome } from './recover/step.js';
export type { TensorError } from './report/measure.js';
export type { QuantizeReport, TensorReport } from './report/report.js';
export type { KernelChoice } from './wasm/execution.js';
export { type Diagnostics, diagnostics, type InitModules, init } from './wasm/load.js';
export type { ModuleInput, ModuleSource } from './wasm/modules.js';
export type { Family, FamilyChoice, RelaxedState } from './wasm/variants.js';
