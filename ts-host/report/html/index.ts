// A report as one page: no other file, no network, nothing that tells when or where it was made. It is whole without its
// script; style and script are allowed by their hashes, so the page carries a strict policy of its own.

import type { Report } from '../layers/layerReport.js';
import { bars } from './bars.js';
import { escapeText, jsonText } from './escape.js';
import { graph } from './graph.js';
import { SCRIPT_HASH, STYLE_HASH } from './hashes.js';
import { keptInFloat } from './kept.js';
import { layerDetails } from './layers.js';
import { overview } from './overview.js';
import { SCRIPT } from './script.js';
import { samplesTable, settings } from './settings.js';
import { STYLE } from './style.js';
import { suggestions } from './suggestions.js';

const POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; script-src '${SCRIPT_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`;

const TITLES: Readonly<Record<string, string>> = {
  suggestions: 'What to leave in float',
  errors: 'Error by layer',
  graph: 'The net',
  layers: 'Layers in detail',
  samples: 'Outputs by sample',
  kept: 'Left in float',
  settings: 'Settings',
};

/** The page. The same report gives the same text. */
export function reportToHtml(report: Report): string {
  const sections = [
    suggestions(report),
    bars(report),
    graph(report),
    layerDetails(report),
    samplesTable(report),
    keptInFloat(report),
    settings(report),
  ].filter((section) => section !== '');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(report.subject.quantized)}: quantization report</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">To the report</a>
${overview(report)}
${contents(sections)}
<main id="main">
${sections.join('\n')}
</main>
<footer>
<p>Decibels: 20 dB of signal to noise are noise of a tenth of the signal, 40 dB of a hundredth. Everything in this page is in
its file; the numbers are in it as JSON too (element <code>report</code>).</p>
</footer>
<script type="application/json" id="report">${jsonText(withoutScales(report))}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function contents(sections: readonly string[]): string {
  const items = sections.flatMap((section) => {
    const id = /^<section id="(\w+)"/.exec(section)?.[1] ?? '';
    const title = TITLES[id];
    return title === undefined ? [] : [`<li><a href="#${id}">${title}</a></li>`];
  });
  return `<nav aria-label="Contents"><ul>${items.join('')}</ul></nav>`;
}

/** Scales of channels are thousands of numbers that nobody reads in a page. */
function withoutScales(report: Report): unknown {
  const layers = report.layers.map((layer) => ({
    ...layer,
    weights: layer.weights.map(({ scale: _, zeroPoint: __, ...weight }) => weight),
  }));
  return { ...report, layers };
}
