// `octavo plan`: the decisions of quantize as a file.

import { planQuantization } from '../api/quantize.js';
import { refuseOverwritingInputs } from '../node/overwrite.js';
import { planToJson } from '../quantize/planJson.js';
import { calibrationOf } from './calibration.js';
import { type PlanCommandFlags, planOptions } from './flags.js';
import { modelInput } from './input.js';
import { toJson } from './json.js';
import { STANDARD_STREAM } from './output.js';
import { beginPlanFile } from './planFile.js';
import { countForms, formsLine, rows } from './summary.js';
import type { Environment } from './terminal.js';

export async function planCommand(
  model: string,
  flags: PlanCommandFlags,
  environment: Environment,
): Promise<void> {
  const { terminal, signal } = environment;
  const { options } = planOptions(flags);
  const calibration = await calibrationOf(options, flags, environment);
  const input = await modelInput(model, signal, flags);
  try {
    const { onProgress } = terminal;
    const plan = await planQuantization(input.source, {
      ...options,
      calibration: calibration?.calibration,
      recoverySamples: calibration?.recoverySamples,
      external: input.external,
      signal,
      onProgress,
    });
    if (flags.output === undefined || flags.output === STANDARD_STREAM) {
      await terminal.print(planToJson(plan));
      return;
    }
    await refuseOverwritingInputs(
      [...input.paths, ...(calibration === undefined ? [] : [calibration.path])],
      [flags.output],
    );
    await (await beginPlanFile(flags.output, plan)).commit();
    const forms = countForms(plan.nodes);
    const json = { command: 'plan', input: model, plan: flags.output, mode: plan.mode, forms };
    const text = rows([
      ['plan', flags.output],
      ['mode', plan.mode],
      ['weights', `${plan.tensors.length}`],
      ['nodes', formsLine(forms)],
    ]);
    await terminal.print(terminal.json ? toJson(json) : text);
  } finally {
    await input.close();
  }
}
