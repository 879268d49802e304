// The values that calibration is to look at.

import type { RunContext } from '../../context.js';
import { Breather } from '../../io/breather.js';
import { GraphIndex } from '../../ir/graphIndex.js';
import type { Model } from '../../ir/model.js';
import { boundsOf } from './activations.js';
import { refusals } from './refusals.js';
import type { StaticSettings } from './settings.js';
import { structureOf } from './structure.js';

/** The values whose statistics a plan with these settings asks for, in graph order: of values that share a scale, those whose
 *  ranges hold the others'.
 *  @param model - a prepared model */
export async function valuesToObserve(
  model: Model,
  settings: StaticSettings,
  context: RunContext,
): Promise<readonly string[]> {
  await Breather.of(context).breathe();
  const index = new GraphIndex(model.graph);
  const bounds = await boundsOf(index, context);
  const { observed } = structureOf(index, bounds, settings.target, refusals(index, settings));
  return [...observed.values()].flat();
}
