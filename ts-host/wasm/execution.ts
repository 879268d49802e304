// The engine of one executor: kernels over a memory of its own, so that a session's memory goes when the session goes.

import { OctavoError } from '../errors.js';
import { oneThread, type Threads } from './calls.js';
import { instantiate, newMemory } from './engine.js';
import { Heap } from './heap.js';
import type { KernelExports } from './kernel-exports.js';
import { isSupported, type ModuleInput, requireWebAssembly } from './modules.js';

/** `strict`: the same bits everywhere. `fast`: relaxed float kernels where the runtime has them; their last bits
 *  depend on the machine. */
export type Precision = 'strict' | 'fast';

/** The modules an execution engine is made of. */
export interface ExecutionModules {
  readonly simd: ModuleInput;
  readonly execute: ModuleInput;
  readonly executeRelaxed?: ModuleInput | undefined;
}

/** What operators run on. Addresses are opaque numbers to everyone above `wasm/`: handed from {@link Heap} to kernel. */
export interface ExecutionEngine {
  /** Every kernel by its export name, from whatever module serves it. */
  readonly kernels: KernelExports;
  readonly heap: Heap;
  /** What makes calls that are independent of each other. */
  readonly threads: Threads;
  /** `fast` only where relaxed kernels really serve. */
  readonly precision: Precision;
  /** Forms of packed weights that relaxed kernels serve exactly here, as bits of PRODUCT_FORMS; see productKernels.ts. */
  readonly productForms?: number;
}

/** Static data of execute.wasm lies below, of execute-relaxed.wasm above (memoryBase in asconfig.json). */
const EXECUTE_RELAXED_BASE = 131072;
const SIMD_END = 32768;

/** Instantiates the executor's kernels.
 *  @param memoryLimit - most bytes of values, weights and scratch held at once
 *  @param memory - empty, and as the modules import it. Default: a new one
 *  @throws OctavoError as createEngine */
export async function createExecutionEngine(
  modules: ExecutionModules,
  precision: Precision = 'strict',
  memoryLimit?: number,
  memory?: WebAssembly.Memory,
): Promise<ExecutionEngine> {
  requireWebAssembly();
  memory ??= newMemory();
  const simd = await instantiate(modules.simd, memory);
  const execute = await instantiate(modules.execute, memory);
  requireBelow(simd, SIMD_END);
  requireBelow(execute, EXECUTE_RELAXED_BASE);
  const relaxed = precision === 'fast' ? await loadRelaxed(modules, memory) : undefined;
  const kernels = { ...simd, ...execute, ...relaxed } as KernelExports;
  const base = Math.max(...[simd, execute, relaxed ?? execute].map((module) => module.heapBase!()));
  return {
    kernels,
    heap: new Heap(memory, base, memoryLimit),
    threads: oneThread(kernels),
    precision: relaxed === undefined ? 'strict' : 'fast',
  };
}

async function loadRelaxed(
  { executeRelaxed }: ExecutionModules,
  memory: WebAssembly.Memory,
): Promise<KernelExports | undefined> {
  if (executeRelaxed === undefined || !isSupported(executeRelaxed)) return undefined;
  return instantiate(executeRelaxed, memory);
}

function requireBelow(module: KernelExports, end: number): void {
  const heapBase = module.heapBase!();
  if (heapBase > end) throw new OctavoError('WASM_INVALID', `static data ends at ${heapBase}, above ${end}`);
}
