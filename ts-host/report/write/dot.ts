// A report as Graphviz text: a box a layer, coloured by the error of what it makes; an arrow a value.

import { quoted } from '../dot.js';
import type { LayerReport, Report, ValueReport } from '../layers/layerReport.js';
import { type Level, levelOf } from '../levels.js';
import { decibelsText } from '../numbers.js';

/** From blue (40 dB and more) over yellow to red (below 10 dB): told apart by all eyes. */
const FILLS: Readonly<Record<Level, string>> = {
  0: '#a9cbe3',
  1: '#d5e6f0',
  2: '#f7e5a3',
  3: '#f2b077',
  4: '#df6a57',
};

/** Text for `dot -Tsvg report.dot -o report.svg`. */
export function reportToDot(report: Report): string {
  const values = new Map(report.values.map((value) => [value.value, value]));
  const makers = new Map<string, string>();
  const lines = [
    'node [shape=box, style="filled,rounded", fontname="Helvetica", fontsize=10, fillcolor="#ffffff"]',
    'edge [fontname="Helvetica", fontsize=8]',
  ];
  for (const [index, { value, node }] of report.values.entries()) {
    if (node !== null) continue;
    makers.set(value, `i${index}`);
    lines.push(`i${index} [shape=ellipse, label=${quoted(value)}]`);
  }
  for (const [index, layer] of report.layers.entries()) {
    lines.push(`n${index} [${box(layer, values)}]`);
    for (const name of layer.inputs) {
      const maker = makers.get(name);
      if (maker !== undefined) lines.push(`${maker} -> n${index} [label=${quoted(name)}]`);
    }
    for (const name of layer.outputs) makers.set(name, `n${index}`);
  }
  for (const [index, { value }] of report.outputs.entries()) {
    const maker = makers.get(value);
    if (maker === undefined) continue;
    lines.push(`o${index} [shape=ellipse, label=${quoted(value)}]`, `${maker} -> o${index}`);
  }
  return `digraph ${quoted(report.subject.quantized)} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

function box(
  { node, opType, fused, state, outputs }: LayerReport,
  values: ReadonlyMap<string, ValueReport>,
): string {
  const operators = [opType, ...fused.map((each) => each.opType)].join(' + ');
  const value = outputs.map((name) => values.get(name)).find((found) => found !== undefined);
  const label = [operators, node];
  if (value !== undefined) label.push(errorLine(value));
  const style = state === 'float' ? 'style="filled,dashed"' : '';
  const fill = value === undefined ? '' : `fillcolor="${FILLS[levelOf(value.error)]}"`;
  return [`label=${quoted(label.join('\n'))}`, fill, style].filter((part) => part !== '').join(', ');
}

function errorLine({ error, ownError }: ValueReport): string {
  const alone = ownError === null ? '' : `, alone ${decibelsText(ownError)}`;
  return `${decibelsText(error)}${alone}`;
}
