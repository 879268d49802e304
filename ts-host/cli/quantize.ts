// `octavo quantize`: options, input, result, files, summary.

import { join, resolve } from 'node:path';
import { quantize } from '../api/quantize.js';
import type { QuantizeResult } from '../api/result.js';
import type { Sink } from '../io/sink.js';
import { refuseOverwritingInputs } from '../node/overwrite.js';
import type { QuantizeOptions } from '../quantize/options.js';
import { type Calibration, calibrationOf } from './calibration.js';
import { UsageError } from './errors.js';
import { type PlanChoice, planFlagsGiven, planOptions, type QuantizeFlags } from './flags.js';
import { modelInput } from './input.js';
import { toJson } from './json.js';
import { type OutputTarget, outputTarget, STANDARD_STREAM } from './output.js';
import { beginPlanFile, readPlanFile } from './planFile.js';
import { plannedReports, reportResult, type WrittenReport } from './quantizeReport.js';
import { type Measured, quantizeJson, quantizeText, unmatchedGlobs } from './quantizeSummary.js';
import type { Environment } from './terminal.js';

export async function quantizeCommand(
  model: string,
  flags: QuantizeFlags,
  environment: Environment,
): Promise<void> {
  if (flags.variants !== undefined) {
    const { variantsCommand } = await import('./variants.js');
    return variantsCommand(model, flags.variants, flags, environment);
  }
  const { terminal, signal } = environment;
  const { options, modeReason } = await chosenOptions(flags, signal);
  const { output, force = false } = flags;
  const reports = plannedReports(flags);
  const target = await outputTarget({ input: model, output, force, options, terminal });
  const calibration = await calibrationOf(options, flags, environment);
  const input = await modelInput(model, signal, flags);
  try {
    const result = await quantize(input.source, {
      ...options,
      calibration: calibration?.calibration,
      recoverySamples: calibration?.recoverySamples,
      external: input.external,
      fileName: target.fileName,
      externalData: externalData(flags, target),
      signal,
      onProgress: terminal.onProgress,
    });
    try {
      const others = [flags.plan, calibration?.path].filter((path) => path !== undefined);
      const inputs = [...input.paths, ...others];
      await write(result, inputs, target, flags.planOut, reports);
      const measured: Measured | undefined = flags.measure ? await result.measure() : undefined;
      const names = { float: model, quantized: target.path };
      const reported = calibration && (await reportResult(result, calibration, names, flags, environment));
      await tell({ model, flags, result, target, measured, modeReason, calibration, reported }, environment);
    } finally {
      await result.close();
    }
  } finally {
    await input.close();
  }
}

async function chosenOptions(flags: QuantizeFlags, signal: AbortSignal): Promise<PlanChoice> {
  if (flags.plan === undefined) return planOptions(flags);
  const [given] = planFlagsGiven(flags);
  if (given !== undefined) {
    throw new UsageError(`${given} decides a plan, but --plan gives one: edit the plan instead`, '--plan');
  }
  const options: QuantizeOptions = {
    plan: await readPlanFile(flags.plan, signal),
    memoryLimit: flags.memoryLimit,
  };
  return { options };
}

/** A stream holds one file. */
function externalData(
  { externalData: when }: QuantizeFlags,
  target: OutputTarget,
): QuantizeOptions['externalData'] {
  if (target.folder !== undefined) return when;
  if (when === 'always') throw new UsageError(`${target.path} holds one file only`, '--external-data');
  return 'never';
}

/** The model and its plan appear together: the plan is written first and made visible last. */
async function write(
  result: QuantizeResult,
  inputs: readonly string[],
  target: OutputTarget,
  planOut: string | undefined,
  reports: readonly string[],
): Promise<void> {
  const outputs = pathsOf(result, target);
  if (planOut !== undefined) {
    if (planOut === STANDARD_STREAM) {
      throw new UsageError('--plan-out needs a file; `octavo plan` prints plans', '--plan-out');
    }
    if (outputs.some((path) => resolve(path) === resolve(planOut))) {
      throw new UsageError(`the plan and the model cannot both be ${planOut}`, '--plan-out');
    }
    outputs.push(planOut);
  }
  const both = reports.find((path) => outputs.some((output) => resolve(output) === resolve(path)));
  if (both !== undefined) throw new UsageError(`${both} cannot be a report and something else`, '--report');
  outputs.push(...reports);
  await refuseOverwritingInputs(inputs, outputs);
  const plan: Sink | undefined =
    planOut === undefined ? undefined : await beginPlanFile(planOut, result.plan);
  try {
    await result.writeTo(await target.sink());
    await plan?.commit();
  } catch (error) {
    await plan?.abort(error);
    throw error;
  }
}

/** Files that will appear; none where the output is a stream. */
function pathsOf({ files }: QuantizeResult, { folder }: OutputTarget): string[] {
  return folder === undefined ? [] : files.map(({ name }) => join(folder, name));
}

interface Outcome {
  readonly model: string;
  readonly flags: QuantizeFlags;
  readonly result: QuantizeResult;
  readonly target: OutputTarget;
  readonly measured: Measured | undefined;
  readonly modeReason: string | undefined;
  readonly calibration: Calibration | undefined;
  readonly reported: WrittenReport | undefined;
}

async function tell(outcome: Outcome, { terminal }: Environment): Promise<void> {
  const { model, flags, result, target, measured, modeReason, calibration, reported } = outcome;
  const { report, plan } = result;
  const paths = pathsOf(result, target);
  const files = result.files.map(({ byteLength }, i) => ({
    path: paths[i] ?? target.path,
    bytes: byteLength,
  }));
  const summary = {
    input: model,
    files,
    report: modeReason === undefined ? report : { ...report, modeReason },
    planOut: flags.planOut,
    measured,
    plan,
    calibration,
    recovery: result.recovery,
    reported,
  };
  for (const glob of unmatchedGlobs(flags.skip ?? [], report.nodes)) {
    terminal.note(`octavo: --skip ${glob} matches no node that could be quantized\n`);
  }
  if (terminal.json) return terminal.print(toJson(quantizeJson(summary)));
  const text = quantizeText(summary, terminal.verbose);
  // Standard output holds the model then.
  return flags.output === STANDARD_STREAM ? terminal.note(text) : terminal.print(text);
}
