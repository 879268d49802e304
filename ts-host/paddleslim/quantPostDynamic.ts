// quantPostDynamic(): PaddleSlim's quant_post_dynamic: weights become codes, nothing is calibrated.

import { RunContext } from '../context.js';
import type { PaddleNet } from '../formats/paddle/program.js';
import { writtenLayout } from '../formats/paddle/write/files.js';
import { dequantizedData } from '../tensor/dequantizedValues.js';
import type { Engine } from '../wasm/engine.js';
import { engine as defaultEngine } from '../wasm/load.js';
import { type OpenNet, openNet } from './model.js';
import { dynamicSettings, type QuantPostDynamicOptions } from './options/dynamic.js';
import type { Spelled } from './options/names.js';
import { writeFolder } from './paths.js';
import { ProgramDraft } from './program/draft.js';
import { refuseEmpty, refuseQuantized } from './refusals.js';
import { PaddleQuantizeResult } from './result.js';
import { type Structure, structureOf } from './structure.js';
import { dynamicStyle } from './styles/dynamic.js';
import { codeDType, type QuantizedWeight, quantizedWeights } from './weights.js';

/** What quantPostDynamic returns. */
export class PaddleDynamicResult extends PaddleQuantizeResult {
  /** The float model of what the codes stand for, where it was asked for. */
  readonly testModel: PaddleQuantizeResult | undefined;

  /** @internal */
  constructor(parts: ConstructorParameters<typeof PaddleQuantizeResult>[0], test: PaddleNet | undefined) {
    super(parts);
    this.testModel = test && new PaddleQuantizeResult({ ...parts, net: test });
  }
}

/** Quantizes weights of a Paddle model as PaddleSlim's quant_post_dynamic does, for Paddle Lite.
 *  @throws OctavoError `INVALID_ARGUMENT` for an option, naming the nearest one; `ALREADY_QUANTIZED`; `NOTHING_TO_QUANTIZE`;
 *  `NON_FINITE_WEIGHT`; as the readers of programs and parameters; `IO_FAILED`, `ABORTED`
 *  @example
 *  ```ts
 *  await quantPostDynamic({ modelDir: 'mobilenet', modelFilename: '__model__', paramsFilename: '__params__',
 *    saveModelDir: 'out', weightBits: 8, generateTestModel: true });
 *  ``` */
export async function quantPostDynamic(
  options: Spelled<QuantPostDynamicOptions>,
): Promise<PaddleDynamicResult> {
  const settings = dynamicSettings(options);
  const context = new RunContext(settings.run);
  const engine = await defaultEngine();
  const opened = await openNet(settings.model, settings.names, context);
  try {
    const { net } = opened;
    writtenLayout(net.program, settings.save);
    refuseQuantized(net);
    const rule = {
      types: settings.types,
      skipTensors: [],
      perChannel: settings.perChannel,
      besideParameters: false,
    };
    const structure = withWeights(structureOf(net, rule));
    refuseEmpty(structure, settings.types);
    const weights = await quantizedWeights(engine, net, structure, settings.bits, context);
    const style = {
      bits: settings.bits,
      algo: 'dynamic',
      activationType: 'abs_max',
      saveInt8: true,
    } as const;
    const task = { engine, net, structure, weights, activations: new Map(), settings: style };
    const test = settings.generateTestModel ? testModel(engine, net, weights) : undefined;
    const result = new PaddleDynamicResult(
      partsOf(opened, dynamicStyle(task), structure, settings, context),
      test,
    );
    await written(result, settings.save.path, context);
    return result;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function partsOf(
  { parameterBytes: floatParameterBytes, close }: OpenNet,
  net: PaddleNet,
  { sites, skipped }: Structure,
  { save }: ReturnType<typeof dynamicSettings>,
  context: RunContext,
) {
  const quantized = sites.map(({ index, op, weights }) => ({ index, type: op.type, weights }));
  return { net, quantized, skipped, floatParameterBytes, save, close, context };
}

async function written(
  result: PaddleDynamicResult,
  path: string | undefined,
  context: RunContext,
): Promise<void> {
  if (path === undefined) return;
  await writeFolder(`${path}/quantized_model`, result.files, context);
  if (result.testModel !== undefined)
    await writeFolder(`${path}/test_model`, result.testModel.files, context);
}

/** Without weights there is nothing to do. */
const withWeights = (structure: Structure): Structure => ({
  ...structure,
  sites: structure.sites.filter(({ weights }) => weights.length > 0),
});

/** The float model with the values that codes stand for. */
function testModel(engine: Engine, net: PaddleNet, weights: ReadonlyMap<string, QuantizedWeight>): PaddleNet {
  const draft = new ProgramDraft(net);
  for (const { name, dims, bits, codes, granularity, step } of weights.values()) {
    const stored = { name, dims, dtype: codeDType(bits), data: codes };
    draft.setParameter(name, 'float32', dims, dequantizedData(engine, stored, granularity, step));
  }
  return draft.finish();
}
