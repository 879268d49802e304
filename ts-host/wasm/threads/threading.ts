// An engine of several threads: modules that take a shared memory, that memory, and the threads over it.

import { OctavoError } from '../../errors.js';
import { createExecutionEngine, type ExecutionEngine, type Precision } from '../execution.js';
import type { Heap } from '../heap.js';
import { compileModule, isSupported, type ModuleInput } from '../modules.js';
import type { ThreadHost } from './host.js';
import { Pool } from './pool.js';
import { withSharedMemory } from './sharedImport.js';

/** Modules as they came: their bytes are needed. */
export interface ThreadedModules {
  readonly simd: ModuleInput;
  readonly execute: ModuleInput;
  readonly executeRelaxed?: ModuleInput | undefined;
}

/** Makes engines of several threads, see load.ts. */
export interface Threading {
  /** The engine, or why there can be none with threads here. */
  engine(
    modules: ThreadedModules,
    precision: Precision,
    memoryLimit: number | undefined,
    threads: number,
  ): Promise<ExecutionEngine | string>;
}

/** Pages of the largest memory asked for; a runtime that sets them aside at once may refuse and is asked for half. */
const MOST_PAGES = 65535;
const LEAST_PAGES = 1024;
const INITIAL_PAGES = 16;

export function threadingOn(host: ThreadHost): Threading {
  return {
    engine: async (modules, precision, memoryLimit, threads) => {
      const missing = host.unavailable() ?? missingSharing();
      if (missing !== undefined) return missing;
      const shared = await sharedModules(modules);
      if (shared === undefined) return 'the kernels were given compiled, and threads need their bytes';
      const memory = sharedMemory();
      if (memory === undefined) return 'the runtime gives no shared memory';
      const engine = await createExecutionEngine(shared, precision, memoryLimit, memory);
      const { simd, execute, executeRelaxed } = shared;
      const start = { memory, modules: [simd, execute, ...(executeRelaxed ? [executeRelaxed] : [])] };
      const owns = ownBytes(engine, threads - 1);
      try {
        return { ...engine, threads: await Pool.start(host, engine, owns, start) };
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
}

interface SharedModules {
  readonly simd: WebAssembly.Module;
  readonly execute: WebAssembly.Module;
  readonly executeRelaxed: WebAssembly.Module | undefined;
}

/** Compiled once for modules that are the same objects. */
const compiled = new WeakMap<object, Promise<WebAssembly.Module>>();

/** undefined where one is compiled already. */
async function sharedModules(modules: ThreadedModules): Promise<SharedModules | undefined> {
  const compile = async (input: ModuleInput): Promise<WebAssembly.Module | undefined> => {
    const bytes = bytesOf(input);
    if (bytes === undefined) return undefined;
    const known = compiled.get(input) ?? compileModule(withSharedMemory(bytes));
    compiled.set(input, known);
    return known;
  };
  const { executeRelaxed } = modules;
  const relaxes = executeRelaxed !== undefined && isSupported(executeRelaxed);
  const [simd, execute] = [await compile(modules.simd), await compile(modules.execute)];
  const relaxed = relaxes ? await compile(executeRelaxed) : undefined;
  if (simd === undefined || execute === undefined || (relaxes && relaxed === undefined)) return undefined;
  return { simd, execute, executeRelaxed: relaxed };
}

/** Where each thread has its own bytes: a cache line is never shared. */
function ownBytes({ heap, kernels }: { heap: Heap; kernels: ExecutionEngine['kernels'] }, count: number) {
  return Array.from({ length: count }, () => heap.alloc(kernels.ownBytes!(), 'a thread'));
}

function bytesOf(input: ModuleInput): Uint8Array | undefined {
  if (ArrayBuffer.isView(input)) return input as Uint8Array;
  if (Object.prototype.toString.call(input) === '[object ArrayBuffer]') {
    return new Uint8Array(input as ArrayBuffer);
  }
  return undefined;
}

function missingSharing(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined' || typeof Atomics === 'undefined') {
    return 'the runtime has no shared memory';
  }
  return undefined;
}

function sharedMemory(): WebAssembly.Memory | undefined {
  for (let maximum = MOST_PAGES; maximum >= LEAST_PAGES; maximum >>>= 1) {
    try {
      return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared: true });
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof WebAssembly.RuntimeError)) {
        throw new OctavoError(
          'MEMORY_LIMIT',
          'the runtime gives no memory to WebAssembly',
          {},
          { cause: error },
        );
      }
    }
  }
  return undefined;
}
