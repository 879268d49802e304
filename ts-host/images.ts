// The public API of `octavo/images`: images as samples. Re-exports only; the entries add where the kernels come from.

export { type ImageFile, type ImageSamplesOptions, imageSamples } from './data/images/imageSamples.js';
export {
  IMAGE_PRESETS,
  type ImageFormat,
  type ImageLayout,
  type ImagePresetName,
  type PrepareOptions,
  type ResizeMethod,
} from './data/images/options.js';
export type { DecodedImage, ImageDecoder } from './data/images/ownDecoder.js';
export type { SkipOptions, SkippedSample } from './data/skipped.js';
export { initImages } from './wasm/images.js';
