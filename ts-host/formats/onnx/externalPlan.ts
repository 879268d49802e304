// Which weights go into the external data file, and where in it: aligned, in the order of the model.

import type { RunContext } from '../../context.js';
import type { OutputFile } from '../../io/output.js';
import type { Tensor, TensorData } from '../../ir/tensor.js';
import type { TensorOrigin } from './origin.js';

/** Tensors above this size begin on a memory page, so that a runtime can map them. */
const LARGE_TENSOR_BYTES = 1024 * 1024;
const PAGE_BYTES = 4096;
/** Enough for every vector register and typed array. */
const ALIGNMENT = 64;

/** Who holds a tensor. ONNX Runtime (1.30, native and web) resolves external data of initializers and of Constant
 *  nodes; tensors in other attributes, and in functions, are read by kernels that expect them inside. */
export type Holder = 'initializer' | 'constant' | 'other';

/** What leaves the model file. Whatever this says, tensors that came from outside go outside again, except for
 *  `nothing`. */
export type ExternalScope = 'nothing' | 'initializers' | 'initializers and constants';

export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
}

/** Hands out places in the external file of one model. */
export class ExternalPlan {
  readonly fileName: string;
  readonly #scope: ExternalScope;
  readonly #threshold: number;
  readonly #placed: { readonly offset: number; readonly data: TensorData }[] = [];
  #end = 0;

  constructor(fileName: string, scope: ExternalScope, threshold: number) {
    this.fileName = fileName;
    this.#scope = scope;
    this.#threshold = threshold;
  }

  /** The place of a tensor's data, or undefined when it stays in the model file. */
  place(tensor: Tensor, holder: Holder): ExternalPlace | undefined {
    const { byteLength } = tensor.data;
    if (this.#scope === 'nothing' || byteLength < this.#threshold || byteLength === 0) return undefined;
    const cameFromOutside = (tensor.origin as TensorOrigin | undefined)?.external === true;
    const mayLeave =
      holder === 'initializer' || (holder === 'constant' && this.#scope === 'initializers and constants');
    if (!mayLeave && !cameFromOutside) return undefined;
    const alignment = byteLength > LARGE_TENSOR_BYTES ? PAGE_BYTES : ALIGNMENT;
    const offset = Math.ceil(this.#end / alignment) * alignment;
    this.#placed.push({ offset, data: tensor.data });
    this.#end = offset + byteLength;
    return { location: this.fileName, offset };
  }

  /** The file, or undefined when nothing was placed. */
  file(): OutputFile | undefined {
    const placed = this.#placed;
    if (placed.length === 0) return undefined;
    return {
      name: this.fileName,
      byteLength: this.#end,
      chunks: (context: RunContext) => externalChunks(placed, context),
    };
  }
}

async function* externalChunks(
  placed: readonly { readonly offset: number; readonly data: TensorData }[],
  context: RunContext,
): AsyncGenerator<Uint8Array, void> {
  const zeros = new Uint8Array(PAGE_BYTES);
  let at = 0;
  for (const { offset, data } of placed) {
    if (offset > at) yield zeros.subarray(0, offset - at);
    yield* data.chunks(context);
    at = offset + data.byteLength;
  }
}
