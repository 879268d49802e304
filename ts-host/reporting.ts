// The public API of `octavo/report`: models compared, and what comes of it written down. Re-exports only.

export { type AnalyzeOptions, analyze } from './api/analyze.js';
export { type Bench, type BenchOptions, benchModel } from './api/bench.js';
export type { BenchMemory, ModelBench } from './api/benchSubject.js';
export { type CompareOptions, compareModels } from './api/compare.js';
export type { LayerTime } from './report/bench/layers.js';
export type { Timing } from './report/bench/timing.js';
export type { Accuracy } from './report/bench/topClasses.js';
export type { Comparison } from './report/compare/compare.js';
export { type Labels, parseLabels } from './report/compare/labels.js';
export type { OutputComparison } from './report/compare/outputs.js';
export { reportToHtml } from './report/html/index.js';
export type { Codes } from './report/layers/codes.js';
export type { Distribution, HistogramPicture } from './report/layers/distribution.js';
export {
  LAYER_REPORT_VERSION,
  type LayerReport,
  type LayerState,
  type OutputReport,
  type Report,
  type ReportSubject,
  type Suggestion,
  type ValueReport,
  type WeightReport,
} from './report/layers/layerReport.js';
export { type ReportTables, reportToCsv } from './report/write/csv.js';
export { reportToDot } from './report/write/dot.js';
export { reportToJson } from './report/write/json.js';
