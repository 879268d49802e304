// The machine's own limit for float kernels of 128 bits: a loop of independent multiply-adds on registers, compiled to
// wasm when the bench runs. Strict: multiplication and addition; relaxed: one fused instruction where there is one.

import asc from 'assemblyscript/asc';

/** Ten chains hide the latency of any machine; each iteration is 10 · 4 · 2 operations. */
const CHAINS = 10;
export const OPERATIONS = CHAINS * 8;

const names = Array.from({ length: CHAINS }, (_, i) => `c${i}`);

function source(relaxed: boolean): string {
  const add = relaxed ? 'f32x4.relaxed_madd(x, y, C)' : 'f32x4.add(C, f32x4.mul(x, y))';
  return `export function run(count: i32): f32 {
    const x = v128.load(16); const y = v128.load(32);
    ${names.map((name) => `let ${name} = x;`).join(' ')}
    for (let i = 0; i < count; i++) { ${names.map((name) => `${name} = ${add.replaceAll('C', name)};`).join(' ')} }
    let sum = c0; ${names.map((name) => `sum = f32x4.add(sum, ${name});`).join(' ')}
    return f32x4.extract_lane(sum, 0);
  }`;
}

/** Runs `count` iterations. */
export type Peak = (count: number) => number;

/** @returns undefined where the runtime has no relaxed SIMD */
export async function peakLoop(relaxed: boolean): Promise<Peak | undefined> {
  const { error, stderr, binary } = await asc.compileString(source(relaxed), {
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
