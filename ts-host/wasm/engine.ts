// The engine: instantiated modules and the arena they work in. Bindings (kernels/*.ts) take an Engine and typed
// arrays; nobody above this folder sees an address.

import { OctavoError } from '../errors.js';
import { Arena } from './arena.js';
import type { KernelExports } from './kernel-exports.js';
import { compileModule, type ModuleInput, requireWebAssembly } from './modules.js';
import { Variants } from './variants.js';

export type { KernelExports } from './kernel-exports.js';

/** Must equal ABI_VERSION in assembly/abi/version.ts. */
export const ABI_VERSION = 1;

/** The relaxed module's static data starts here (memoryBase in asconfig.json); the simd module's ends below. */
const RELAXED_BASE = 32768;

export interface Engine {
  /** The strict kernels, always there. */
  readonly simd: KernelExports;
  readonly arena: Arena;
  /** Which module serves the families that also have a relaxed variant. */
  readonly variants: Variants;
}

/** The modules an engine is made of. */
export interface EngineModules {
  readonly simd: ModuleInput;
  /** Asked for when a family with a relaxed variant is first used, see probe.ts. */
  readonly relaxed?: (() => ModuleInput | Promise<ModuleInput>) | undefined;
}

/** Instantiates the kernels over a memory of their own.
 *  @throws OctavoError `WASM_UNAVAILABLE`, `SIMD_UNAVAILABLE`; `WASM_INVALID` for a module of another version or no
 *  Octavo module at all; `MEMORY_LIMIT` when the runtime gives no memory. */
export async function createEngine(modules: EngineModules): Promise<Engine> {
  requireWebAssembly();
  const memory = newMemory();
  const simd = await instantiate(modules.simd, memory);
  const heapBase = simd.heapBase!();
  if (heapBase > RELAXED_BASE) {
    throw new OctavoError('WASM_INVALID', `static data ends at ${heapBase}, above ${RELAXED_BASE}`);
  }
  const arena = new Arena(memory, heapBase);
  const loadRelaxed = async (input: ModuleInput): Promise<KernelExports> => {
    const relaxed = await instantiate(input, memory);
    arena.reserveBelow(relaxed.heapBase!());
    return relaxed;
  };
  return { simd, arena, variants: new Variants(simd, modules.relaxed, loadRelaxed) };
}

export function newMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 16 });
  } catch (cause) {
    throw new OctavoError('MEMORY_LIMIT', 'the runtime gives no memory to WebAssembly', {}, { cause });
  }
}

export async function instantiate(input: ModuleInput, memory: WebAssembly.Memory): Promise<KernelExports> {
  const module = await compileModule(input);
  const exports = await link(module, memory);
  const version = exports.abiVersion!();
  if (version !== ABI_VERSION) {
    throw new OctavoError('WASM_INVALID', `the module has ABI ${version}, this release needs ${ABI_VERSION}`);
  }
  return exports;
}

// Looks before it links: the start function of some other module must not run.
async function link(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<KernelExports> {
  const names = WebAssembly.Module.exports(module).map((entry) => entry.name);
  const needsOnlyMemory = WebAssembly.Module.imports(module).every(
    (entry) => entry.module === 'env' && entry.name === 'memory',
  );
  const isOurs = names.includes('abiVersion') && names.includes('heapBase') && needsOnlyMemory;
  if (!isOurs)
    throw new OctavoError('WASM_INVALID', 'the module is WebAssembly, but no Octavo kernel module');
  try {
    const instance = await WebAssembly.instantiate(module, { env: { memory } });
    return instance.exports as unknown as KernelExports;
  } catch (cause) {
    throw new OctavoError(
      'WASM_INVALID',
      `the module cannot be instantiated: ${String(cause)}`,
      {},
      { cause },
    );
  }
}
