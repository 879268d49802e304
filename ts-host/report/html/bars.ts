// Every layer with a bar for its error: in the net's order, which shows where it grows, or worst first.

import type { LayerReport, Report, ValueReport } from '../layers/layerReport.js';
import { LEVEL_BOUNDS, levelOf } from '../levels.js';
import { decibelsText } from '../numbers.js';
import { escapeText, nameText } from './escape.js';
import { errorOf, operatorsOf } from './facts.js';

/** An SQNR of so many dB has no bar: a thousandth of the signal. */
const SHORTEST_DB = 60;
const WIDTH = 600;

export function bars(report: Report): string {
  const rows = report.layers
    .map((layer, index) => ({ layer, index, value: errorOf(report, layer) }))
    .filter((row): row is Row => row.value !== undefined);
  if (rows.length === 0) return '';
  const ranks = new Map([...rows].sort(byError).map(({ index }, rank) => [index, rank]));
  return `<section id="errors" aria-labelledby="errors-title">
<h2 id="errors-title">Error by layer</h2>
<p class="small soft">Signal to noise of what each layer makes, against the float model. The longer the bar, the worse:
empty at ${SHORTEST_DB} dB, full at 0 dB, where noise is as strong as the signal. The narrow bar is the layer alone, with exact
inputs: where it is long too, the layer itself is at fault; where it is short, the error comes from before.</p>
${legend('<li><span class="dot da"></span>the layer alone</li>')}
<div class="tools" id="tools" hidden>
<label><input type="radio" name="order" id="in-order" checked> in order</label>
<label><input type="radio" name="order" id="worst"> worst first</label>
<label>Find <input type="search" id="search" autocomplete="off" spellcheck="false"></label>
</div>
<ol class="bars">
${rows.map((row) => bar(row, ranks.get(row.index)!)).join('\n')}
</ol>
<p class="none" id="none" role="status" hidden>No layer has that in its name or operators.</p>
</section>`;
}

interface Row {
  readonly layer: LayerReport;
  readonly index: number;
  readonly value: ValueReport;
}

function byError(a: Row, b: Row): number {
  const [x, y] = [a, b].map(({ value: { error } }) =>
    error.mse === 0 ? Number.POSITIVE_INFINITY : error.sqnrDb,
  );
  if (x === y) return a.index - b.index;
  return Number.isNaN(x!) || x! < y! ? -1 : 1;
}

function bar({ layer, index, value }: Row, rank: number): string {
  const operators = operatorsOf(layer);
  const text = escapeText(`${layer.node} ${operators}`.toLowerCase());
  const { error, ownError } = value;
  const own = ownError === null ? '' : `<rect class="fa" y="10" height="4" width="${length(ownError)}"/>`;
  const alone = ownError === null ? '' : `<span>alone ${decibelsText(ownError)}</span>`;
  return `<li data-rank="${rank}" data-text="${text}"><div class="row"><a href="#layer${index}">${nameText(layer.node)}</a><span>${decibelsText(error)}</span></div>
<div class="row op"><span>${escapeText(operators)}</span>${alone}</div>
<svg viewBox="0 0 ${WIDTH} 14" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="${WIDTH}" height="9"/><rect class="f${levelOf(error)}" width="${length(error)}" height="9"/>${own}</svg></li>`;
}

function length({ sqnrDb, mse }: ValueReport['error']): string {
  if (mse === 0) return '0';
  const share = Number.isNaN(sqnrDb) ? 1 : Math.min(1, Math.max(0, (SHORTEST_DB - sqnrDb) / SHORTEST_DB));
  return (share * WIDTH).toFixed(1);
}

/** @param more - what else has a colour */
export function legend(more = ''): string {
  const names = LEVEL_BOUNDS.map((bound) => `${bound} dB and more`);
  names.push(`below ${LEVEL_BOUNDS.at(-1)} dB`);
  const items = names.map((name, level) => `<li><span class="dot d${level}"></span>${name}</li>`);
  return `<ul class="legend" aria-label="Colours">${items.join('')}${more}</ul>`;
}
