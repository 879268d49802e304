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

/** Which module serves a family of kernels, and why. */
export interface KernelChoice {
  readonly variant: 'simd' | 'relaxed';
  readonly reason:
    | 'not probed'
    | 'no relaxed module'
    /** It could not be loaded or tried; the strict kernels serve. */
    | `failed: ${string}`
    | 'refused: inexact'
    | 'refused: slower'
    | 'chosen: dot'
    | 'chosen: pairs, where weights allow';
}

/** What serves integer products: strict kernels, until chooseProducts (productKernels.ts) has found better ones. */
export interface ProductKernels {
  choice: KernelChoice;
  /** Forms of packed weights, beside the strict ones, that are exact and fast here: bits of PRODUCT_FORMS. */
  forms: number;
  /** The compiled module that was loaded to choose from. */
  module?: WebAssembly.Module;
}

/** Exports of the relaxed module that are integer products, depthwise ones too. All others are float kernels. */
const PRODUCT_EXPORTS = /^(product_int|depthwise_u8)/;

/** Those of `kernels` that belong to integer products, or all others. */
export function productExports(kernels: KernelExports, products: boolean): KernelExports {
  return Object.fromEntries(
    Object.entries(kernels).filter(([name]) => PRODUCT_EXPORTS.test(name) === products),
  );
}

/** The modules an execution engine is made of. */
export interface ExecutionModules {
  readonly simd: ModuleInput;
  readonly execute: ModuleInput;
  /** Asked for when it is needed: with precision `fast`, or by integer products. */
  readonly executeRelaxed?: ModuleInput | (() => Promise<ModuleInput | undefined>) | undefined;
}

/** What operators run on. Addresses are opaque numbers to everyone above `wasm/`: handed from {@link Heap} to kernel. */
export interface ExecutionEngine {
  /** Every kernel by its export name, from whatever module serves it. */
  readonly kernels: KernelExports;
  /** The modules over the memory: simd, execute, and relaxed when it is loaded. */
  readonly instances: readonly KernelExports[];
  readonly heap: Heap;
  /** What makes calls that are independent of each other. */
  readonly threads: Threads;
  /** `fast` only where relaxed kernels really serve. */
  readonly precision: Precision;
  /** What serves integer products; undefined for engines that have none. */
  readonly products?: ProductKernels;
  /** The relaxed module over this engine's memory; undefined where there is none for this runtime. */
  loadRelaxed?(): Promise<KernelExports | undefined>;
}

/** Static data of execute.wasm lies below, of execute-relaxed.wasm above (memoryBase in asconfig.json). */
const EXECUTE_RELAXED_BASE = 131072;
const SIMD_END = 32768;
/** What lies above. */
const HEAP_BASE = 196608;

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
  const own = memory;
  let loading: Promise<KernelExports | undefined> | undefined;
  const instances = [simd, execute];
  const products: ProductKernels = { choice: { variant: 'simd', reason: 'not probed' }, forms: 0 };
  const load = () => (loading ??= loadRelaxed(modules, own, instances, products));
  const relaxed = precision === 'fast' ? await load() : undefined;
  const floats = relaxed === undefined ? {} : productExports(relaxed, false);
  const kernels = { ...simd, ...execute, ...floats } as KernelExports;
  return {
    kernels,
    instances,
    heap: new Heap(memory, HEAP_BASE, memoryLimit),
    threads: oneThread(kernels),
    precision: relaxed === undefined ? 'strict' : 'fast',
    products,
    loadRelaxed: load,
  };
}

async function loadRelaxed(
  { executeRelaxed }: ExecutionModules,
  memory: WebAssembly.Memory,
  instances: KernelExports[],
  products: ProductKernels,
): Promise<KernelExports | undefined> {
  const input = typeof executeRelaxed === 'function' ? await executeRelaxed() : executeRelaxed;
  if (input === undefined || !isSupported(input)) return undefined;
  const relaxed = await instantiate(input, memory);
  requireBelow(relaxed, HEAP_BASE);
  instances.push(relaxed);
  if (input instanceof WebAssembly.Module) products.module = input;
  return relaxed;
}

function requireBelow(module: KernelExports, end: number): void {
  const heapBase = module.heapBase!();
  if (heapBase > end) throw new OctavoError('WASM_INVALID', `static data ends at ${heapBase}, above ${end}`);
}
