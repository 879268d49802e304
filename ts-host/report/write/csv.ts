// A report as tables with the columns of MindSpore Lite's quantization debugger.
//
//   round          the numbers in every tensor a layer reads and makes, before (Origin) and after (Dequant)
//   quantParam     scale and zero point of every tensor, a row a channel
//   outputSummary  cosine of every output in every run

import { DTYPE_BITS } from '../../ir/dtype.js';
import { elementCount } from '../../ir/tensor.js';
import type { Distribution } from '../layers/distribution.js';
import type { LayerReport, Report, ValueReport, WeightReport } from '../layers/layerReport.js';

export interface ReportTables {
  readonly round: string;
  readonly quantParam: string;
  readonly outputSummary: string;
}

const ROUND =
  'NodeName,NodeType,TensorName,InOutFlag,DataTypeFlag,TensorTypeFlag,Min,Q1,Median,Q3,Max,Mean,Var,Sparsity,Clip,CosineSimilarity';
const QUANT_PARAM =
  'NodeName,NodeType,TensorName,ElementsNum,Dims,Scale,ZeroPoint,Bits,CorrectionVar,CorrectionMean';
const OUTPUT_SUMMARY = 'Round,TensorName,CosineSimilarity';

type Cell = string | number;

export function reportToCsv(report: Report): ReportTables {
  const values = new Map(report.values.map((value) => [value.value, value]));
  const rounds = report.layers.flatMap((layer) => roundRows(layer, values));
  const params = report.layers.flatMap((layer) => paramRows(layer, values));
  const summary = report.samples.flatMap((_, run) =>
    report.outputs.flatMap(({ value, cosine }) => (run < cosine.length ? [[run, value, cosine[run]!]] : [])),
  );
  return {
    round: table(ROUND, rounds),
    quantParam: table(QUANT_PARAM, params),
    outputSummary: table(OUTPUT_SUMMARY, summary),
  };
}

function roundRows(layer: LayerReport, values: ReadonlyMap<string, ValueReport>): Cell[][] {
  const activations = (names: readonly string[], flag: string): Cell[][] =>
    names.flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? [] : pair(layer, name, flag, 'Activation', value, value.clipped);
    });
  return [
    ...activations(layer.inputs, 'Input'),
    ...layer.weights.flatMap((weight) => pair(layer, weight.tensor, 'Input', 'Weight', weight, 0)),
    ...activations(layer.outputs, 'Output'),
  ];
}

/** The tensor as it was, and as its codes stand for it. */
function pair(
  { node, opType }: LayerReport,
  tensor: string,
  inOut: string,
  kind: string,
  { origin, dequantized, error }: Pick<ValueReport, 'origin' | 'dequantized' | 'error'>,
  clipped: number,
): Cell[][] {
  return [
    [node, opType, tensor, inOut, 'Origin', kind, ...figures(origin), 0, 1],
    [node, opType, tensor, inOut, 'Dequant', kind, ...figures(dequantized), clipped, error.cosine],
  ];
}

function figures({ min, q1, median, q3, max, mean, variance, sparsity }: Distribution): number[] {
  return [min, q1, median, q3, max, mean, variance, sparsity];
}

function paramRows(layer: LayerReport, values: ReadonlyMap<string, ValueReport>): Cell[][] {
  const activations = (names: readonly string[]): Cell[][] =>
    names.flatMap((name) => {
      const value = values.get(name);
      if (value?.codes == null) return [];
      const { scale, zeroPoint, dtype } = value.codes;
      return [row(layer, name, value.dims, scale, zeroPoint, DTYPE_BITS[dtype])];
    });
  return [...activations(layer.inputs), ...weightRows(layer), ...activations(layer.outputs)];
}

function weightRows(layer: LayerReport): Cell[][] {
  return layer.weights.flatMap(({ tensor, dims, scale, zeroPoint, bits }: WeightReport) =>
    scale.map((each, channel) => row(layer, tensor, dims, each, zeroPoint[channel]!, bits)),
  );
}

/** Corrections are part of the weights here, and have nothing left to do. */
function row(
  { node, opType }: LayerReport,
  tensor: string,
  dims: readonly number[],
  scale: number,
  zeroPoint: number,
  bits: number,
): Cell[] {
  return [node, opType, tensor, elementCount(dims), dims.join(' '), scale, zeroPoint, bits, 1, 0];
}

function table(head: string, rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows.map((cells) => cells.map(cellText).join(','))].map((line) => `${line}\r\n`).join('');
}

/** Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers that are none are empty. */
function cellText(cell: Cell): string {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
