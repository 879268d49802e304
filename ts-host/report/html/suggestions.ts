// Layers that would better stay in float, and the options that leave them there.

import type { Report, Suggestion } from '../layers/layerReport.js';
import { percentText } from '../numbers.js';
import { escapeText, nameText } from './escape.js';

export function suggestions(report: Report): string {
  const index = new Map(report.layers.map(({ node }, at) => [node, at]));
  const list = report.suggestions;
  const body =
    list.length === 0
      ? '<p>Nothing to suggest: no layer that is in integers adds more than its share of the noise.</p>'
      : `<p class="small soft">Noise that each layer adds by itself, and what leaving it and those above it in float would gain at
the outputs, if all noises reach them alike: an estimate.</p>
<table><thead><tr><th scope="col">Layer</th><th scope="col" class="n">Share of noise</th><th scope="col" class="n">Gain</th></tr></thead>
<tbody>
${list.map((each) => row(each, index.get(each.node)!)).join('\n')}
</tbody></table>
<p class="small soft">To leave them in float:</p>
<pre tabindex="0"><code>${list.map(({ node }) => `<span>--skip ${escapeText(shellWord(node))}</span>`).join(' ')}</code></pre>`;
  return `<section id="suggestions" aria-labelledby="suggestions-title">
<h2 id="suggestions-title">What to leave in float</h2>
${body}
</section>`;
}

function row({ node, opType, share, gainDb }: Suggestion, index: number): string {
  const gain = Number.isFinite(gainDb) ? `+${gainDb.toFixed(1)} dB` : 'all';
  return `<tr><th scope="row"><a href="#layer${index}">${nameText(node)}</a> <span class="soft small">${escapeText(opType)}</span></th>
<td class="n">${percentText(share)}</td><td class="n">${gain}</td></tr>`;
}

/** A node's id as a glob that means itself, quoted for a shell where it must be. */
function shellWord(node: string): string {
  const word = node.replace(/[*?]/g, '?');
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
