// The name that somebody may have meant.

/** Of `known`, the one that takes the fewest changes of a letter to become `name`, case aside; the first of equals, and
 *  undefined when none is near enough to be meant. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const near = Math.min(name.length - 1, Math.max(2, Math.floor(name.length / 3)));
  let best: string | undefined;
  let least = near + 1;
  for (const each of known) {
    const changes = changesBetween(wanted, each.toLowerCase());
    if (changes >= least) continue;
    best = each;
    least = changes;
  }
  return best;
}

/** Insertions, deletions and exchanges of one letter (Levenshtein), row by row. */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchange = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchange, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
