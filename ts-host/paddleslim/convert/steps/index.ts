// The steps of converting, in their order. A new one is its file and a line here.

import type { ConvertStep } from '../step.js';
import { fuse } from './fuse.js';
import { gatherScales } from './gatherScales.js';
import { place } from './place.js';
import { propagate } from './propagate.js';
import { restoreWeights } from './restoreWeights.js';
import { select } from './select.js';
import { squash } from './squash.js';
import { storeWeights } from './storeWeights.js';
import { widen } from './widen.js';

export const STEPS: readonly ConvertStep[] = [
  restoreWeights,
  fuse,
  gatherScales,
  select,
  widen,
  propagate,
  place,
  storeWeights,
  squash,
];
