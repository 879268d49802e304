// The default engine, and the modules that sessions make engines of. An entry registers where its modules come from; the
// first use compiles them; init() puts others in their place. Nothing is fetched, decoded or compiled before.

import { OctavoError } from '../errors.js';
import { oneThread } from './calls.js';
import { createEngine, type Engine } from './engine.js';
import { createExecutionEngine, type ExecutionEngine, type Precision } from './execution.js';
import {
  compileModule,
  hasSimd,
  isSupported,
  type ModuleInput,
  type ModuleSource,
  readModule,
} from './modules.js';
import type { Threading } from './threads/threading.js';
import type { Family, FamilyChoice, RelaxedState } from './variants.js';

/** Where an entry of the package has its kernel modules. Called when they are first needed. */
export interface ModuleProvider {
  simd(): ModuleInput | Promise<ModuleInput>;
  relaxed?(): ModuleInput | Promise<ModuleInput>;
  /** Asked for by the first session. */
  execute?(): ModuleInput | Promise<ModuleInput>;
  /** Asked for by the first session of precision `fast`. */
  executeRelaxed?(): ModuleInput | Promise<ModuleInput>;
}

/** Modules given by hand to {@link init}. */
export interface InitModules {
  /** `octavo/simd.wasm`. */
  readonly simd: ModuleSource;
  /** `octavo/relaxed.wasm`: optional, makes integer kernels faster where the runtime computes them exactly. */
  readonly relaxed?: ModuleSource | undefined;
  /** `octavo/execute.wasm`: what runs models. Default: the one that came with the package. */
  readonly execute?: ModuleSource | undefined;
  /** `octavo/execute-relaxed.wasm`: for sessions of precision `fast`. Default: the one that came with the package. */
  readonly executeRelaxed?: ModuleSource | undefined;
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
let threading: Threading | undefined;
/** What modules of threads are made from: kept, so that they are compiled once. */
const inputs = new Map<keyof ModuleProvider, ModuleInput>();
let ready: Engine | undefined;
let pending: Promise<Engine> | undefined;
/** Modules given to init(), which go before those of the entry. */
let given: Partial<Record<keyof ModuleProvider, ModuleInput>> = {};
/** Compiled once, instantiated by every session. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** Names the modules the default engine is made of, for the entries of the package. Loads nothing. */
export function registerModules(modules: ModuleProvider): void {
  provider = modules;
  forgetModules();
}

/** Makes Octavo ready now instead of at first use, if wanted with modules given by hand: compiled, as bytes, or as
 *  the response of a fetch. Needed only where the package's own loading cannot work, and to measure or move the cost
 *  of starting. Modules given by hand replace those in use, for calls made from then on; if they are refused,
 *  everything stays as it was.
 *  @param input - The `simd` module, or several modules. Without it the ones that came with the package.
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
  const read = await readModules(isInitModules(input) ? input : { simd: input });
  const { simd, relaxed, execute } = read;
  const made = await createEngine({ simd, relaxed: relaxed === undefined ? undefined : () => relaxed });
  // A module that cannot serve is refused here, not by the first session.
  if (execute !== undefined) await createExecutionEngine({ ...read, execute }, 'fast');
  ready = made;
  pending = undefined;
  given = { ...read };
  forgetModules();
}

type GivenModules = { readonly simd: ModuleInput } & Partial<Record<keyof ModuleProvider, ModuleInput>>;

async function readModules(sources: InitModules): Promise<GivenModules> {
  const optional = async (field: 'relaxed' | 'execute' | 'executeRelaxed') =>
    sources[field] === undefined ? undefined : { [field]: await readModule(sources[field], field) };
  const simd = await readModule(sources.simd, 'simd');
  return {
    simd,
    ...(await optional('relaxed')),
    ...(await optional('execute')),
    ...(await optional('executeRelaxed')),
  };
}

/** Lets sessions have threads, for the entries of the package that bring them. */
export function registerThreads(made: Threading): void {
  threading = made;
}

/** An engine for one session, with a memory of its own.
 *  @param threads - how many are wanted; the engine tells why there are fewer
 *  @throws OctavoError as createExecutionEngine; `THREADS_FAILED` where threads should be, and do not start */
export async function executionEngine(
  precision: Precision,
  memoryLimit?: number,
  threads = 1,
): Promise<ExecutionEngine> {
  if (threads === 1) return singleEngine(precision, memoryLimit);
  const made = await threadedEngine(precision, memoryLimit, threads);
  if (typeof made !== 'string') return made;
  const engine = await singleEngine(precision, memoryLimit);
  return { ...engine, threads: oneThread(engine.kernels, made) };
}

/** Begins to compile what sessions run on, while something else is waited for. {@link executionEngine} tells what fails. */
export function compileAhead(precision: Precision): void {
  for (const name of ['simd', 'execute'] as const) compiledModule(name).catch(() => undefined);
  if (precision === 'fast') relaxedModule().catch(() => undefined);
}

async function threadedEngine(
  precision: Precision,
  memoryLimit: number | undefined,
  threads: number,
): Promise<ExecutionEngine | string> {
  if (threading === undefined) return "threads come with 'octavo/threads', which was not imported";
  const modules = {
    simd: await keptInput('simd', () => moduleInput('simd')),
    execute: await keptInput('execute', () => moduleInput('execute')),
    executeRelaxed: await keptInput('executeRelaxed', () => findInput('executeRelaxed')),
  };
  return threading.engine(modules, precision, memoryLimit, threads);
}

async function singleEngine(precision: Precision, memoryLimit?: number): Promise<ExecutionEngine> {
  const [simd, execute] = await Promise.all([compiledModule('simd'), compiledModule('execute')]);
  return createExecutionEngine({ simd, execute, executeRelaxed: relaxedModule }, precision, memoryLimit);
}

/** undefined where there is none, or where the runtime cannot use it. */
async function relaxedModule(): Promise<WebAssembly.Module | undefined> {
  const known = compiled.get('executeRelaxed');
  if (known !== undefined) return known;
  const input = await findInput('executeRelaxed');
  return input !== undefined && isSupported(input) ? compileOnce('executeRelaxed', () => input) : undefined;
}

function compiledModule(name: 'simd' | 'execute'): Promise<WebAssembly.Module> {
  return compileOnce(name, () => moduleInput(name));
}

async function keptInput<T extends ModuleInput | undefined>(
  name: keyof ModuleProvider,
  find: () => Promise<T>,
): Promise<T> {
  const known = (inputs.get(name) as T | undefined) ?? (await find());
  if (known !== undefined) inputs.set(name, known);
  return known;
}

function forgetModules(): void {
  compiled.clear();
  inputs.clear();
}

async function moduleInput(name: 'simd' | 'execute'): Promise<ModuleInput> {
  const input = await findInput(name);
  if (input !== undefined) return input;
  throw new OctavoError('WASM_INVALID', `no module ${name} is registered; give it to init()`);
}

async function findInput(name: keyof ModuleProvider): Promise<ModuleInput | undefined> {
  return given[name] ?? provider?.[name]?.();
}

/** A failure is not remembered. */
async function compileOnce(
  name: string,
  find: () => ModuleInput | Promise<ModuleInput>,
): Promise<WebAssembly.Module> {
  const known = compiled.get(name) ?? Promise.resolve().then(find).then(compileModule);
  compiled.set(name, known);
  try {
    return await known;
  } catch (error) {
    if (compiled.get(name) === known) compiled.delete(name);
    throw error;
  }
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
