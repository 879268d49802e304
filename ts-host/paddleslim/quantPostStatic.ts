// quantPostStatic(): PaddleSlim's quant_post_static: read → fold → find what to quantize → calibrate → quantize weights → write
// both into the program, in the style that is asked for.

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import type { PaddleNet } from '../formats/paddle/program.js';
import { paddleToModel } from '../formats/paddle/toModel/toModel.js';
import { writtenLayout } from '../formats/paddle/write/files.js';
import { Breather } from '../io/breather.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { engine as defaultEngine, executionEngine } from '../wasm/load.js';
import { correctBiases } from './biasCorrection.js';
import { seenRanges } from './calibrate.js';
import { foldBatchNorms } from './foldBatchNorm.js';
import { type OpenNet, openNet } from './model.js';
import { quantizedArguments } from './operators.js';
import type { SaveSettings } from './options/model.js';
import type { Spelled } from './options/names.js';
import { type QuantPostStaticOptions, type StaticSettings, staticSettings } from './options/static.js';
import { writeFolder } from './paths.js';
import { variablesOf } from './program/ops.js';
import { refuseEmpty, refuseInnerBlocks, refuseQuantized, refuseUnknownTensors } from './refusals.js';
import { PaddleQuantizeResult } from './result.js';
import { slimSamples } from './samples.js';
import type { Engines } from './smallGraph.js';
import { type Structure, structureOf } from './structure.js';
import { fakeQuantizeStyle } from './styles/fakeQuantize.js';
import { onnxFormatStyle } from './styles/onnxFormat.js';
import { rangesStyle } from './styles/ranges.js';
import type { Style } from './styles/style.js';
import { quantizedWeights } from './weights.js';

/** Quantizes weights and activations of a Paddle model as PaddleSlim's quant_post_static does, options and defaults its own. The
 *  float program runs in Octavo over the samples; no Paddle is needed.
 *  @throws OctavoError `INVALID_ARGUMENT` for an option, naming the nearest one; `ALREADY_QUANTIZED`; `NOTHING_TO_QUANTIZE`;
 *  `SAMPLES_MISSING`, `FEED_INVALID` for samples, `IO_FAILED` with the cause for a generator that throws;
 *  `NON_FINITE_ACTIVATION`, `NON_FINITE_WEIGHT`; `UNSUPPORTED_OP`; as the readers of programs and parameters; `ABORTED`
 *  @example
 *  ```ts
 *  await quantPostStatic({ modelDir: 'model', modelFilename: 'inference.pdmodel', paramsFilename: 'inference.pdiparams',
 *    quantizeModelPath: 'out', dataLoader: batches, algo: 'KL', batchNums: 10 });
 *  ``` */
export async function quantPostStatic(
  options: Spelled<QuantPostStaticOptions>,
): Promise<PaddleQuantizeResult> {
  const settings = staticSettings(options);
  const samples = slimSamples(settings.samples);
  const context = new RunContext(settings.run);
  const engine = await defaultEngine();
  const opened = await openNet(settings.model, settings.names, context);
  try {
    writtenLayout(opened.net.program, settings.save);
    refuseQuantized(opened.net);
    refuseInnerBlocks(opened.net);
    refuseUnknownTensors(opened.net, settings.skipTensors);
    const net = settings.optimizeModel ? await foldBatchNorms(engine, opened.net, context) : opened.net;
    const rule = { ...settings, besideParameters: settings.onnxFormat };
    const asked = structureOf(net, rule);
    refuseEmpty(asked, settings.types);
    const { limit, held } = context.budget;
    const execution = await executionEngine('strict', Math.max(0, limit - held));
    await Breather.of(context).breathe();
    const activations = await thresholdsOf(net, asked, samples, settings, execution, context);
    const structure = structureOf(net, { ...rule, unseen: unseenOf(asked, activations) });
    refuseEmpty(structure, settings.types);
    const style = styleOf(settings);
    const weights = await weightsOf({ engine, execution }, net, structure, settings, context);
    const task = {
      engine,
      net,
      structure,
      weights,
      activations,
      settings: { ...settings, algo: settings.algo.toLowerCase() },
    };
    const result = resultOf(opened, style(task), structure, settings, context, activations);
    if (settings.save.path !== undefined) await writeFolder(settings.save.path, result.files, context);
    return result;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function styleOf({ algo, onnxFormat }: StaticSettings): Style {
  if (algo === 'min_max') return rangesStyle;
  return onnxFormat ? onnxFormatStyle : fakeQuantizeStyle;
}

async function thresholdsOf(
  net: PaddleNet,
  structure: Structure,
  samples: ReturnType<typeof slimSamples>,
  settings: StaticSettings,
  execution: ExecutionEngine,
  context: RunContext,
) {
  const model = await paddleToModel(net, context);
  const seen = await seenRanges(
    model,
    execution,
    variablesToWatch(net, structure),
    samples,
    settings,
    context,
  );
  if (seen.size > 0) return seen;
  throw new OctavoError('SAMPLES_MISSING', 'the samples hold no value: their tensors are empty');
}

/** What quantized operators read, and what operators make that are observed. */
function variablesToWatch({ program }: PaddleNet, { sites, observed }: Structure): string[] {
  const { ops } = program.blocks[0]!;
  const made = [...observed, ...sites.map(({ index }) => index)].flatMap((index) => {
    const op = ops[index]!;
    return variablesOf(op.outputs, quantizedArguments(op.type)!.outputs);
  });
  return [...new Set([...sites.flatMap(({ activations }) => activations), ...made])];
}

/** What operators are to read as codes and no sample has given a value: it is empty, or computed of constants alone. */
function unseenOf({ sites }: Structure, seen: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  return new Set(sites.flatMap(({ activations }) => activations).filter((name) => !seen.has(name)));
}

/** min_max leaves weights in float. */
async function weightsOf(
  engines: Engines,
  net: PaddleNet,
  structure: Structure,
  { algo, bits, biasCorrection }: StaticSettings,
  context: RunContext,
) {
  if (algo === 'min_max') return new Map();
  const weights = await quantizedWeights(engines.engine, net, structure, bits, context);
  return biasCorrection ? correctBiases(engines, net, weights, context) : weights;
}

function resultOf(
  { parameterBytes, close }: OpenNet,
  net: PaddleNet,
  { sites, skipped }: Structure,
  settings: StaticSettings,
  context: RunContext,
  thresholds: Awaited<ReturnType<typeof seenRanges>>,
): PaddleQuantizeResult {
  const quantized = sites.map(({ index, op, weights }) => ({ index, type: op.type, weights }));
  return new PaddleQuantizeResult({
    net,
    quantized,
    skipped,
    thresholds,
    floatParameterBytes: parameterBytes,
    save: saveSettings(settings, net),
    close,
    context,
  });
}

/** Where nobody says what layout quantize_linear and dequantize_linear are written in, it is ProgramDesc: Paddle 3.3.1 loads them as PIR
 *  too, but runs PIR's dequantize_linear by the kernel of quantize_linear. */
function saveSettings(settings: StaticSettings, { program }: PaddleNet): SaveSettings {
  const { save } = settings;
  const isOpen = save.layout === undefined && !(save.modelFilename?.endsWith('.json') ?? false);
  const isMisrun = program.layout === 'pir' && styleOf(settings) === onnxFormatStyle;
  return isOpen && isMisrun ? { ...save, layout: 'program' } : save;
}
