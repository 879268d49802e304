// Which values calibration observes: those whose ranges a static plan will ask for.

import type { RunContext } from '../context.js';
import type { Model } from '../ir/model.js';
import type { QuantizeOptions } from '../quantize/options.js';
import { staticSettings } from '../quantize/static/settings.js';
import { TARGETS } from '../quantize/static/targets/index.js';
import { valuesToObserve } from '../quantize/static/valuesToObserve.js';

/** Options of mode static that decide which nodes run in integers, and so which ranges are asked for. */
export type ObservationOptions = Pick<
  QuantizeOptions,
  'target' | 'skip' | 'opTypes' | 'minElements' | 'minChannels'
>;

/** For the target, or for all of them where none is named: they hardly differ.
 *  @param model - a prepared model
 *  @throws OctavoError `INVALID_ARGUMENT` */
export async function observedValues(
  model: Model,
  options: ObservationOptions,
  context: RunContext,
): Promise<string[]> {
  const targets = options.target === undefined ? Object.values(TARGETS) : [{ name: options.target }];
  const names = new Set<string>();
  for (const { name } of targets) {
    const settings = staticSettings({ ...only(options), target: name });
    for (const value of await valuesToObserve(model, settings, context)) names.add(value);
  }
  return [...names];
}

/** Without options that the caller has for other purposes. */
function only({ skip, opTypes, minElements, minChannels }: ObservationOptions): QuantizeOptions {
  return { skip, opTypes, minElements, minChannels };
}
