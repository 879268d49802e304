// The head of a report: what was compared, and the four figures one looks for first.

import type { Report } from '../layers/layerReport.js';
import { bytesText, cosineText, decibelsText, percentText } from '../numbers.js';
import { escapeText, nameText } from './escape.js';
import { errorOf, meanOutput } from './facts.js';

export function overview(report: Report): string {
  const { subject, samples } = report;
  const run = samples.length === 1 ? '1 sample' : `${samples.length} samples`;
  return `<header>
<p class="soft small">Octavo quantization report</p>
<h1>${nameText(subject.quantized)}</h1>
<p class="soft">compared with ${nameText(subject.float)} on ${run}</p>
</header>
<dl class="facts">
${[size(report), output(report), integers(report), worst(report)].join('\n')}
</dl>`;
}

function fact(term: string, figure: string, note: string): string {
  return `<div><dt>${term}</dt><dd>${figure}<span>${note}</span></dd></div>`;
}

function size({ subject: { floatBytes, quantizedBytes } }: Report): string {
  if (floatBytes === undefined || quantizedBytes === undefined) return fact('Size', '–', 'not told');
  const share = quantizedBytes / floatBytes;
  const note = `${percentText(share)} of ${bytesText(floatBytes)}`;
  const width = Math.min(600, 600 * share).toFixed(1);
  const bar = `<svg viewBox="0 0 600 14" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="600" height="9"/><rect class="f0" width="${width}" height="9"/></svg>`;
  return fact('Size', bytesText(quantizedBytes), `${note}${bar}`);
}

function output({ outputs }: Report): string {
  const mean = meanOutput(outputs);
  if (mean === undefined) return fact('Output', '–', 'nothing to compare');
  const more = outputs.length === 1 ? 'mean of all samples' : `mean of ${outputs.length} outputs`;
  const figure = mean.exact ? 'exact' : decibelsText({ sqnrDb: mean.sqnrDb, mse: 1 });
  return fact('Output, signal to noise', figure, `cosine ${cosineText(mean.cosine)}, ${more}`);
}

function integers({ layers }: Report): string {
  const count = (state: string): number => layers.filter((layer) => layer.state === state).length;
  const weights = count('weights');
  const note =
    weights === 0
      ? `${count('float')} in float`
      : `${weights} with weights as codes, ${count('float')} in float`;
  return fact('Layers in integers', `${count('integer')} of ${layers.length}`, note);
}

function worst(report: Report): string {
  const found = report.layers
    .map((layer) => ({ layer, value: errorOf(report, layer) }))
    .filter(({ value }) => value !== undefined && value.error.mse !== 0)
    .sort((a, b) => a.value!.error.sqnrDb - b.value!.error.sqnrDb)[0];
  if (found === undefined) return fact('Worst layer', 'none', 'all values are exact');
  return fact('Worst layer', decibelsText(found.value!.error), escapeText(found.layer.node));
}
