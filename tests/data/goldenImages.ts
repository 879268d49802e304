// Images with the pixels other decoders and resizers make of them, see tests/golden/images.py.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

interface Size {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** A file and what Pillow decodes it to. */
export interface DecodeCase extends Size {
  readonly file: Uint8Array;
}

/** Pixels and what Pillow (antialias) or OpenCV resizes them to. */
export interface ResizeCase extends Size {
  readonly method: 'LINEAR' | 'NEAREST' | 'CUBIC';
  readonly antialias: boolean;
  readonly from: readonly [width: number, height: number];
  readonly pixels: Uint8Array;
}

interface Stored extends Omit<DecodeCase & ResizeCase, 'rgb' | 'file' | 'pixels'> {
  readonly kind: 'decode' | 'resize';
  readonly rgb: string;
  readonly file: string;
  readonly pixels: string;
}

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

const packed = readFileSync(new URL('../golden/images.json.gz', import.meta.url));
const { cases } = JSON.parse(gunzipSync(packed).toString()) as { cases: readonly Stored[] };
const of = (kind: Stored['kind']): Stored[] => cases.filter((stored) => stored.kind === kind);

export const DECODE_CASES: readonly DecodeCase[] = of('decode').map((stored) => {
  return { ...stored, rgb: bytes(stored.rgb), file: bytes(stored.file) };
});

export const RESIZE_CASES: readonly ResizeCase[] = of('resize').map((stored) => {
  return { ...stored, rgb: bytes(stored.rgb), pixels: bytes(stored.pixels) };
});

/** The largest difference of two equally long lists of levels. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
