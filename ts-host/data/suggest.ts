// The name somebody may have meant: the nearest of those there are.

/** ` (did you mean x?)` for the allowed name nearest to `given`, if one is near; else nothing. */
export function didYouMean(given: string, allowed: readonly string[]): string {
  const wanted = given.slice(0, 64).toLowerCase();
  const [best] = allowed
    .map((name) => ({ name, changes: editDistance(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.changes - b.changes);
  if (best === undefined || best.changes > Math.max(2, best.name.length / 2)) return '';
  return ` (did you mean ${best.name}?)`;
}

/** Letters to insert, drop or change until one is the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
