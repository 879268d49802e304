// What stays in float, with the reasons, and what could not be compared.

import type { LayerReport, Report } from '../layers/layerReport.js';
import { escapeText, nameText } from './escape.js';

export function keptInFloat(report: Report): string {
  const parts = [reasonsOf(report), unmatched(report)].filter((part) => part !== '');
  if (parts.length === 0) return '';
  return `<section id="kept" aria-labelledby="kept-title">
<h2 id="kept-title">Left in float</h2>
${parts.join('\n')}
</section>`;
}

function reasonsOf({ layers }: Report): string {
  const groups = new Map<string, { layer: LayerReport; index: number }[]>();
  for (const [index, layer] of layers.entries()) {
    if (layer.state !== 'float') continue;
    const reason = layer.reason ?? 'the quantized model computes it in float';
    groups.set(reason, [...(groups.get(reason) ?? []), { layer, index }]);
  }
  if (groups.size === 0) return '';
  const rows = [...groups].map(([reason, members]) => {
    const names = members.map(
      ({ layer, index }) =>
        `<a href="#layer${index}">${nameText(layer.node)}</a> <span class="soft">${escapeText(layer.opType)}</span>`,
    );
    return `<tr><td>${names.join('<br>')}</td><td>${escapeText(reason)}</td></tr>`;
  });
  return `<table><thead><tr><th scope="col">Layers</th><th scope="col">Why</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function unmatched({ unmatched: names, layers }: Report): string {
  const melted = new Set(layers.flatMap(({ fused }) => fused.map(({ node }) => node)));
  if (names.length === 0) return '';
  const why =
    melted.size === 0
      ? 'the quantized model has no float values of these names and shapes'
      : 'the quantized model has none of these names and shapes; most of them are inside layers that were melted into one';
  return `<details><summary>${names.length} values were not compared</summary>
<p class="small soft">${sentence(why)}</p>
<p class="small">${names.map((name) => nameText(name)).join(', ')}</p></details>`;
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
