// Makes items of image files for one input of a model, one at a time, in an engine of its own.

import type { RunContext } from '../../context.js';
import type { Take } from '../../io/buffers.js';
import type { ValueInfo } from '../../ir/model.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { imageEngine } from '../../wasm/images.js';
import type { ItemTensor } from '../batches.js';
import { decodePixels } from './decode.js';
import { channelsOf, type Preparation } from './options.js';
import { type ImageDecoder, ownDecoder } from './ownDecoder.js';
import { imageBytes, prepareImage } from './prepare.js';
import { type ImageTarget, imageTarget } from './target.js';
import { type DecodeImage, Work } from './work.js';

export class ImageMaker {
  readonly #engine: ExecutionEngine;
  readonly #target: ImageTarget;
  readonly #options: Preparation;
  readonly #decode: DecodeImage;

  private constructor(
    engine: ExecutionEngine,
    target: ImageTarget,
    options: Preparation,
    decode: DecodeImage,
  ) {
    this.#engine = engine;
    this.#target = target;
    this.#options = options;
    this.#decode = decode;
  }

  /** @throws OctavoError `INVALID_ARGUMENT` where images and options do not fit the input */
  static async create(
    input: ValueInfo,
    options: Preparation,
    memoryLimit: number | undefined,
    decoder?: ImageDecoder,
  ): Promise<ImageMaker> {
    const target = imageTarget(input, options);
    const decode = decoder === undefined ? decodePixels : ownDecoder(decoder);
    return new ImageMaker(await imageEngine(memoryLimit), target, options, decode);
  }

  /** Name of the input. */
  get input(): string {
    return this.#target.input;
  }

  /** @param take - gives the memory of the tensor
   *  @throws OctavoError as decodePixels */
  async make(name: string, file: Uint8Array, take: Take, context: RunContext): Promise<ItemTensor> {
    const work = new Work(this.#engine, context, name);
    try {
      const pixels = await this.#decode(work, file, this.#options);
      const byteLength = imageBytes(this.#target);
      const out = work.alloc(byteLength, 'an image');
      await prepareImage(work, pixels, this.#target, this.#options, out);
      const bytes = take(byteLength);
      bytes.set(this.#engine.heap.bytes.subarray(out, out + byteLength));
      return this.#tensor(bytes);
    } finally {
      work.end();
    }
  }

  #tensor(bytes: Uint8Array): ItemTensor {
    const { dtype, layout, width, height, format, hasBatch } = this.#target;
    const channels = channelsOf(format);
    const dims = layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
    return { dtype, dims: hasBatch ? [1, ...dims] : dims, bytes, isPart: hasBatch };
  }
}
