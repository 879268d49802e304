// What users are told of an input or output of a model.

import type { DType } from '../ir/dtype.js';
import type { ValueInfo } from '../ir/model.js';

/** An input or output of a model. */
export interface ValueMetadata {
  readonly name: string;
  /** Absent where the model does not say. */
  readonly dtype?: DType;
  /** A number, a symbol, or null when unknown; absent where the model does not say. */
  readonly dims?: readonly (number | string | null)[];
  /** Where any size is taken, but the file names one: of Paddle's inputs. */
  readonly toldDims?: readonly (number | string | null)[];
}

export function valueMetadata({ name, dtype, dims, toldDims }: ValueInfo): ValueMetadata {
  return {
    name,
    ...(dtype === undefined ? {} : { dtype }),
    ...(dims === undefined ? {} : { dims }),
    ...(toldDims === undefined ? {} : { toldDims }),
  };
}
