// The public API of `octavo`. Re-exports only; the entries of the package (entries/) add where the kernels come from.

export { planQuantization, quantize } from './api/quantize.js';
export type { QuantizeResult } from './api/result.js';
export type { Progress, RunOptions } from './context.js';
export { ERROR_CODES, type ErrorCode, type ErrorPlace, OctavoError } from './errors.js';
export type { SourceInput } from './io/any-source.js';
export type { QuantizeOptions } from './quantize/options.js';
export { planFromJson, planToJson } from './quantize/planJson.js';
export { type Diagnostics, diagnostics, type InitModules, init } from './wasm/load.js';
export type { ModuleInput, ModuleSource } from './wasm/modules.js';
export type { Family, FamilyChoice, RelaxedState } from './wasm/variants.js';
