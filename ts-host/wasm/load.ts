// The default engine. An entry registers where its modules come from; the first use compiles them; init() puts
// others in their place. Nothing is fetched, decoded or compiled before.

import { OctavoError } from '../errors.js';
import { createEngine, type Engine } from './engine.js';
import { hasSimd, type ModuleInput, type ModuleSource, readModule } from './modules.js';
import type { Family, FamilyChoice, RelaxedState } from './variants.js';

/** Where an entry of the package has its kernel modules. Called when they are first needed. */
export interface ModuleProvider {
  simd(): ModuleInput | Promise<ModuleInput>;
  relaxed?(): ModuleInput | Promise<ModuleInput>;
}

/** Modules given by hand to {@link init}. */
export interface InitModules {
  /** `octavo/simd.wasm`. */
  readonly simd: ModuleSource;
  /** `octavo/relaxed.wasm`: optional, makes integer kernels faster where the runtime computes them exactly. */
  readonly relaxed?: ModuleSource | undefined;
}

/** What the runtime has and what Octavo made of it, see {@link diagnostics}. */
export interface Diagnostics {
  /** Whether an engine exists. */
  readonly ready: boolean;
  /** Whether the runtime has WebAssembly with 128-bit SIMD. */
  readonly simd: boolean;
  /** What became of the module with relaxed SIMD. */
  readonly relaxed: RelaxedState;
  /** For each kernel family with a relaxed variant: what serves it, and why. */
  readonly families: Readonly<Record<Family, FamilyChoice>>;
}

const FAMILIES: readonly Family[] = ['gemm'];

let provider: ModuleProvider | undefined;
let ready: Engine | undefined;
let pending: Promise<Engine> | undefined;

/** Names the modules the default engine is made of, for the entries of the package. Loads nothing. */
export function registerModules(modules: ModuleProvider): void {
  provider = modules;
}

/** Makes Octavo ready now instead of at first use, if wanted with modules given by hand: compiled, as bytes, or as
 *  the response of a fetch. Needed only where the package's own loading cannot work, and to measure or move the cost
 *  of starting. Modules given by hand replace those in use, for calls made from then on; if they are refused,
 *  everything stays as it was.
 *  @param input - The `simd` module, or both modules. Without it the ones that came with the package.
 *  @throws OctavoError `WASM_UNAVAILABLE` or `SIMD_UNAVAILABLE` with the runtime's reason, `WASM_INVALID` for a module
 *  that is not of this release, `IO_FAILED` for a failed response.
 *  @example
 *  ```ts
 *  await init();                                          // as the package brings it
 *  await init(fetch('/assets/octavo/simd.wasm'));         // served by yourself
 *  await init({ simd: simdModule, relaxed: relaxedModule });
 *  ``` */
export async function init(input?: ModuleSource | InitModules): Promise<void> {
  if (input === undefined) {
    await engine();
    return;
  }
  const given = isInitModules(input) ? input : { simd: input };
  const simd = await readModule(given.simd, 'simd');
  const relaxed = given.relaxed === undefined ? undefined : await readModule(given.relaxed, 'relaxed');
  const relaxedProvider = relaxed === undefined ? undefined : () => relaxed;
  ready = await createEngine({ simd, relaxed: relaxedProvider });
  pending = undefined;
}

/** The default engine, made when first asked for. A failure is not remembered: the next call tries again. */
export async function engine(): Promise<Engine> {
  if (ready !== undefined) return ready;
  pending ??= create();
  const mine = pending;
  try {
    const made = await mine;
    if (pending === mine) ready = made;
    return ready ?? made;
  } finally {
    if (pending === mine) pending = undefined;
  }
}

/** What the runtime has and what Octavo made of it. Loads nothing, changes nothing.
 *  @example
 *  ```ts
 *  await init();
 *  diagnostics(); // { ready: true, simd: true, relaxed: 'not loaded', families: { gemm: { variant: 'simd', reason: 'not probed' } } }
 *  ``` */
export function diagnostics(): Diagnostics {
  const choices = FAMILIES.map((family): [Family, FamilyChoice] => [
    family,
    ready?.variants.choice(family) ?? { variant: 'simd', reason: 'not probed' },
  ]);
  return {
    ready: ready !== undefined,
    simd: hasSimd(),
    relaxed: ready?.variants.state ?? 'not loaded',
    families: Object.fromEntries(choices) as Record<Family, FamilyChoice>,
  };
}

async function create(): Promise<Engine> {
  if (provider === undefined) {
    throw new OctavoError(
      'WASM_INVALID',
      'no kernel module is registered; import the package entry or call init()',
    );
  }
  const { simd, relaxed } = provider;
  return createEngine({ simd: await simd(), relaxed });
}

function isInitModules(input: ModuleSource | InitModules): input is InitModules {
  return Object.prototype.toString.call(input) === '[object Object]' && 'simd' in input;
}
