// The methods that choose the range of an activation, by the name that options use. A new one adds its file and a line here.

import { OctavoError } from '../../errors.js';
import { nearestName } from '../../ir/nearest.js';
import { absmax } from './absmax.js';
import { avg } from './avg.js';
import { emd } from './emd.js';
import { kl } from './kl.js';
import type { ActivationMethod } from './method.js';
import { minmax } from './minmax.js';
import { movingAverage } from './movingAverage.js';
import { mse } from './mse.js';
import { percentile } from './percentile.js';
import { ptf } from './ptf.js';
import { removalOutlier } from './removalOutlier.js';

export const ACTIVATION_METHODS = {
  minmax,
  absmax,
  movingAverage,
  avg,
  percentile,
  hist: percentile,
  mse,
  kl,
  emd,
  ptf,
  removalOutlier,
} as const satisfies Record<string, ActivationMethod>;

/** Name of a way to choose the range of an activation. */
export type ActivationMethodName = keyof typeof ACTIVATION_METHODS;

/** The method of that name.
 *  @throws OctavoError `INVALID_ARGUMENT` naming the nearest one */
export function activationMethod(name: string): ActivationMethod {
  if (Object.hasOwn(ACTIVATION_METHODS, name)) return ACTIVATION_METHODS[name as ActivationMethodName];
  const names = Object.keys(ACTIVATION_METHODS);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? `one of ${names.join(', ')}` : `did you mean ${nearest}?`;
  throw new OctavoError('INVALID_ARGUMENT', `there is no method ${JSON.stringify(name)}: ${hint}`, {
    field: 'method',
  });
}
