// From whatever a module can be given as to a compiled WebAssembly.Module, and from the many ways a runtime says no
// to the three codes a caller can act on: no wasm here, no SIMD here, not our module.

import { type ErrorCode, OctavoError } from '../errors.js';

/** What a kernel module can be given as: its bytes, or already compiled. */
export type ModuleInput = Uint8Array | ArrayBuffer | WebAssembly.Module;

/** As {@link ModuleInput}, or a response to take the bytes from; each may be a promise, as `fetch()` returns. */
export type ModuleSource = ModuleInput | Response | Promise<ModuleInput | Response>;

/** `(module)`: what every WebAssembly accepts. */
const EMPTY_MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/** `(module (func (result v128) (i8x16.splat (i32.const 0))))`: what only a WebAssembly with SIMD accepts. */
const SIMD_MODULE = Uint8Array.of(
  ...EMPTY_MODULE,
  ...[1, 5, 1, 96, 0, 1, 123], // type section: () -> v128
  ...[3, 2, 1, 0], // function section: one function of type 0
  ...[10, 8, 1, 6, 0, 65, 0, 253, 15, 11], // code section: i32.const 0, i8x16.splat, end
);

/** Whether this runtime's WebAssembly has 128-bit SIMD. Compiles nothing. */
export function hasSimd(): boolean {
  return typeof WebAssembly === 'object' && validates(SIMD_MODULE);
}

/** Whether `input` can be used here: a compiled module always can. Compiles nothing. */
export function isSupported(input: ModuleInput): boolean {
  return isModule(input) || validates(input);
}

/** Takes the bytes out of a response or promise; anything that is no module at all is refused.
 *  @throws OctavoError `IO_FAILED` for a failed fetch, `INVALID_ARGUMENT` for another kind of value. */
export async function readModule(source: ModuleSource, field: string): Promise<ModuleInput> {
  const given = await settle(source, field);
  if (isModule(given) || ArrayBuffer.isView(given) || tagOf(given) === 'ArrayBuffer') {
    return given as ModuleInput;
  }
  if (tagOf(given) !== 'Response') {
    throw new OctavoError('INVALID_ARGUMENT', 'expected a WebAssembly.Module, bytes or a Response', {
      field,
    });
  }
  const response = given as Response;
  if (!response.ok) {
    throw new OctavoError('IO_FAILED', `the wasm module was answered with status ${response.status}`, {
      file: response.url,
    });
  }
  return settle(response.arrayBuffer(), field);
}

async function settle<T>(value: T | Promise<T>, field: string): Promise<T> {
  try {
    return await value;
  } catch (cause) {
    throw new OctavoError(
      'IO_FAILED',
      `the wasm module could not be read: ${reason(cause)}`,
      { field },
      { cause },
    );
  }
}

/** Compiles `input`, unless it is compiled already.
 *  @throws OctavoError `WASM_UNAVAILABLE`, `SIMD_UNAVAILABLE` or `WASM_INVALID`; `cause` is the runtime's own error. */
export async function compileModule(input: ModuleInput): Promise<WebAssembly.Module> {
  requireWebAssembly();
  if (isModule(input)) return input;
  try {
    return await WebAssembly.compile(input as BufferSource);
  } catch (cause) {
    throw explain(input, cause);
  }
}

/** @throws OctavoError `WASM_UNAVAILABLE` where there is no WebAssembly object. */
export function requireWebAssembly(): void {
  if (typeof WebAssembly === 'object') return;
  throw new OctavoError(
    'WASM_UNAVAILABLE',
    'this runtime has no WebAssembly (a lockdown mode, a start with --jitless, or a runtime without it)',
    {},
    { cause: new ReferenceError('WebAssembly is not defined') },
  );
}

// `validate` only parses, so it answers even where compiling is forbidden: bytes that validate but do not compile
// were refused by a policy, bytes that do not validate need a feature or are broken.
function explain(bytes: Uint8Array | ArrayBuffer, cause: unknown): OctavoError {
  const failed = (code: ErrorCode, message: string) =>
    new OctavoError(code, `${message}: ${reason(cause)}`, {}, { cause });
  if (!validates(EMPTY_MODULE) || validates(bytes)) {
    return failed(
      'WASM_UNAVAILABLE',
      "this runtime forbids compiling WebAssembly (a page needs 'wasm-unsafe-eval' in its content security " +
        'policy; an edge worker gives a compiled WebAssembly.Module to init())',
    );
  }
  if (!hasSimd()) return failed('SIMD_UNAVAILABLE', 'this runtime has WebAssembly without 128-bit SIMD');
  return failed('WASM_INVALID', 'the bytes are not a WebAssembly module');
}

function validates(bytes: Uint8Array | ArrayBuffer): boolean {
  try {
    return WebAssembly.validate(bytes as BufferSource);
  } catch {
    return false; // not bytes of this realm, or forbidden: compiling gives the reason
  }
}

/** By brand, not by instanceof, which fails for a module of another realm (iframe, vm context, worker host). */
function isModule(value: unknown): value is WebAssembly.Module {
  return tagOf(value) === 'WebAssembly.Module';
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
