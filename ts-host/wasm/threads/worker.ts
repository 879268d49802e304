// What a thread does: the same modules over the same memory, then calls until it is told to end.

import type { KernelExports } from '../kernel-exports.js';
import { Control, type Kernel, kernelsOf } from './control.js';

/** All that a thread is told, once. */
export interface ThreadStart {
  readonly memory: WebAssembly.Memory;
  /** As an engine has them: simd, execute, relaxed if there is one. */
  readonly modules: readonly WebAssembly.Module[];
  readonly control: SharedArrayBuffer;
  /** 1 and up; 0 is the thread that made the others. */
  readonly thread: number;
  /** Address of the thread's own bytes, see assembly/abi/own.ts. */
  readonly own: number;
}

/** What a thread says. Ready is said once; a trap may follow. */
export type ThreadReport = { readonly ready: true } | { readonly failed: string };

/** Serves until the engine is closed: nothing else happens in this thread. */
export function serveThread(start: ThreadStart, report: (report: ThreadReport) => void): void {
  const { modules, memory, control, thread, own } = start;
  const failed = (error: unknown): void => report({ failed: String(error) });
  let kernels: Kernel[];
  try {
    // The constants that a module writes into memory are there already, equal.
    const instances = modules.map((module) => new WebAssembly.Instance(module, { env: { memory } }));
    const exports = instances.map((instance) => instance.exports as unknown as KernelExports);
    for (const { placeOwn } of exports) placeOwn?.(own, thread);
    kernels = kernelsOf(exports);
  } catch (error) {
    failed(error);
    return;
  }
  report({ ready: true });
  new Control(control).serve(kernels, thread, failed);
}
