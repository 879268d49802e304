// From import to ready: a fresh process each time, entry imported and kernels compiled.

import { runChild } from '../child.js';
import { summarize } from '../harness.js';
import type { Figure, SectionResult } from '../report.js';

const ROUNDS = 9;
/** octavo.md: time from import to ready under 20 ms. */
const GOAL_MS = 20;

interface Started {
  readonly importMs: number;
  readonly readyMs: number;
}

export async function startup(): Promise<SectionResult> {
  const figures: Figure[] = [];
  const entries = ['index.js', 'node.js'];
  const started = new Map(entries.map((entry): [string, Started[]] => [entry, []]));
  // Interleaved; the first of each warms the file cache and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const entry of entries) {
      const url = new URL(`../../dist/${entry}`, import.meta.url).href;
      const one = await runChild<Started>('import-to-ready.mjs', [url]);
      if (round > 0) started.get(entry)!.push(one);
    }
  }
  for (const [entry, all] of started) {
    const ready = summarize(
      entry,
      all.map(({ readyMs }) => readyMs),
    );
    const imported = summarize(
      entry,
      all.map(({ importMs }) => importMs),
    );
    figures.push({
      name: `dist/${entry}, import to ready`,
      value: ready.median,
      unit: 'ms',
      goal: { atMost: GOAL_MS },
      note: `min ${ready.min.toFixed(1)} mad ${ready.mad.toFixed(1)}, import alone ${imported.median.toFixed(1)}`,
    });
  }
  return { section: 'startup (fresh process each time)', figures };
}
