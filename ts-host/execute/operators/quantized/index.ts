// Operators on codes: a file an operator or kind, a line each here.

import type { Operator } from '../../operator.js';
import { codeLookup } from './codeLookup.js';
import { quantizedConv } from './conv.js';
import { dequantizeLinear } from './dequantizeLinear.js';
import { dynamicQuantize } from './dynamicQuantize.js';
import { gatherBlockQuantized } from './gatherBlockQuantized.js';
import { matmulInteger } from './matmulInteger.js';
import { matmulNBits } from './matmulNBits.js';
import { qlinearBinary } from './qlinearBinary.js';
import { qlinearFloats } from './qlinearFloats.js';
import { qlinearGlobalPool } from './qlinearGlobalPool.js';
import { qlinearMaps } from './qlinearMaps.js';
import { qlinearMatmul } from './qlinearMatmul.js';
import { quantizeLinear } from './quantizeLinear.js';

// biome-ignore format: a line each
export const QUANTIZED_OPERATORS: readonly Operator[] = [
  codeLookup,
  dequantizeLinear,
  dynamicQuantize,
  gatherBlockQuantized,
  matmulInteger,
  matmulNBits,
  qlinearBinary,
  qlinearFloats,
  qlinearGlobalPool,
  qlinearMaps,
  qlinearMatmul,
  quantizedConv,
  quantizeLinear,
].flat();
