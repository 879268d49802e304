// What the models were made with, and the samples they were compared on.

import type { Report } from '../layers/layerReport.js';
import { cosineText, decibelsText } from '../numbers.js';
import { escapeText, nameText } from './escape.js';

export function settings({ subject }: Report): string {
  const list = subject.settings ?? [];
  if (list.length === 0) return '';
  const rows = list.map(
    ({ name, value }) => `<tr><th scope="row">${escapeText(name)}</th><td>${escapeText(value)}</td></tr>`,
  );
  return `<section id="settings" aria-labelledby="settings-title">
<h2 id="settings-title">Settings</h2>
<table><tbody>${rows.join('')}</tbody></table>
</section>`;
}

/** Samples shown before the rest is folded away. */
const SHOWN = 8;

export function samplesTable(report: Report): string {
  const { outputs, samples } = report;
  if (outputs.length === 0 || samples.length === 0) return '';
  // A batch is one run.
  const runs = Math.max(...outputs.map(({ sqnrDb }) => sqnrDb.length));
  const name = (run: number): string => (runs === samples.length ? samples[run]! : `run ${run + 1}`);
  const rows = Array.from({ length: runs }, (_, run) => {
    const cells = outputs.map(({ sqnrDb, cosine }) => {
      if (sqnrDb[run] === undefined) return '<td class="n">–</td>';
      const mse = sqnrDb[run] === Number.POSITIVE_INFINITY ? 0 : 1;
      return `<td class="n">${decibelsText({ sqnrDb: sqnrDb[run]!, mse })}<br><span class="soft small">${cosineText(cosine[run]!)}</span></td>`;
    });
    return `<tr><th scope="row">${nameText(name(run))}</th>${cells.join('')}</tr>`;
  });
  const heads = outputs.map(({ value }) => `<th scope="col" class="n">${nameText(value)}</th>`);
  const table = (part: readonly string[]): string =>
    `<div class="wide" tabindex="0" role="region" aria-label="Outputs by sample"><table><thead><tr><th scope="col">Sample</th>${heads.join('')}</tr></thead><tbody>${part.join('')}</tbody></table></div>`;
  const rest = rows.slice(SHOWN);
  const more =
    rest.length === 0 ? '' : `<details><summary>${rest.length} more</summary>${table(rest)}</details>`;
  return `<section id="samples" aria-labelledby="samples-title">
<h2 id="samples-title">Outputs by sample</h2>
<p class="small soft">Signal to noise, and below it the cosine.</p>
${table(rows.slice(0, SHOWN))}
${more}
</section>`;
}
