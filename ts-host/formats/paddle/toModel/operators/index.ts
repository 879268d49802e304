// The converters of Paddle's operators: a file per family, a line per family here.

import type { OperatorConverter } from '../operator.js';
import { ACTIVATIONS } from './activation.js';
import { CONSTANTS } from './constant.js';
import { CONVOLUTIONS } from './conv.js';
import { ELEMENTWISE } from './elementwise.js';
import { EXPANDS } from './expand.js';
import { GATHERS } from './gather.js';
import { JOINS } from './join.js';
import { MATRIX_PRODUCTS } from './matmul.js';
import { NORMALIZATIONS } from './normalization.js';
import { ORDERS } from './order.js';
import { PADS } from './pad.js';
import { POOLS } from './pool.js';
import { QUANTIZED } from './quantized.js';
import { REARRANGEMENTS } from './rearrange.js';
import { RECURRENTS } from './recurrent.js';
import { REDUCTIONS } from './reduce.js';
import { RESIZES } from './resize.js';
import { SELECTIONS } from './select.js';
import { ASSIGNMENTS } from './setValue.js';
import { SHAPES } from './shape.js';
import { SLICES } from './slice.js';
import { SOFTMAXES } from './softmax.js';
import { UNARIES } from './unary.js';
import { WINDOWS } from './unfold.js';

// biome-ignore format: a line per family
const FAMILIES: readonly (readonly OperatorConverter[])[] = [
  ACTIVATIONS,
  ASSIGNMENTS,
  CONVOLUTIONS,
  ELEMENTWISE,
  MATRIX_PRODUCTS,
  NORMALIZATIONS,
  POOLS,
  CONSTANTS,
  EXPANDS,
  GATHERS,
  JOINS,
  ORDERS,
  PADS,
  REARRANGEMENTS,
  RECURRENTS,
  REDUCTIONS,
  RESIZES,
  SELECTIONS,
  QUANTIZED,
  SHAPES,
  SLICES,
  SOFTMAXES,
  UNARIES,
  WINDOWS,
];

/** The converter of a type of operator. */
export const CONVERTERS: ReadonlyMap<string, OperatorConverter> = new Map(
  FAMILIES.flat().flatMap((converter) => converter.types.map((type) => [type, converter] as const)),
);
