// Whether the weights that a given plan names can be stored as it says: one reading of each, as the planner makes when it
// chooses scales.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { constantsById } from '../ir/constants.js';
import type { Model } from '../ir/model.js';
import type { QuantPlan } from '../ir/plan.js';
import { floatChunks } from '../tensor/floatChunks.js';
import { FLOAT16_MAX } from '../tensor/half.js';
import { rangeOf } from '../tensor/range.js';
import type { Engine } from '../wasm/engine.js';

/** Checks the values of every weight that a plan names. The plan must fit the model (planFits.ts).
 *  @throws OctavoError `NON_FINITE_WEIGHT` for NaN or infinity, `PLAN_INVALID` where float16 would overflow. */
export async function checkPlanWeights(
  engine: Engine,
  plan: QuantPlan,
  model: Model,
  context: RunContext,
): Promise<void> {
  const constants = constantsById(model);
  const total = plan.tensors.reduce((sum, { tensor }) => sum + constants.get(tensor)!.data.byteLength, 0);
  let done = 0;
  for (const { tensor: id, dtype } of plan.tensors) {
    const tensor = constants.get(id)!;
    const chunks = () => floatChunks(engine, tensor, context);
    const values = { tensor: id, budget: context.budget, chunks };
    const { min, max } = await rangeOf(engine, values, { depth: 1, inner: 1, block: 1, scaleCount: 1 });
    if (dtype === 'float16' && (min[0]! < -FLOAT16_MAX || max[0]! > FLOAT16_MAX)) {
      throw new OctavoError('PLAN_INVALID', `it passes ±${FLOAT16_MAX}, the limit of float16`, {
        tensor: id,
      });
    }
    done += tensor.data.byteLength;
    context.report('analyse', done, total);
  }
}
