// The histogram of a value with the limits of its codes: what lies outside is cut off.

import type { ValueReport } from '../layers/layerReport.js';
import { numberText, percentText } from '../numbers.js';

const [WIDTH, HEIGHT] = [640, 120];

export function histogramOf({ histogram, codes, clipped, origin }: ValueReport): string {
  const { low, width, counts } = histogram;
  if (counts.length === 0) return '<p class="soft small">No finite numbers.</p>';
  const high = low + width * counts.length;
  const x = (value: number): number => ((value - low) / (high - low)) * WIDTH;
  const inside = (value: number): boolean => value > low && value < high;
  const parts = [`<path class="bins" d="${outline(counts)}"/>`];
  if (inside(0)) parts.push(line('zero', x(0)));
  for (const [limit, from, to] of codes === null ? [] : limitsOf(codes.low, codes.high, x)) {
    if (!inside(limit)) continue;
    parts.push(
      `<rect class="cut" x="${from.toFixed(1)}" width="${(to - from).toFixed(1)}" height="${HEIGHT}"/>`,
    );
    parts.push(line('limit', x(limit)));
  }
  const label = `Histogram from ${numberText(origin.min)} to ${numberText(origin.max)}`;
  const cut =
    codes === null
      ? 'stays in float'
      : `codes (${codes.dtype}) stand for ${numberText(codes.low)} to ${numberText(codes.high)}, ${percentText(clipped)} is cut off`;
  return `<svg class="histogram" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}; ${cut}">${parts.join('')}</svg>
<div class="ends" aria-hidden="true"><span>${numberText(origin.min)}</span><span>${numberText(origin.max)}</span></div>
<p class="small soft">Numbers of the float model; heights are the fourth roots of counts. ${sentence(cut)}</p>`;
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

function limitsOf(low: number, high: number, x: (value: number) => number): [number, number, number][] {
  return [
    [low, 0, x(low)],
    [high, x(high), WIDTH],
  ];
}

const line = (kind: string, x: number): string =>
  `<line class="${kind}" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="0" y2="${HEIGHT}"/>`;

/** One path around all bars. */
function outline(counts: readonly number[]): string {
  const tallest = counts.reduce((a, b) => Math.max(a, b), 1);
  const step = WIDTH / counts.length;
  const tops = counts.map((count, index) => {
    const top = HEIGHT * (1 - Math.sqrt(Math.sqrt(count / tallest)));
    return `L${(index * step).toFixed(1)} ${top.toFixed(1)}H${((index + 1) * step).toFixed(1)}`;
  });
  return `M0 ${HEIGHT}${tops.join('')}V${HEIGHT}Z`;
}
