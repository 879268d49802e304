// Costs of ranges by definition; imports nothing of ours.

/** Σ counts · average of |x − x̂|^power over the bin, x̂ the nearest of scale · [low, high]: bin by bin, cut where the nearest
 *  code changes, each piece integrated. */
export function codeErrorOracle(
  { first, width, counts }: { first: number; width: number; counts: readonly number[] },
  { scale, low, high }: { scale: number; low: number; high: number },
  power: 1 | 2,
): number {
  const primitive = (d: number): number => (power === 2 ? d ** 3 / 3 : (d * Math.abs(d)) / 2);
  let total = 0;
  counts.forEach((count, k) => {
    if (count === 0) return;
    const [start, end] = [(first + k) * width, (first + k + 1) * width];
    let sum = 0;
    for (let code = low; code <= high; code++) {
      const from = code === low ? start : Math.max(start, (code - 0.5) * scale);
      const to = code === high ? end : Math.min(end, (code + 0.5) * scale);
      if (to > from) sum += primitive(to - code * scale) - primitive(from - code * scale);
    }
    total += (count * sum) / width;
  });
  return total;
}

/** KL(P‖Q) of whole numbers low and high: every bin is cut into as many parts as there are levels, so that levels hold whole
 *  parts. undefined where Q is 0 and P is not. */
export function klOracle(
  counts: readonly number[],
  low: number,
  high: number,
  levels: number,
): number | undefined {
  const inside = counts.slice(low, high);
  const p = [...inside];
  p[0]! += counts.slice(0, low).reduce((a, b) => a + b, 0);
  p[p.length - 1]! += counts.slice(high).reduce((a, b) => a + b, 0);
  const parts = (list: readonly number[]): number[] =>
    list.flatMap((count) => new Array<number>(levels).fill(count / levels));
  const [pParts, inParts] = [parts(p), parts(inside)];
  const qParts = inParts.map(() => 0);
  for (let level = 0; level < levels; level++) {
    const from = level * inside.length;
    const members = inParts.slice(from, from + inside.length);
    const filled = members.filter((count) => count > 0).length;
    const sum = members.reduce((a, b) => a + b, 0);
    members.forEach((count, i) => {
      if (count > 0) qParts[from + i] = sum / filled;
    });
  }
  const [pSum, qSum] = [pParts, qParts].map((list) => list.reduce((a, b) => a + b, 0)) as [number, number];
  let divergence = 0;
  for (const [i, count] of pParts.entries()) {
    if (count === 0) continue;
    if (qParts[i] === 0) return undefined;
    divergence += (count / pSum) * Math.log(count / pSum / (qParts[i]! / qSum));
  }
  return divergence;
}
