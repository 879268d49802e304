// The machine's own limit for kernels of 128 bits: a loop of independent multiply-adds on registers, compiled to wasm when the
// bench runs. Floats, strict: multiplication and addition; relaxed: one fused instruction where there is one. Codes, strict:
// eight products of 16 bits added in pairs; relaxed: sixteen of 8 bits, added in fours.

import asc from 'assemblyscript/asc';

/** Ten chains hide the latency of any machine; each iteration is 10 · 4 · 2 operations. */
const CHAINS = 10;
export const OPERATIONS = CHAINS * 8;

const names = Array.from({ length: CHAINS }, (_, i) => `c${i}`);

/** One link of a chain C. */
const LINKS = {
  float: { strict: 'f32x4.add(C, f32x4.mul(x, y))', relaxed: 'f32x4.relaxed_madd(x, y, C)' },
  codes: {
    strict: 'i32x4.add(C, i32x4.dot_i16x8_s(C, y))',
    relaxed: 'i32x4.relaxed_dot_i8x16_i7x16_add_s(x, y, C)',
  },
} as const;

/** Operations of an iteration on codes, a multiply-add being two. */
export const CODE_OPERATIONS = { strict: CHAINS * 16, relaxed: CHAINS * 32 } as const;

function source(link: string): string {
  return `export function run(count: i32): i32 {
    const x = v128.load(16); const y = v128.load(32);
    ${names.map((name) => `let ${name} = x;`).join(' ')}
    for (let i = 0; i < count; i++) { ${names.map((name) => `${name} = ${link.replaceAll('C', name)};`).join(' ')} }
    let sum = c0; ${names.map((name) => `sum = v128.xor(sum, ${name});`).join(' ')}
    return i32x4.extract_lane(sum, 0);
  }`;
}

/** Enough for a time of half a millisecond or more. */
export const PEAK_ITERATIONS = 200_000;

/** Runs `count` iterations. */
export type Peak = (count: number) => number;

/** @returns undefined where the runtime has no relaxed SIMD */
export async function peakLoop(
  relaxed: boolean,
  of: keyof typeof LINKS = 'float',
): Promise<Peak | undefined> {
  const link = LINKS[of][relaxed ? 'relaxed' : 'strict'];
  const { error, stderr, binary } = await asc.compileString(source(link), {
    optimizeLevel: 3,
    runtime: 'stub',
    initialMemory: 1,
    enable: relaxed ? ['simd', 'relaxed-simd'] : ['simd'],
  });
  if (error) throw new Error(`asc: ${stderr.toString()}`);
  const bytes = binary as Uint8Array<ArrayBuffer>;
  if (!WebAssembly.validate(bytes)) return undefined;
  const { instance } = await WebAssembly.instantiate(bytes, { env: { abort: () => undefined } });
  return instance.exports.run as Peak;
}
