// The net as a drawing: a box a layer, coloured by its error, each a link to the layer's details.

import type { LayerReport, Report } from '../layers/layerReport.js';
import { levelOf } from '../levels.js';
import { decibelsText } from '../numbers.js';
import { legend } from './bars.js';
import { escapeText } from './escape.js';
import { errorOf, operatorsOf, reportedValue } from './facts.js';
import { type Layout, layoutGraph } from './graphLayout.js';

const BOX = { width: 148, height: 44, gap: 12, rowGap: 26, margin: 8 };
/** Larger nets are told by the lists alone. */
const MOST_LAYERS = 1500;
/** Characters that fit into a box. */
const TITLE = 20;

export function graph(report: Report): string {
  const drawn = report.layers.length === 0 ? '' : drawing(report);
  if (drawn === '') return '';
  return `<section id="graph" aria-labelledby="graph-title">
<h2 id="graph-title">The net</h2>
<p class="small soft">Coloured by the error of what each layer makes; dashed where a layer stays in float.</p>
${legend()}
${drawn}
</section>`;
}

/** A box: a layer, or an input of the graph. */
type Box = { readonly layer: number } | { readonly input: string };

function drawing(report: Report): string {
  const { layers } = report;
  if (layers.length > MOST_LAYERS) return `<p>The net has ${layers.length} layers: too many to be drawn.</p>`;
  const read = new Set(layers.flatMap(({ inputs }) => inputs));
  const inputs = report.values
    .filter(({ node, value }) => node === null && read.has(value))
    .map(({ value }) => value);
  const boxes: Box[] = [...inputs.map((input) => ({ input })), ...layers.map((_, layer) => ({ layer }))];
  const makers = new Map(inputs.map((name, index) => [name, index]));
  const ties: [number, number][] = [];
  for (const [index, layer] of layers.entries()) {
    const at = inputs.length + index;
    const from = new Set(layer.inputs.flatMap((name) => makers.get(name) ?? []));
    for (const each of from) ties.push([each, at]);
    for (const name of layer.outputs) makers.set(name, at);
  }
  const layout = layoutGraph({ count: boxes.length, ties, boxWidth: BOX.width, gap: BOX.gap });
  const width = Math.ceil(layout.width + 2 * BOX.margin);
  const height = layout.rows * (BOX.height + BOX.rowGap) - BOX.rowGap + 2 * BOX.margin;
  const edges = layout.ways.map((way) => `<path class="edge" d="${curve(way)}"/>`).join('');
  const shapes = boxes.map((box, index) => shape(report, box, layout, index)).join('\n');
  return `<div class="graph" tabindex="0" role="region" aria-label="Drawing of the net">
<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-label="${layers.length} layers">
<g aria-hidden="true">${edges}</g>
${shapes}
</svg></div>`;
}

const top = (row: number): number => BOX.margin + row * (BOX.height + BOX.rowGap);

function curve(way: Layout['ways'][number]): string {
  let path = '';
  for (const [index, { row, x }] of way.entries()) {
    const at = (x + BOX.margin).toFixed(1);
    if (index === 0) {
      path = `M${at} ${top(row) + BOX.height}`;
      continue;
    }
    const from = way[index - 1]!;
    const y = top(row);
    const middle = y - BOX.rowGap / 2;
    path += `C${(from.x + BOX.margin).toFixed(1)} ${middle} ${at} ${middle} ${at} ${y}`;
    if (index < way.length - 1) path += `V${y + BOX.height}`;
  }
  return path;
}

function shape(report: Report, box: Box, layout: Layout, index: number): string {
  const x = layout.x[index]! + BOX.margin - BOX.width / 2;
  const place = `transform="translate(${x.toFixed(1)} ${top(layout.row[index]!)})"`;
  if ('input' in box) {
    const value = reportedValue(report, box.input);
    const error = value === undefined ? '' : decibelsText(value.error);
    return `<g class="plain" ${place}>${inside(box.input, 'input', error, 22)}</g>`;
  }
  const layer = report.layers[box.layer]!;
  return `<a href="#layer${box.layer}" class="${classesOf(report, layer)}" ${place}>${layerBox(report, layer)}</a>`;
}

function classesOf(report: Report, layer: LayerReport): string {
  const value = errorOf(report, layer);
  const colour = value === undefined ? 'plain' : `t${levelOf(value.error)}`;
  return layer.state === 'float' ? `${colour} kept` : colour;
}

function layerBox(report: Report, layer: LayerReport): string {
  const value = errorOf(report, layer);
  const error = value === undefined ? '' : decibelsText(value.error);
  const fill = value === undefined ? '' : ` class="f${levelOf(value.error)}"`;
  return inside(layer.node, operatorsOf(layer), error, 6, fill);
}

function inside(name: string, kind: string, error: string, radius: number, fill = ''): string {
  const label = escapeText([name, kind, error].filter((part) => part !== '').join(', '));
  const room = error === '' ? TITLE + 2 : TITLE - 6;
  const second = kind.length <= room ? kind : `${kind.slice(0, room - 1)}…`;
  return `<title>${label}</title><rect${fill} width="${BOX.width}" height="${BOX.height}" rx="${radius}"/>
<text class="title" x="9" y="18">${escapeText(cut(name, TITLE))}</text><text x="9" y="34">${escapeText(second)}</text>
<text x="${BOX.width - 9}" y="34" text-anchor="end">${error}</text>`;
}

/** The end tells names apart, mostly. */
function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `…${characters.slice(characters.length - most + 1).join('')}`;
}
