// convert(): what Paddle calls save_quant_model. A program that simulates quantization, in any of Paddle's styles, becomes a model
// that computes with 8-bit codes and gives what the simulation gives.

import { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import { type InputDims, withInputDims } from '../../formats/paddle/inputDims.js';
import type { PaddleNet } from '../../formats/paddle/program.js';
import { quantStyleOf } from '../../formats/paddle/toModel/quantized/style.js';
import { paddleToModel } from '../../formats/paddle/toModel/toModel.js';
import { checkConsistency } from '../../ir/check.js';
import type { Model } from '../../ir/model.js';
import { uniqueNames } from '../../ir/names.js';
import { engine as loadEngine } from '../../wasm/load.js';
import { openNet, type SlimModel } from '../model.js';
import { type ConvertOptions, convertSettings } from '../options/convert.js';
import type { Spelled } from '../options/names.js';
import { writeFolder } from '../paths.js';
import { Choice } from './choice.js';
import { ConvertedModel } from './convertedModel.js';
import { DebugGraphs } from './debugGraphs.js';
import { type LoneOperator, loneOperators } from './loneOperators.js';
import { outThresholds } from './outThresholds.js';
import { sizesOf } from './sizes.js';
import type { ConvertState } from './step.js';
import { STEPS } from './steps/index.js';
import { place } from './steps/place.js';

/** Converts a quantized program. What it gives is accepted wherever a model is.
 *  @param quantized - what `readPaddle` returned, or `result.model` of `quantPostStatic`; the path of a folder (Node), files by name
 *  @throws OctavoError `INVALID_ARGUMENT` for a program that is not quantized, for types and ids that it does not have, and for options
 *  there are not; `MALFORMED`, `SCALE_INVALID`, `SHAPE_MISMATCH` for thresholds that are missing or cannot be; as paddleToModel
 *  @example
 *  ```ts
 *  const int8 = await convert(await readPaddle({ model, params }), { opIdsToSkip: [71] });
 *  const session = await Session.create(int8);
 *  const onnx = await toOnnx(int8);
 *  ``` */
export async function convert(
  quantized: SlimModel,
  options: Spelled<ConvertOptions> = {},
): Promise<ConvertedModel> {
  const settings = convertSettings(options);
  const context = new RunContext(settings.run);
  const { net: opened, close } = await openNet(quantized, settings.names, context);
  const graphs = new DebugGraphs(settings.debug, context);
  try {
    const net = withDims(opened, settings.inputDims);
    const choice = new Choice(net.program.blocks[0]!.ops, settings);
    const { model, lone } = await converted(net, choice, graphs, context);
    const result = new ConvertedModel(model, lone, close);
    const { int8ModelSavePath } = settings;
    if (int8ModelSavePath !== undefined)
      await writeFolder(int8ModelSavePath, result.onnxFiles(context), context);
    return result;
  } catch (error) {
    await close();
    throw error;
  }
}

function withDims(net: PaddleNet, inputDims: InputDims | undefined): PaddleNet {
  return inputDims === undefined ? net : { ...net, program: withInputDims(net.program, inputDims) };
}

interface Converted {
  readonly model: Model;
  readonly lone: readonly LoneOperator[];
}

async function converted(
  net: PaddleNet,
  choice: Choice,
  graphs: DebugGraphs,
  context: RunContext,
): Promise<Converted> {
  const block = net.program.blocks[0]!;
  const model = await quantizedModel(net, context);
  const fresh = uniqueNames(model);
  const tools = {
    engine: await loadEngine(),
    context,
    fresh,
    choice,
    outThresholds: outThresholds(block.ops),
  };
  let state: ConvertState = { graph: model.graph, weights: new Map(), reads: new Map() };
  let lone: readonly LoneOperator[] = [];
  await graphs.show('program', state.graph);
  for (const step of STEPS) {
    if (step === place) lone = await loneOperators(state, (values) => sizesOf(model, values, context));
    context.throwIfAborted();
    state = await step.run(state, tools);
    await graphs.show(step.name, state.graph);
  }
  const made = { ...model, graph: { ...state.graph, valueInfos: [] } };
  checkConsistency(made);
  return { model: made, lone };
}

/** The program as a model that simulates it. */
async function quantizedModel(net: PaddleNet, context: RunContext): Promise<Model> {
  const style = quantStyleOf(net.program);
  const model = style === undefined ? undefined : await paddleToModel(net, context);
  const isCoded = model?.graph.nodes.some(({ opType }) => opType === 'DequantizeLinear');
  // The test model of a dynamic quantization says that it is one, but its weights are floats.
  if (model !== undefined && (isCoded || style !== 'dynamic')) return model;
  const message = 'the program is not quantized: quantPostStatic makes one that is';
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'quantized' });
}
