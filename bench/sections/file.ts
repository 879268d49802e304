// A whole file, path to path in a warm process of its own: time, against copying the file with a sync, and memory.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../child.js';
import { speed, summarize } from '../harness.js';
import { benchModel } from '../models.js';
import type { SectionResult } from '../report.js';

const ROUNDS = 11;
const GOAL_MS = 120;
const MB = 1024 * 1024;

interface Measured {
  readonly startRss: number;
  readonly firstPeak: number;
  readonly peakRss: number;
  readonly firstMs: number;
  readonly quantizeMs: readonly number[];
  readonly copyMs: readonly number[];
}

export async function file(): Promise<SectionResult> {
  const { name, path, hasGoals } = benchModel();
  const folder = mkdtempSync(join(tmpdir(), 'octavo-bench-'));
  try {
    const output = join(folder, 'model.int8.onnx');
    const measured = await runChild<Measured>('quantize-file.mjs', [path, output, String(ROUNDS)]);
    const quantize = summarize('quantize', measured.quantizeMs);
    const copy = summarize('copy', measured.copyMs);
    const { startRss, firstPeak, peakRss, firstMs } = measured;
    const share = statSync(output).size / statSync(path).size;
    return {
      section: `file (${name}, 8 bit weights, path to path with fsync)`,
      figures: [
        {
          name: 'quantize, warm',
          value: quantize.median,
          unit: 'ms',
          note: `min ${quantize.min.toFixed(1)} mad ${quantize.mad.toFixed(1)} of ${ROUNDS}`,
          ...(hasGoals ? { goal: { atMost: GOAL_MS } } : {}),
        },
        {
          name: 'quantize / read + write + fsync',
          value: speed(quantize, copy),
          unit: 'x',
          note: `copy ${copy.median.toFixed(1)} ms`,
        },
        { name: 'quantize, first in the process', value: firstMs, unit: 'ms' },
        { name: 'peak memory above start, first', value: (firstPeak - startRss) / MB, unit: 'MB' },
        {
          name: 'peak memory above start',
          value: (peakRss - startRss) / MB,
          unit: 'MB',
          note: `${ROUNDS} files`,
        },
        {
          name: 'size of the output',
          value: share,
          unit: 'x',
          ...(hasGoals ? { goal: { atMost: 0.27 } } : {}),
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
