// Rows as short as there are channels, of which one operand has the same in all (a factor for each channel): that operand is
// repeated first, side by side, so that kernels meet long rows.
//
//   [n, r, c] ∘ [n or 1, 1, c]  ──►  [n, r / t, t · c] ∘ [n or 1, 1, t · c]

import { elementCount } from '../../ir/tensor.js';
import { type Copy, planCopy } from '../movement/copy.js';

/** Rows from this length on are long enough. */
const LONG = 64;
/** Most elements of a row that is made. */
const MOST = 1024;
/** Elements of the result from which repeating pays. */
const FROM = 2048;

export interface LongRows {
  /** Of the result. */
  readonly dims: readonly number[];
  readonly operands: readonly (readonly number[])[];
  /** Which operand is repeated, how, and how many bytes it has then. */
  readonly repeated: number;
  readonly copy: Copy;
  readonly bytes: number;
}

/** Undefined where rows are long, or cannot be made so.
 *  @param dims - what the two operands broadcast to */
export function longRows(
  dims: readonly number[],
  operands: readonly (readonly number[])[],
): LongRows | undefined {
  const total = elementCount(dims);
  const channels = dims.at(-1) ?? 1;
  const repeated = operands.findIndex((each) => elementCount(each) !== total);
  if (repeated < 0 || channels >= LONG || total < FROM) return undefined;
  if (elementCount(operands[1 - repeated]!) !== total) return undefined;
  const given = operands[repeated]!;
  const own = [...Array<number>(dims.length - given.length).fill(1), ...given];
  const batch = own[0]!;
  if (own.at(-1) !== channels || own.slice(1, -1).some((dim) => dim !== 1) || dims.length < 3)
    return undefined;
  const rows = elementCount(dims.slice(1, -1));
  const times = largestDivisor(rows, Math.floor(MOST / channels));
  if (times < 2) return undefined;
  const long = [dims[0]!, rows / times, times * channels];
  const short = [batch, 1, times * channels];
  const copy = planCopy(1, [batch, times, channels], [channels, 0, 1], [times * channels, channels, 1]);
  const views = repeated === 0 ? [short, long] : [long, short];
  return { dims: long, operands: views, repeated, copy: copy!, bytes: elementCount(short) };
}

function largestDivisor(count: number, most: number): number {
  for (let divisor = Math.min(count, most); divisor > 1; divisor--) if (count % divisor === 0) return divisor;
  return 1;
}
