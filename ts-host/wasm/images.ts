// The module images.wasm: decoding and preparing images. It belongs to the entry octavo/images, so that those who bring
// tensors do not download it.

import { OctavoError } from '../errors.js';
import { oneThread } from './calls.js';
import { instantiate, newMemory } from './engine.js';
import type { ExecutionEngine } from './execution.js';
import { Heap } from './heap.js';
import {
  compileModule,
  type ModuleInput,
  type ModuleSource,
  readModule,
  requireWebAssembly,
} from './modules.js';

let provider: (() => ModuleInput | Promise<ModuleInput>) | undefined;
let compiled: Promise<WebAssembly.Module> | undefined;

/** Names the module, for the entries of the package. Loads nothing. */
export function registerImageModule(module: () => ModuleInput | Promise<ModuleInput>): void {
  provider = module;
  compiled = undefined;
}

/** Makes images.wasm ready, given by hand: where the module that came with the package cannot be loaded, or to serve it
 *  yourself.
 *  @param source - compiled, as bytes, or as the response of a fetch
 *  @throws OctavoError as init() of octavo
 *  @example
 *  ```ts
 *  await initImages(fetch('/assets/octavo/images.wasm'));
 *  ``` */
export async function initImages(source: ModuleSource): Promise<void> {
  const input = await readModule(source, 'images');
  await createImageEngine(input);
  registerImageModule(() => input);
}

/** Kernels over a new memory.
 *  @param memoryLimit - most bytes of images and what is made of them, at once */
export async function createImageEngine(module: ModuleInput, memoryLimit?: number): Promise<ExecutionEngine> {
  requireWebAssembly();
  const memory = newMemory();
  const kernels = await instantiate(module, memory);
  if (!('jpeg_scan' in kernels)) {
    throw new OctavoError('WASM_INVALID', 'this is another module of Octavo: images.wasm is needed');
  }
  const heap = new Heap(memory, kernels.heapBase!(), memoryLimit);
  return { kernels, instances: [kernels], heap, threads: oneThread(kernels), precision: 'strict' };
}

/** An engine for one pass over images, with a memory of its own.
 *  @throws OctavoError as createEngine */
export async function imageEngine(memoryLimit?: number): Promise<ExecutionEngine> {
  const find = provider;
  if (find === undefined) {
    const message = 'no module for images is registered: import octavo/images or call initImages()';
    throw new OctavoError('WASM_INVALID', message);
  }
  compiled ??= Promise.resolve().then(find).then(compileModule);
  const mine = compiled;
  try {
    return await createImageEngine(await mine, memoryLimit);
  } catch (error) {
    // The next call tries again.
    if (compiled === mine) compiled = undefined;
    throw error;
  }
}
