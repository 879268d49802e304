// Inputs that the quantization suites share: ranges of codes, difficult numbers, random layouts.

import type { Codes } from '../../ts-host/wasm/kernels/quantize.js';
import type { ScaleLayout } from '../../ts-host/wasm/layout.js';
import type { Rng } from '../support/rng.js';

export interface CodeType {
  readonly name: string;
  readonly make: (count: number) => Codes;
  readonly low: number;
  readonly high: number;
}

export const CODE_TYPES: readonly CodeType[] = [
  { name: 'i8', make: (count) => new Int8Array(count), low: -128, high: 127 },
  { name: 'u8', make: (count) => new Uint8Array(count), low: 0, high: 255 },
  { name: 'i16', make: (count) => new Int16Array(count), low: -32768, high: 32767 },
  { name: 'u16', make: (count) => new Uint16Array(count), low: 0, high: 65535 },
];

/** The ranges of 1 to 16 bit codes that a storage type holds, signed symmetric ones included. */
export function codeRanges({ low, high }: CodeType): [number, number][] {
  const ranges: [number, number][] = [];
  for (let bits = 1; bits <= 16; bits++) {
    const candidates: [number, number][] =
      low < 0
        ? [
            [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1],
            [1 - 2 ** (bits - 1), 2 ** (bits - 1) - 1],
          ]
        : [[0, 2 ** bits - 1]];
    ranges.push(...candidates.filter(([qmin, qmax]) => qmin < qmax && qmin >= low && qmax <= high));
  }
  return ranges;
}

const next = (x: number): number => neighbour(x, 1);
const previous = (x: number): number => neighbour(x, -1);

/** The float32 `steps` bit patterns further from zero. */
function neighbour(x: number, steps: number): number {
  const bits = new Int32Array(1);
  const value = new Float32Array(bits.buffer);
  value[0] = x;
  bits[0] = bits[0]! + steps;
  return value[0];
}

/** Numbers in which a quantizer can go wrong under one scale: zeros, subnormals, infinities, NaN of either sign, ties of
 *  both parities and their float32 neighbours, both ends of the range of codes, the limits inside the kernels. */
export function difficultInputs(scale: number, zeroPoint: number, qmin: number, qmax: number): Float32Array {
  const inputs = [0, -0, 2 ** -149, -(2 ** -149), 2 ** -126, -(2 ** -126), Infinity, -Infinity, NaN];
  inputs.push(3.4028234663852886e38, -3.4028234663852886e38, 1e30, -1e30);
  const steps = [0, 0.5, 1, 1.5, 2, 2.5, 3.5, 126.5, 127.5, 128.5, 254.5, 255.5, 32767.5, 65534.5, 65535.5];
  steps.push(
    131071.5,
    131072,
    131073,
    2 ** 22,
    2 ** 22 + 1,
    2 ** 23,
    2 ** 23 + 1,
    2 ** 24,
    2 ** 31,
    2 ** 32,
    2 ** 33,
  );
  for (const end of [qmin - zeroPoint, qmax - zeroPoint]) steps.push(end - 0.5, end, end + 0.5, end + 1);
  for (const step of steps) {
    const x = Math.fround(step * scale);
    for (const near of [x, next(x), previous(x)]) inputs.push(near, -near);
  }
  return withNegativeNaN(Float32Array.from(inputs));
}

function withNegativeNaN(x: Float32Array): Float32Array {
  const bits = new Uint32Array(x.length + 2);
  bits.set(new Uint32Array(x.buffer));
  bits[x.length] = 0xffc00000;
  bits[x.length + 1] = 0x7f800001;
  return new Float32Array(bits.buffer);
}

/** A layout of every kind (one scale, rows, blocks along either axis) and how many elements its tensor has. */
export function randomLayout(rng: Rng): { layout: ScaleLayout; count: number } {
  const depth = rng.int(1, 40);
  const inner = [1, 1, 2, 3, 5, 16, 33][rng.int(0, 6)]!;
  const block = rng.int(1, depth);
  const outer = rng.int(1, 9);
  const all = outer * Math.ceil(depth / block) * inner;
  const scaleCount = [1, inner, all, Math.ceil(depth / block) * inner][rng.int(0, 3)]!;
  return { layout: { depth, inner, block, scaleCount }, count: outer * depth * inner };
}

/** [0, count] cut at three random places; some pieces may be empty. */
export function randomChunks(rng: Rng, count: number): [number, number][] {
  const cuts = [0, rng.int(0, count), rng.int(0, count), rng.int(0, count), count].sort((a, b) => a - b);
  return cuts.slice(1).map((to, i) => [cuts[i]!, to]);
}
