// The one error class. Every failure Octavo can foresee carries a code from the list below and the place
// where it happened, so that a program can branch on it and a person can find the spot.

/** Every code an {@link OctavoError} can carry, with what it means. docs/errors.md is made from this list. */
export const ERROR_CODES = {
  WASM_UNAVAILABLE: 'The runtime has no WebAssembly, or forbids compiling it.',
  SIMD_UNAVAILABLE: 'The runtime has WebAssembly but not its 128-bit SIMD.',
  WASM_INVALID: 'The bytes given to init() are not an Octavo module of this version.',
  ABORTED: 'The AbortSignal given by the caller fired.',
  MEMORY_LIMIT: 'Going on would need more memory than memoryLimit allows.',
  INVALID_ARGUMENT: 'An option or argument has a value outside its documented range.',
  NOT_A_MODEL: 'The input is not a model in any format Octavo reads.',
  TRUNCATED: 'The input ends inside a structure.',
  MALFORMED: 'The input breaks a rule of its format.',
  SHAPE_MISMATCH: "A tensor's byte length does not follow from its dims and dtype.",
  LIMIT_EXCEEDED: 'The input exceeds a documented cap (nesting, nodes, name length, 2^32 elements).',
  GRAPH_INVALID: 'The graph has a cycle, a duplicate name or an input that nothing produces.',
  EXTERNAL_DATA_REFUSED: 'External data has an unsafe location (absolute, "..", link, not a regular file).',
  EXTERNAL_DATA_MISSING: 'External data was not found, or no resolver was given for it.',
  UNSUPPORTED_DTYPE: 'An element type is valid but this operation does not support it.',
  UNSUPPORTED_OP: 'An operator is known to the format but not to this operation.',
  ALREADY_QUANTIZED: 'Mode static is given a model that computes with codes already.',
  NOTHING_TO_QUANTIZE: 'No output of the model depends on an input, so that nothing can be calibrated.',
  SCALE_INVALID: 'A scale of codes is 0, negative, NaN, infinite or denormal.',
  NON_FINITE_WEIGHT: 'A weight to be quantized holds NaN or infinity.',
  PLAN_INVALID: 'A QuantPlan breaks its schema, or names a tensor or node the model does not have.',
  PLAN_VERSION: 'A QuantPlan has a version this release does not read.',
  IO_FAILED: 'Reading or writing failed; the cause holds the error of the runtime.',
  FEED_INVALID:
    "What a session is fed does not fit the model's inputs: a name, dtype, rank, shape or kind of array.",
  SAMPLES_MISSING: 'There are no samples, or none that can be used.',
  IMAGE_UNSUPPORTED:
    'The bytes are no image that is decoded: neither JPEG nor PNG, or of a rare kind (arithmetic coding, 12 bits, …).',
  DECODER_MISSING: 'The package that the option decoder names is not installed, or cannot run here.',
  DISPOSED: 'The session was disposed.',
  EXECUTOR_MISSING: 'The package that the option executor names is not installed, or cannot run here.',
  EXECUTOR_FAILED:
    'The runtime that the option executor names refused or failed the model; the cause holds its error.',
  THREADS_FAILED: 'A thread of a session did not start, or ended or failed while it worked.',
  NON_FINITE_ACTIVATION: 'A value that the model computes from a sample is NaN or infinite.',
  STATS_INVALID: 'The bytes are no stats file, or a truncated or damaged one.',
  STATS_VERSION: 'A stats file has a version this release does not read.',
  STATS_MISMATCH:
    'Statistics do not belong together: they are of another model, of other values, or of the same sample twice.',
  PACKS_INVALID: 'The bytes are no packed file, or a truncated or damaged one.',
  PACKS_VERSION: 'A packed file has a version this release does not read.',
  CRYPTO_UNAVAILABLE: 'The runtime has no crypto.subtle, which hashes models, stats files and packed files.',
  SOURCE_CHANGED: 'The input returned a different length than it announced.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Where an error happened. Every field is optional; a message names those that are set. */
export interface ErrorPlace {
  /** File name or path as the caller gave it. */
  readonly file?: string;
  /** Node name, or `OpType#index` where the model gives no name. */
  readonly node?: string;
  /** Tensor name. */
  readonly tensor?: string;
  /** Name of the sample: a file, or `#` and its number. */
  readonly sample?: string;
  /** Byte offset from the start of `file`. */
  readonly offset?: number;
  /** Option name, or path inside a JSON document such as `tensors[3].scale`. */
  readonly field?: string;
}

/** Thrown for everything Octavo can foresee.
 *  @example
 *  ```ts
 *  try { await quantize(bytes); } catch (e) {
 *    if (e instanceof OctavoError && e.code === 'NOT_A_MODEL') console.error(e.message, e.place);
 *  }
 *  ``` */
export class OctavoError extends Error {
  override readonly name = 'OctavoError';
  readonly code: ErrorCode;
  readonly place: ErrorPlace;
  readonly #bare: string;

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}, options?: ErrorOptions) {
    super(`${message}${describePlace(place)}`, options);
    this.code = code;
    this.place = place;
    this.#bare = message;
  }

  /** The same error with more of its place; what it knows itself stays. */
  within(place: ErrorPlace): OctavoError {
    const { cause } = this;
    const options = cause === undefined ? undefined : { cause };
    return new OctavoError(this.code, this.#bare, { ...place, ...this.place }, options);
  }
}

function describePlace(place: ErrorPlace): string {
  const parts: string[] = [];
  if (place.file !== undefined) parts.push(`file ${place.file}`);
  if (place.sample !== undefined) parts.push(`sample ${place.sample}`);
  if (place.node !== undefined) parts.push(`node ${place.node}`);
  if (place.tensor !== undefined) parts.push(`tensor ${place.tensor}`);
  if (place.field !== undefined) parts.push(`field ${place.field}`);
  if (place.offset !== undefined) parts.push(`byte ${place.offset}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
