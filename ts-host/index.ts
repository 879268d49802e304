// The public API of `octavo`. Re-exports only; the entries of the package (entries/) add where the kernels come from.

export { ERROR_CODES, type ErrorCode, type ErrorPlace, OctavoError } from './errors.js';
export { type Diagnostics, diagnostics, type InitModules, init } from './wasm/load.js';
export type { ModuleInput, ModuleSource } from './wasm/modules.js';
export type { Family, FamilyChoice, RelaxedState } from './wasm/variants.js';
