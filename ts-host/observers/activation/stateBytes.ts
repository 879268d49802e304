// The state of a tensor as bytes, little-endian. Equal states give equal bytes, and no other bytes are read as them.
//
//   0   samples f64    count f64    zeros f64    min f32    max f32
//   32  sums: absMax, low, high: 48 bytes each, two's complement, units of 2^-149
//   176 number of extremes u32    byteLength of the counts u32
//   184 extremes: sample f64, min f32, max f32 each
//       counts, one for each bin of gridOf(min, max): seven bits a byte, low bits first, the top bit set in all but the last
//
// An empty state (count 0) has all zeros, no extremes and no counts.

import { OctavoError } from '../../errors.js';
import { exactUnits } from './exactSum.js';
import { EXTREMES_BYTES, Extremes } from './extremes.js';
import { gridOf } from './grid.js';
import { EMPTY_STATE, type TensorState } from './state.js';
import { KEPT_SAMPLES } from './stats.js';

const SUMS_AT = 32;
const SUM_BYTES = 48;
const HEAD_BYTES = SUMS_AT + 3 * SUM_BYTES + 8;
/** A whole number below 2^53 in groups of seven bits. */
const LONGEST_COUNT = 8;

export function stateToBytes(state: TensorState): Uint8Array<ArrayBuffer> {
  const { samples, count, zeros, min, max, extremes, sums } = state;
  const counts = packCounts(state.counts);
  const bytes = new Uint8Array(HEAD_BYTES + extremes.length * EXTREMES_BYTES + counts.length);
  const view = new DataView(bytes.buffer);
  [samples, count, zeros].forEach((value, i) => {
    view.setFloat64(8 * i, value, true);
  });
  view.setFloat32(24, min, true);
  view.setFloat32(28, max, true);
  [sums.absMax, sums.low, sums.high].forEach((sum, i) => {
    writeSum(view, SUMS_AT + i * SUM_BYTES, sum);
  });
  view.setUint32(HEAD_BYTES - 8, extremes.length, true);
  view.setUint32(HEAD_BYTES - 4, counts.length, true);
  bytes.set(extremes.bytes(), HEAD_BYTES);
  bytes.set(counts, bytes.length - counts.length);
  return bytes;
}

/** @throws OctavoError `STATS_INVALID` for bytes that {@link stateToBytes} does not make; nothing is allocated beyond what
 *  they hold */
export function stateFromBytes(bytes: Uint8Array): TensorState {
  if (bytes.length < HEAD_BYTES) fail(`${bytes.length} bytes are fewer than the head has`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [samples, count, zeros] = [0, 8, 16].map((at) => readWhole(view, at)) as [number, number, number];
  const [min, max] = [view.getFloat32(24, true), view.getFloat32(28, true)];
  const [absMax, low, high] = [0, 1, 2].map((i) => readSum(view, SUMS_AT + i * SUM_BYTES));
  const extremeCount = view.getUint32(HEAD_BYTES - 8, true);
  const countsLength = view.getUint32(HEAD_BYTES - 4, true);
  const countsAt = HEAD_BYTES + extremeCount * EXTREMES_BYTES;
  if (countsAt + countsLength !== bytes.length) {
    fail(`the head tells of ${countsAt + countsLength} bytes, there are ${bytes.length}`);
  }
  requireRange(min, max);
  const extremes = new Extremes(bytes.slice(HEAD_BYTES, countsAt));
  const bins = count === 0 ? 0 : gridOf(min, max).bins;
  const counts = unpackCounts(bytes.subarray(countsAt), bins);
  const sums = { absMax: absMax!, low: low!, high: high! };
  const state = { samples, count, zeros, min, max, counts, extremes, sums };
  if (count === 0) requireEmpty(bytes);
  else requireConsistent(state);
  return count === 0 ? EMPTY_STATE : state;
}

function requireEmpty(bytes: Uint8Array): void {
  if (bytes.some((byte) => byte !== 0)) fail('there are no elements, but statistics of some');
}

/** What holds of every state. */
function requireConsistent({ samples, count, zeros, min, max, counts, extremes, sums }: TensorState): void {
  const { first, bins } = gridOf(min, max);
  if (samples < 1 || samples > count) fail(`${samples} samples have ${count} elements`);
  if (counts.reduce((sum, each) => sum + each, 0) !== count) fail('the counts do not add up');
  if (counts[0] === 0 || counts[bins - 1] === 0) fail('the outermost bins are empty');
  if (zeros > (counts[-first] ?? 0)) fail(`${zeros} zeros are more than their bin has`);
  const wanted = Math.min(samples, KEPT_SAMPLES);
  if (extremes.length < 1 || extremes.length > wanted) {
    fail(`there are extremes of ${extremes.length} of ${samples} samples`);
  }
  let last = -1;
  for (const each of extremes) {
    requireWhole(each.sample);
    requireRange(each.min, each.max);
    if (each.min < min || each.max > max) fail(`sample ${each.sample} is outside the range`);
    if (each.sample <= last) fail('samples are not in their order');
    last = each.sample;
  }
  const total = BigInt(samples);
  const largest = exactUnits(Math.max(-min, max));
  if (sums.absMax < 0n || sums.absMax > largest * total)
    fail('the sum of the largest |x| is outside the range');
  const inside = exactUnits(min) * total <= sums.low && sums.high <= exactUnits(max) * total;
  if (!inside || sums.low > sums.high) fail('the sums of quantiles are outside the range');
}

function requireRange(min: number, max: number): void {
  const canonical = !Object.is(min, -0) && !Object.is(max, -0);
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max || !canonical) {
    fail(`[${min}, ${max}] is no range`);
  }
}

function readWhole(view: DataView, at: number): number {
  return requireWhole(view.getFloat64(at, true));
}

function requireWhole(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) fail(`${value} is no count`);
  return value;
}

function writeSum(view: DataView, at: number, sum: bigint): void {
  for (let i = 0; i < SUM_BYTES; i += 8)
    view.setBigUint64(at + i, BigInt.asUintN(64, sum >> BigInt(8 * i)), true);
}

function readSum(view: DataView, at: number): bigint {
  let sum = view.getBigInt64(at + SUM_BYTES - 8, true);
  for (let i = SUM_BYTES - 16; i >= 0; i -= 8) sum = (sum << 64n) | view.getBigUint64(at + i, true);
  return sum;
}

function packCounts(counts: Float64Array): Uint8Array {
  const bytes = new Uint8Array(counts.length * LONGEST_COUNT);
  let at = 0;
  for (let rest of counts) {
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = 128 + (rest % 128);
    bytes[at++] = rest;
  }
  return bytes.subarray(0, at);
}

function unpackCounts(bytes: Uint8Array, bins: number): Float64Array {
  const counts = new Float64Array(bins);
  let at = 0;
  for (let bin = 0; bin < bins; bin++) {
    let unit = 1;
    let count = 0;
    for (; bytes[at]! >= 128 && unit < 2 ** 49; unit *= 128) count += (bytes[at++]! - 128) * unit;
    const last = bytes[at++];
    if (last === undefined || last >= 128 || (last === 0 && unit > 1))
      fail(`the count of bin ${bin} is malformed`);
    counts[bin] = readSafe(count + last * unit);
  }
  if (at !== bytes.length) fail(`${bytes.length - at} bytes follow the last count`);
  return counts;
}

const readSafe = (count: number): number =>
  count <= Number.MAX_SAFE_INTEGER ? count : fail(`a count of ${count} is too large`);

function fail(message: string): never {
  throw new OctavoError('STATS_INVALID', `statistics of a tensor: ${message}`);
}
