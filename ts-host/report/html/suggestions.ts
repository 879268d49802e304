// Layers that would better stay in float, and the options that leave them there.

import type { Report, Suggestion } from '../layers/layerReport.js';
import { bytesText } from '../numbers.js';
import { escapeText, nameText } from './escape.js';

export function suggestions(report: Report): string {
  const index = new Map(report.layers.map(({ node }, at) => [node, at]));
  const list = report.suggestions;
  const body =
    list.length === 0
      ? '<p>No layer was found that gains anything worth its bytes when it stays in float.</p>'
      : `<p class="small soft">What the signal to noise of the outputs gains when a layer stays in float: by itself, and together with
those above it. Measured on the first samples.</p>
<div class="wide" tabindex="0" role="region" aria-label="Suggested layers"><table><thead><tr><th scope="col">Layer</th><th scope="col" class="n">Alone</th><th scope="col" class="n">Together</th><th scope="col" class="n">File grows</th></tr></thead>
<tbody>
${list.map((each) => row(each, index.get(each.node)!)).join('\n')}
</tbody></table></div>
<p class="small soft">To leave them in float:</p>
<pre tabindex="0"><code>${list.map(({ node }) => `<span>--skip ${escapeText(shellWord(node))}</span>`).join(' ')}</code></pre>`;
  return `<section id="suggestions" aria-labelledby="suggestions-title">
<h2 id="suggestions-title">What to leave in float</h2>
${body}
</section>`;
}

function row({ node, opType, gainDb, togetherDb, bytes }: Suggestion, index: number): string {
  return `<tr><th scope="row"><a href="#layer${index}">${nameText(node)}</a> <span class="soft small">${escapeText(opType)}</span></th>
<td class="n">${gainText(gainDb)}</td><td class="n">${gainText(togetherDb)}</td><td class="n">${bytesText(bytes)}</td></tr>`;
}

const gainText = (decibels: number): string =>
  `${decibels < 0 ? '−' : '+'}${Math.abs(decibels).toFixed(1)} dB`;

/** A node's id as a glob that means itself, quoted for a shell where it must be. */
function shellWord(node: string): string {
  const word = node.replace(/[*?]/g, '?');
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
