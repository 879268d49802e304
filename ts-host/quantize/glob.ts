// Globs over node ids: `*` stands for any characters, slashes included, `?` for one. Everything else is literal.
// Written out because patterns come from users: a regular expression made of several `.*` can take exponential time.

/** Whether the whole of `text` matches `pattern`. Time O(pattern · text). */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let t = 0; t < text.length; ) {
    if (p < pattern.length && pattern[p] !== '*' && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
