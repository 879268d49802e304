// Products of codes in plain TypeScript: exact sums, broadcasting by coordinates.

import { countOf, type Feed, numbersOf } from './feeds.js';

const codes = (feed: Feed): number[] => numbersOf(feed).map(Number);

/** Index into a tensor of `dims` of what broadcasts to `at` in dims `outer`. */
function broadcastIndex(dims: readonly number[], at: readonly number[]): number {
  let index = 0;
  for (const [i, dim] of dims.entries()) {
    const position = at[i + at.length - dims.length]!;
    index = index * dim + (dim === 1 ? 0 : position);
  }
  return index;
}

function coordinates(dims: readonly number[], index: number): number[] {
  const at: number[] = [];
  let rest = index;
  for (let d = dims.length - 1; d >= 0; d--) {
    at.unshift(rest % dims[d]!);
    rest = Math.floor(rest / dims[d]!);
  }
  return at;
}

/** Σ (a − za)(b − zb) as int32, and the dims. Zero points: one, a vector along rows (A) or columns (B), or any dims that
 *  broadcast to their matrix. */
export function productOracle(
  a: Feed,
  b: Feed,
  za?: Feed,
  zb?: Feed,
): { readonly dims: number[]; readonly sums: number[] } {
  const aDims = a.dims.length === 1 ? [1, ...a.dims] : [...a.dims];
  const bDims = b.dims.length === 1 ? [...b.dims, 1] : [...b.dims];
  const rank = Math.max(aDims.length, bDims.length);
  const pad = (dims: number[]): number[] => [...Array(rank - dims.length).fill(1), ...dims];
  const [ap, bp] = [pad(aDims), pad(bDims)];
  const outer = ap.slice(0, -2).map((dim, i) => (dim === 1 ? bp[i]! : dim));
  const [m, k, n] = [ap.at(-2)!, ap.at(-1)!, bp.at(-1)!];
  const full = [...outer, m, n];
  const zaDims = za && (za.dims.length === 1 && countOf(za.dims) > 1 ? [za.dims[0]!, 1] : za.dims);
  const [aCodes, bCodes, zaCodes, zbCodes] = [a, b, za, zb].map((each) => each && codes(each));
  const sums = Array.from({ length: countOf(full) }, (_, index) => {
    const at = coordinates(full, index);
    const [row, column] = [at.at(-2)!, at.at(-1)!];
    let sum = 0;
    for (let depth = 0; depth < k; depth++) {
      const left = [...at.slice(0, -2), row, depth];
      const right = [...at.slice(0, -2), depth, column];
      const x = aCodes![broadcastIndex(ap, left)]! - (zaCodes ? zaCodes[broadcastIndex(zaDims!, left)]! : 0);
      const y =
        bCodes![broadcastIndex(bp, right)]! - (zbCodes ? zbCodes[broadcastIndex(zb!.dims, right)]! : 0);
      sum += x * y;
    }
    return sum | 0;
  });
  const dims = [...outer, ...(a.dims.length === 1 ? [] : [m]), ...(b.dims.length === 1 ? [] : [n])];
  return { dims, sums };
}
