// Engines for tests, over the built modules: the shipped SIMD one, and the scalar reference.

import { readFileSync } from 'node:fs';
import { buildWasm } from '../../scripts/build-wasm.js';
import { createEngine, type Engine } from '../../ts-host/wasm/engine.js';

const root = new URL('../../', import.meta.url);

/** The engine users get. */
export async function simdEngine(): Promise<Engine> {
  await buildWasm();
  return createEngine({ simd: readFileSync(new URL('dist/simd.wasm', root)) });
}

/** The same bindings over reference.wasm, whose exports carry the same names. */
export async function referenceEngine(): Promise<Engine> {
  await buildWasm();
  return createEngine({ simd: readFileSync(new URL('.cache/reference.wasm', root)) });
}
