// What of a model's input decides how images are prepared: which input, its layout, size, batch and dtype.

import { OctavoError } from '../../errors.js';
import { chosenDims, type ValueInfo } from '../../ir/model.js';
import {
  channelsOf,
  formatFor,
  type ImageFormat,
  type ImageLayout,
  isNormalized,
  type Preparation,
} from './options.js';

/** Dtypes that images can be given as. */
export type ImageDType = 'float32' | 'float16' | 'uint8';

export interface ImageTarget {
  readonly input: string;
  readonly dtype: ImageDType;
  readonly format: ImageFormat;
  readonly layout: ImageLayout;
  readonly width: number;
  readonly height: number;
  /** Whether the input has a dim for the batch. */
  readonly hasBatch: boolean;
}

/** Finds out what images must become for this input.
 *  @throws OctavoError `INVALID_ARGUMENT` naming the input and the option that decides */
export function imageTarget(input: ValueInfo, options: Preparation): ImageTarget {
  const { name, dtype = 'float32' } = input;
  const dims = chosenDims(input);
  const isAnySize = input.toldDims !== undefined;
  if (dtype !== 'float32' && dtype !== 'float16' && dtype !== 'uint8') {
    return fail(name, `takes ${dtype}; images become float32, float16 or uint8`);
  }
  if (dtype === 'uint8' && isNormalized(options)) {
    fail(name, 'takes uint8, so levels cannot be normalized', options.preset ? 'preset' : 'normalizeMean');
  }
  if (dims !== undefined && dims.length !== 3 && dims.length !== 4) {
    fail(name, `has ${dims.length} dims; images have 4, or 3 without a batch`);
  }
  const hasBatch = dims?.length !== 3;
  const inner = dims?.slice(hasBatch ? 1 : 0).map((dim) => (typeof dim === 'number' ? dim : undefined));
  const layout = options.layout ?? layoutOf(inner);
  const [channels, height, width] = layout === 'NCHW' ? (inner ?? []) : [inner?.[2], inner?.[0], inner?.[1]];
  if (channels !== undefined && channels !== 1 && channels !== 3) {
    fail(
      name,
      `[${dims!.map((dim) => dim ?? '?').join(', ')}] has ${channels} channels as ${layout}; images have 1 or 3`,
    );
  }
  const format = formatFor(options, channels);
  const size = {
    width: sideOf(name, 'Width', { side: width, isAnySize }, options.centerCropWidth, options.resizeWidth),
    height: sideOf(
      name,
      'Height',
      { side: height, isAnySize },
      options.centerCropHeight,
      options.resizeHeight,
    ),
  };
  const count = size.width * size.height * channelsOf(format);
  if (count > 2 ** 28) fail(name, `takes ${size.width} x ${size.height}: more than 2^28 elements`);
  return { input: name, dtype, format, layout, ...size, hasBatch };
}

/** Where 1 or 3 stands: in front, unless it stands only behind. */
function layoutOf(inner: readonly (number | undefined)[] | undefined): ImageLayout {
  const isChannels = (dim: number | undefined): boolean => dim === 1 || dim === 3;
  return inner !== undefined && isChannels(inner[2]) && !isChannels(inner[0]) ? 'NHWC' : 'NCHW';
}

/** A side of what the model is fed: its own, else the crop's, else the resize's. A side that is only told gives way to both. */
function sideOf(
  input: string,
  side: 'Width' | 'Height',
  { side: told, isAnySize }: { readonly side: number | undefined; readonly isAnySize: boolean },
  crop: number | undefined,
  resize: number | undefined,
): number {
  const [wanted, field] = crop === undefined ? [resize, `resize${side}`] : [crop, `centerCrop${side}`];
  const fixed = isAnySize ? (wanted ?? told) : told;
  if (fixed === undefined) {
    if (wanted !== undefined) return wanted;
    return fail(input, `does not tell its ${side.toLowerCase()}: give resize${side}`, `resize${side}`);
  }
  if (fixed < 1) fail(input, `has a ${side.toLowerCase()} of ${fixed}`);
  if (crop !== undefined && crop !== fixed) fail(input, `takes ${fixed}, not ${crop}`, field);
  if (resize !== undefined && resize < fixed)
    fail(input, `takes ${fixed}, which ${resize} cannot cover`, field);
  return fixed;
}

function fail(tensor: string, message: string, field?: string): never {
  const place = field === undefined ? { tensor } : { tensor, field };
  throw new OctavoError('INVALID_ARGUMENT', `the input ${message}`, place);
}
