// Bindings of the JPEG kernels: tables of codes, scans, blocks, rows.

import type { ExecutionEngine } from '../../execution.js';
import { writeInts } from '../execute/ints.js';

type Address = number;

/** Bytes of a table that {@link makeHuffmanTable} fills. */
export const HUFFMAN_TABLE_BYTES = 1416;

/** Bytes that {@link makeHuffmanTable} reads: 16 counts, then symbols, zeros behind them. */
export const HUFFMAN_COUNTS_BYTES = 272;

/** False if there are more codes than can be told apart. */
export function makeHuffmanTable({ kernels }: ExecutionEngine, counts: Address, table: Address): boolean {
  return kernels.jpeg_huffman_table!(counts, table) === 0;
}

/** A component as a scan decodes it. */
export interface ScanComponent {
  /** 64 coefficients of 16 bits a block, in rows of eight. */
  readonly blocks: Address;
  readonly blocksPerRow: number;
  /** Blocks of a unit. */
  readonly across: number;
  readonly down: number;
  /** 0 where the scan needs none. */
  readonly dcTable: Address;
  readonly acTable: Address;
}

export interface Scan {
  readonly at: Address;
  readonly end: Address;
  /** Units between restart markers, 0 for none. */
  readonly interval: number;
  readonly unitsPerRow: number;
  readonly progressive: boolean;
  /** Spectral selection: first and last coefficient. */
  readonly first: number;
  readonly last: number;
  /** Successive approximation. */
  readonly high: number;
  readonly low: number;
  readonly components: readonly ScanComponent[];
}

/** Bytes of the state of a scan. */
export const SCAN_BYTES = 192;

const FIRST_ROW = 44;

/** Writes the state in which a scan begins. */
export function beginScan(engine: ExecutionEngine, state: Address, scan: Scan): void {
  const band = scan.first | (scan.last << 8) | (scan.high << 16) | (scan.low << 24);
  const components = scan.components.flatMap((component) => {
    const { blocks, blocksPerRow, across, down, dcTable, acTable } = component;
    return [blocks, blocksPerRow, across, down, dcTable, acTable, 0, 0];
  });
  writeInts(engine, state, [
    ...[scan.at, scan.end, 0, 0, 0, scan.interval, scan.interval, 0, 0, 0, scan.unitsPerRow, 0],
    ...[Number(scan.progressive), band, scan.components.length, 0],
    ...components,
  ]);
}

/** Says that the blocks begin with this row of units. */
export function setFirstRow(engine: ExecutionEngine, state: Address, row: number): void {
  writeInts(engine, state + FIRST_ROW, [row]);
}

/** What can stop a scan, in the order of the kernel's numbers from 1 on. */
export const SCAN_FAILURES = ['broken', 'cut', 'interrupted', 'no restart'] as const;

/** Decodes the next units of a scan.
 *  @returns what is wrong, undefined if nothing is */
export function decodeUnits(
  { kernels }: ExecutionEngine,
  state: Address,
  units: number,
): (typeof SCAN_FAILURES)[number] | undefined {
  return SCAN_FAILURES[kernels.jpeg_scan!(state, units) - 1];
}

/** Where the scan has read to. */
export function scanPosition({ heap }: ExecutionEngine, state: Address): Address {
  return new DataView(heap.memory.buffer).getUint32(state, true);
}

/** Turns `count` blocks side by side into 8 rows of samples.
 *  @param steps - 64 numbers of 16 bits in rows of eight */
export function blocksToSamples(
  { kernels }: ExecutionEngine,
  blocks: Address,
  count: number,
  steps: Address,
  out: Address,
  stride: number,
): void {
  kernels.jpeg_blocks!(blocks, count, steps, out, stride);
}

/** In the order of the kernel's numbers. */
const COLORS = { gray: 1, ycc: 3, rgb: 4, cmyk: 5, ycck: 6 } as const;

export type JpegColor = keyof typeof COLORS;

/** Samples of one component. */
export interface Plane {
  readonly samples: Address;
  readonly stride: number;
  /** Without padding. */
  readonly width: number;
  readonly height: number;
  /** Pixels a sample covers. */
  readonly across: number;
  readonly down: number;
}

/** Bytes of the description of planes. */
export const IMAGE_BYTES = 112;

/** Bytes of working memory that {@link describePlanes} is told of. */
export function planeRowBytes({ kernels }: ExecutionEngine, width: number, components: number): number {
  return kernels.jpeg_rows_bytes!(width, components);
}

/** Writes what {@link planesToRows} reads.
 *  @param rows - address of {@link planeRowBytes} bytes */
export function describePlanes(
  engine: ExecutionEngine,
  image: Address,
  width: number,
  color: JpegColor,
  rows: Address,
  planes: readonly Plane[],
): void {
  const words = planes.flatMap((plane) => {
    return [plane.samples, plane.stride, plane.width, plane.height, plane.across, plane.down];
  });
  writeInts(engine, image, [width, COLORS[color], rows, planes.length, ...words]);
}

/** Rows [from, to) as RGB in bytes at `out`. */
export function planesToRows(
  { kernels }: ExecutionEngine,
  image: Address,
  from: number,
  to: number,
  out: Address,
): void {
  kernels.jpeg_rows!(image, from, to, out);
}
