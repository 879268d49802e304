// Reports for tests of what writes them: of the small net, and made up ones with names that try to break out.

import { RunContext } from '../../ts-host/context.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { bytesSource } from '../../ts-host/io/source.js';
import { analyzeModels } from '../../ts-host/report/layers/analyze.js';
import type { Report, ReportSubject } from '../../ts-host/report/layers/layerReport.js';
import { executionEngine } from '../support/engine.js';
import { model } from '../support/onnxBuilder.js';
import { floatNet, netSamples, quantizedNet } from './models.js';

const SUBJECT: ReportSubject = {
  float: 'net.onnx',
  quantized: 'net.int8.onnx',
  floatBytes: 4_000_000,
  quantizedBytes: 1_100_000,
  settings: [
    { name: 'Mode', value: 'static' },
    { name: 'Target', value: 'onnxruntime-web' },
  ],
};

/** The small net with a second layer of 3 bits. */
export async function netReport(subject: ReportSubject = SUBJECT): Promise<Report> {
  const context = new RunContext();
  const [a, b] = await Promise.all(
    [floatNet(), quantizedNet({ bits: 3 })].map((net) => readOnnx(bytesSource(model(net)), {}, context)),
  );
  const reasons = new Map([
    ['first', 'computes with codes on onnxruntime-web'],
    ['last', 'its output is one of the model'],
  ]);
  return analyzeModels(await executionEngine(), a!, b!, netSamples(4), subject, { reasons }, context);
}

/** What a name may hold that ends tags, attributes, comments, scripts, cells, strings and lines. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '--></script><!--',
  '&lt;b&gt;&amp;',
  'a,"b"\n=1+1',
  '=cmd|calc!A1',
  '\u202Eesrever\u0000\u0007',
  '\\"} -> n0 [label="x',
  "$(rm -rf /) `id` ; 'quoted'",
] as const;

/** The net's report under other names. */
export async function hostileReport(): Promise<Report> {
  const report = await netReport({
    ...SUBJECT,
    float: HOSTILE[0],
    quantized: HOSTILE[1],
    settings: [{ name: HOSTILE[2], value: HOSTILE[3] }],
  });
  const names = new Map<string, string>();
  const hostile = (name: string): string => {
    let found = names.get(name);
    if (found === undefined)
      names.set(name, (found = `${HOSTILE[names.size % HOSTILE.length]}${names.size}`));
    return found;
  };
  return {
    ...report,
    samples: report.samples.map(hostile),
    layers: report.layers.map((layer) => ({
      ...layer,
      node: hostile(layer.node),
      opType: hostile(layer.opType),
      fused: layer.fused.map(({ node, opType }) => ({ node: hostile(node), opType: hostile(opType) })),
      reason: hostile('reason'),
      inputs: layer.inputs.map(hostile),
      outputs: layer.outputs.map(hostile),
      weights: layer.weights.map((weight) => ({ ...weight, tensor: hostile(weight.tensor) })),
    })),
    values: report.values.map((value) => ({
      ...value,
      value: hostile(value.value),
      node: value.node === null ? null : hostile(value.node),
    })),
    outputs: report.outputs.map((output) => ({ ...output, value: hostile(output.value) })),
    unmatched: HOSTILE,
    suggestions: report.suggestions.map((each) => ({
      ...each,
      node: hostile(each.node),
      opType: hostile(each.opType),
    })),
  };
}

/** Nothing was compared. */
export const EMPTY_REPORT: Report = {
  version: 1,
  subject: { float: 'a', quantized: 'b' },
  samples: [],
  layers: [],
  values: [],
  outputs: [],
  unmatched: [],
  suggestions: [],
};
