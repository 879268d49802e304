// Errors in five steps of 10 dB, for colours. 20 dB are a tenth of the signal, 40 dB a hundredth.

import type { ErrorMeasures } from '../wasm/kernels/measures.js';

/** 0: from 40 dB on, exact too; 4: below 10 dB, or no number at all. */
export type Level = 0 | 1 | 2 | 3 | 4;

/** Lower bounds of the levels in dB. */
export const LEVEL_BOUNDS = [40, 30, 20, 10] as const;

export function levelOf({ sqnrDb, mse }: Pick<ErrorMeasures, 'sqnrDb' | 'mse'>): Level {
  if (mse === 0) return 0;
  const level = LEVEL_BOUNDS.findIndex((bound) => sqnrDb >= bound);
  return (level < 0 ? 4 : level) as Level;
}
