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

export const STEPS: readonly ConvertStep[] = [
  restoreWeights,
  fuse,
  gatherScales,
  select,
  propagate,
  place,
  storeWeights,
  squash,
];
