// The engine: instantiated modules and the arena they work in. Bindings (kernels/*.ts) take an Engine and typed
// arrays; nobody above this folder sees an address.

import { OctavoError } from '../errors.js';
import { Arena } from './arena.js';

/** Must equal ABI_VERSION in assembly/abi/version.ts. */
export const ABI_VERSION = 1;

/** Exports of a kernel module: numbers in, numbers out. */
export type KernelExports = Readonly<Record<string, (...args: number[]) => number>>;

export interface Engine {
  readonly simd: KernelExports;
  readonly arena: Arena;
}

/** What a module can be given as: bytes or a compiled module. */
export type ModuleInput = Uint8Array | ArrayBuffer | WebAssembly.Module;

/** Instantiates the kernels over a memory of their own.
 *  @throws OctavoError `WASM_INVALID` for a module of another version or no Octavo module at all. */
export async function createEngine(modules: { simd: ModuleInput }): Promise<Engine> {
  const memory = new WebAssembly.Memory({ initial: 16 });
  const simd = await instantiate(modules.simd, memory);
  return { simd, arena: new Arena(memory, simd.heapBase!()) };
}

async function instantiate(input: ModuleInput, memory: WebAssembly.Memory): Promise<KernelExports> {
  const imports = { env: { memory } };
  const result = await WebAssembly.instantiate(input as WebAssembly.Module, imports);
  const instance =
    (result as { instance?: WebAssembly.Instance }).instance ?? (result as WebAssembly.Instance);
  const exports = instance.exports as unknown as KernelExports;
  if (exports.abiVersion?.() !== ABI_VERSION) {
    throw new OctavoError('WASM_INVALID', `the module is not an Octavo kernel module of ABI ${ABI_VERSION}`);
  }
  return exports;
}
