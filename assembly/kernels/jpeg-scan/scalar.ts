// The entropy-coded part of JPEG: a scan becomes coefficients. No SIMD: every bit depends on those before.
//
//   baseline      all 64 coefficients of a block at once
//   progressive   a band of them, from high bits (first) to low ones (refine)
//
// From ITU-T T.81: F.2.2 for baseline, G.1.2 and G.2 for progressive.

import { JPEG_COMPONENT_BYTES, JPEG_SCAN_BYTES, JpegScan, JpegScanComponent } from '../../abi/jpeg-scan';
import { beginReading, endReading, isAtEnd, isStarved, nextBit, nextBits, nextSigned, nextSymbol, passRestart } from './bits';

export { jpeg_huffman_table } from './huffman';

/** Where in a block, in rows of eight, the coefficients of the zigzag lie. */
const ZIGZAG = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
  62, 63,
]);

const DONE = 0;
/** The bits are no code, or lead out of the block. */
const BROKEN = 1;
/** The file ends inside the scan. */
const CUT = 2;
/** A marker stands inside the scan. */
const INTERRUPTED = 3;
/** The restart marker that is due is not there. */
const NO_RESTART = 4;

/** Decodes the next `units` units. Answers 0 or what is wrong; the state then is of no use. */
export function jpeg_scan(scan: JpegScan, units: u32): i32 {
  beginReading(scan);
  let status = DONE;
  for (let left = units; left > 0 && status == DONE; left--) {
    if (scan.interval != 0 && scan.untilRestart == 0) status = restart(scan);
    if (status == DONE) status = decodeUnit(scan);
  }
  endReading(scan);
  return status;
}

function restart(scan: JpegScan): i32 {
  if (!passRestart(scan.restart)) return isAtEnd() ? CUT : NO_RESTART;
  scan.restart = scan.restart + 1 & 7;
  scan.untilRestart = scan.interval;
  scan.endOfBand = 0;
  for (let c: u32 = 0; c < scan.components; c++) componentAt(scan, c).last = 0;
  return DONE;
}

@inline
function componentAt(scan: JpegScan, index: u32): JpegScanComponent {
  return changetype<JpegScanComponent>(
    changetype<usize>(scan) + JPEG_SCAN_BYTES + usize(index) * JPEG_COMPONENT_BYTES,
  );
}

function decodeUnit(scan: JpegScan): i32 {
  const row = scan.unit / scan.unitsPerRow - scan.firstRow;
  const column = scan.unit % scan.unitsPerRow;
  for (let c: u32 = 0; c < scan.components; c++) {
    const component = componentAt(scan, c);
    for (let y: u32 = 0; y < component.down; y++) {
      const first = (row * component.down + y) * component.blocksPerRow + column * component.across;
      for (let x: u32 = 0; x < component.across; x++) {
        const block = component.blocks + (usize(first + x) << 7);
        if (!decodeBlock(scan, component, block)) return isStarved() ? starved() : BROKEN;
      }
    }
  }
  if (isStarved()) return starved();
  scan.unit++;
  scan.untilRestart--;
  return DONE;
}

@inline
function starved(): i32 {
  return isAtEnd() ? CUT : INTERRUPTED;
}

/** False if the bits make no sense. */
@inline
function decodeBlock(scan: JpegScan, component: JpegScanComponent, block: usize): bool {
  if (scan.progressive == 0) return baseline(component, block);
  const band = scan.band;
  const first = band & 255, last = band >> 8 & 255, low = band >> 24;
  const refines = (band >> 16 & 255) != 0;
  if (first == 0) return refines ? refineDc(block, low) : firstDc(component, block, low);
  return refines
    ? refineAc(scan, component.acTable, block, first, last, low)
    : firstAc(scan, component.acTable, block, first, last, low);
}

@inline
function coefficientAt(block: usize, k: u32): usize {
  return block + (usize(load<u8>(ZIGZAG + k)) << 1);
}

@inline
function nextDc(component: JpegScanComponent): bool {
  const size = nextSymbol(component.dcTable);
  if (size < 0 || size > 15) return false;
  component.last += nextSigned(size);
  return true;
}

function baseline(component: JpegScanComponent, block: usize): bool {
  for (let i: usize = 0; i < 128; i += 8) store<u64>(block + i, 0);
  if (!nextDc(component)) return false;
  store<i16>(block, i16(component.last));
  const table = component.acTable;
  for (let k: u32 = 1; k < 64; k++) {
    const symbol = nextSymbol(table);
    if (symbol < 0) return false;
    const run = u32(symbol) >> 4, size = u32(symbol) & 15;
    if (size == 0) {
      if (run != 15) break;
      k += 15;
      continue;
    }
    k += run;
    if (k > 63) return false;
    store<i16>(coefficientAt(block, k), i16(nextSigned(size)));
  }
  return true;
}

@inline
function firstDc(component: JpegScanComponent, block: usize, low: u32): bool {
  if (!nextDc(component)) return false;
  store<i16>(block, i16(component.last << low));
  return true;
}

@inline
function refineDc(block: usize, low: u32): bool {
  if (nextBit() != 0) store<i16>(block, load<i16>(block) | i16(<u32>1 << low));
  return true;
}

function firstAc(scan: JpegScan, table: usize, block: usize, first: u32, last: u32, low: u32): bool {
  if (scan.endOfBand != 0) {
    scan.endOfBand--;
    return true;
  }
  for (let k = first; k <= last; k++) {
    const symbol = nextSymbol(table);
    if (symbol < 0) return false;
    const run = u32(symbol) >> 4, size = u32(symbol) & 15;
    if (size == 0) {
      if (run == 15) {
        k += 15;
        continue;
      }
      scan.endOfBand = (1 << run) - 1 + (run == 0 ? 0 : nextBits(run));
      break;
    }
    k += run;
    if (k > 63) return false;
    store<i16>(coefficientAt(block, k), i16(nextSigned(size) << low));
  }
  return true;
}

function refineAc(scan: JpegScan, table: usize, block: usize, first: u32, last: u32, low: u32): bool {
  const bit = 1 << i32(low);
  let k = first;
  if (scan.endOfBand == 0) {
    for (; k <= last; k++) {
      const symbol = nextSymbol(table);
      if (symbol < 0) return false;
      const run = u32(symbol) >> 4, size = u32(symbol) & 15;
      let fresh: i16 = 0;
      if (size == 1) fresh = i16(nextBits(1) != 0 ? bit : -bit);
      else if (size != 0) return false;
      else if (run != 15) {
        // This block is the first of those it covers.
        scan.endOfBand = (1 << run) + (run == 0 ? 0 : nextBits(run));
        break;
      }
      k = refineRun(block, k, last, run, low);
      if (fresh == 0) continue;
      if (k > last) return false;
      store<i16>(coefficientAt(block, k), fresh);
    }
  }
  if (scan.endOfBand != 0) {
    refineRun(block, k, last, u32.MAX_VALUE, low);
    scan.endOfBand--;
  }
  return true;
}

/** Refines what is not zero from k on, past `zeros` zeros. Answers the place of the next zero, last + 1 if there is none. */
function refineRun(block: usize, k: u32, last: u32, zeros: u32, low: u32): u32 {
  const bit = 1 << i32(low);
  for (; k <= last; k++) {
    const place = coefficientAt(block, k);
    const value = i32(load<i16>(place));
    if (value == 0) {
      if (zeros == 0) return k;
      zeros--;
    } else if (nextBit() != 0 && (value & bit) == 0) {
      store<i16>(place, i16(value > 0 ? value + bit : value - bit));
    }
  }
  return k;
}
