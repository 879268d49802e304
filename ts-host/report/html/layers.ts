// Every layer in full: errors, histogram, distributions, weights, and why it is as it is.

import type { Distribution } from '../layers/distribution.js';
import type { LayerReport, Report, ValueReport, WeightReport } from '../layers/layerReport.js';
import { levelOf } from '../levels.js';
import { cosineText, decibelsText, dimsText, numberText, percentText } from '../numbers.js';
import { escapeText, nameText } from './escape.js';
import { errorOf, operatorsOf, reportedValue } from './facts.js';
import { histogramOf } from './histogram.js';

const STATES: Readonly<Record<LayerReport['state'], string>> = {
  integer: 'in integers',
  weights: 'weights as codes, computed in float',
  float: 'in float',
};

export function layerDetails(report: Report): string {
  if (report.layers.length === 0) return '';
  return `<section id="layers" aria-labelledby="layers-title">
<h2 id="layers-title">Layers in detail</h2>
${inputs(report)}
${report.layers.map((layer, index) => layerDetail(report, layer, index)).join('\n')}
</section>`;
}

function inputs(report: Report): string {
  const fed = report.values.filter(({ node }) => node === null);
  return fed
    .map(
      (value) =>
        `<details class="layer"><summary><span class="row"><span>${nameText(value.value)} <span class="op">input</span></span><span>${decibelsText(value.error)}</span></span></summary><div class="body">${valueDetail(value)}</div></details>`,
    )
    .join('\n');
}

function layerDetail(report: Report, layer: LayerReport, index: number): string {
  const value = errorOf(report, layer);
  const error = value === undefined ? '' : decibelsText(value.error);
  const dot = value === undefined ? '' : `<span class="dot d${levelOf(value.error)}"></span> `;
  const made = layer.outputs.flatMap((name) => reportedValue(report, name) ?? []);
  const fused = layer.fused.map(({ node, opType }) => `${nameText(node)} (${escapeText(opType)})`);
  const reason = layer.reason === undefined ? '' : `: ${escapeText(layer.reason)}`;
  return `<details class="layer" id="layer${index}"><summary><span class="row"><span>${dot}${nameText(layer.node)} <span class="op">${escapeText(operatorsOf(layer))}</span></span><span>${error}</span></span></summary><div class="body">
<p>Runs ${STATES[layer.state]}${reason}.${fused.length === 0 ? '' : ` Melted into it: ${fused.join(', ')}.`}</p>
${made.map((each) => valueDetail(each)).join('\n')}
${made.length === 0 ? '<p class="soft">What it makes is not in both models.</p>' : ''}
${weightTable(layer.weights)}
</div></details>`;
}

function valueDetail(value: ValueReport): string {
  const { error, ownError, dims } = value;
  const alone = ownError === null ? '' : `, the layer alone ${decibelsText(ownError)}`;
  return `<h3>${nameText(value.value)} <span class="soft small">${dimsText(dims)}</span></h3>
<p>Signal to noise ${decibelsText(error)}${alone}; cosine ${cosineText(error.cosine)}; largest difference ${numberText(error.maxAbs)}.${notFinite(value)}</p>
<div class="pair"><div>${histogramOf(value)}</div><div>${distributionTable(value)}</div></div>`;
}

function notFinite({ origin, dequantized }: ValueReport): string {
  const count = origin.nonFinite + dequantized.nonFinite;
  return count === 0 ? '' : ` <strong>${count} numbers are NaN or infinite.</strong>`;
}

const ROWS: readonly (readonly [string, (of: Distribution) => string])[] = [
  ['least', ({ min }) => numberText(min)],
  ['first quartile', ({ q1 }) => numberText(q1)],
  ['median', ({ median }) => numberText(median)],
  ['third quartile', ({ q3 }) => numberText(q3)],
  ['greatest', ({ max }) => numberText(max)],
  ['mean', ({ mean }) => numberText(mean)],
  ['variance', ({ variance }) => numberText(variance)],
  ['zeros', ({ sparsity }) => percentText(sparsity)],
];

function distributionTable({ origin, dequantized }: Pick<ValueReport, 'origin' | 'dequantized'>): string {
  const rows = ROWS.map(
    ([name, of]) =>
      `<tr><th scope="row">${name}</th><td class="n">${of(origin)}</td><td class="n">${of(dequantized)}</td></tr>`,
  );
  return `<table><thead><tr><td></td><th scope="col" class="n">float</th><th scope="col" class="n">quantized</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`;
}

function weightTable(weights: readonly WeightReport[]): string {
  if (weights.length === 0) return '';
  const rows = weights.map(
    ({ tensor, dims, dtype, scale, error }) =>
      `<tr><th scope="row">${nameText(tensor)}<br><span class="soft small">${dtype}, ${dimsText(dims)}, ${scalesText(scale)}</span></th>
<td class="n">${decibelsText(error)}</td></tr>`,
  );
  return `<table><caption>Weights</caption><thead><tr><th scope="col">Weight</th><th scope="col" class="n">Signal to noise</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`;
}

function scalesText(scale: readonly number[]): string {
  if (scale.length === 0) return 'scales of blocks';
  return scale.length === 1 ? '1 scale' : `${scale.length} scales`;
}
