// Engines for tests, over the built modules: the shipped SIMD one, and the scalar reference.

import { readFileSync } from 'node:fs';
import { buildWasm } from '../../scripts/build-wasm.js';
import { createEngine, type Engine } from '../../ts-host/wasm/engine.js';
import { createExecutionEngine, type ExecutionEngine, type Precision } from '../../ts-host/wasm/execution.js';
import { createImageEngine, registerImageModule } from '../../ts-host/wasm/images.js';

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

const file = (path: string): Uint8Array => readFileSync(new URL(path, root));

/** The modules that sessions run on. */
export async function engineModules() {
  await buildWasm();
  return {
    simd: file('dist/simd.wasm'),
    execute: file('dist/execute.wasm'),
    executeRelaxed: file('dist/execute-relaxed.wasm'),
  };
}

/** The executor's engine that users get; `fast` needs a runtime with relaxed SIMD, and is strict elsewhere. */
export async function executionEngine(
  precision: Precision = 'strict',
  memoryLimit?: number,
): Promise<ExecutionEngine> {
  return createExecutionEngine(await engineModules(), precision, memoryLimit);
}

/** The same over the scalar, normative modules. */
export async function referenceExecutionEngine(): Promise<ExecutionEngine> {
  await buildWasm();
  return createExecutionEngine({
    simd: file('.cache/reference.wasm'),
    execute: file('.cache/reference-execute.wasm'),
  });
}

/** The engine that decodes and prepares images. */
export async function imageEngine(memoryLimit?: number): Promise<ExecutionEngine> {
  await buildWasm();
  return createImageEngine(file('dist/images.wasm'), memoryLimit);
}

/** The same over the scalar, normative module. */
export async function referenceImageEngine(): Promise<ExecutionEngine> {
  await buildWasm();
  return createImageEngine(file('.cache/reference-images.wasm'));
}

/** Registers the module that images are decoded with, as the entries of the package do. */
export async function prepareImages(): Promise<void> {
  await buildWasm();
  registerImageModule(() => file('dist/images.wasm'));
}
