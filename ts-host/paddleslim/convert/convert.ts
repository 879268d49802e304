// convert(): what Paddle calls save_quant_model. A program that simulates quantization, in any of Paddle's styles, becomes a model
// that computes with 8-bit codes and gives what the simulation gives.

import { RunContext, type RunOptions } from '../../context.js';
import { OctavoError } from '../../errors.js';
import type { PaddleNet } from '../../formats/paddle/program.js';
import { quantStyleOf } from '../../formats/paddle/toModel/quantized/style.js';
import { paddleToModel } from '../../formats/paddle/toModel/toModel.js';
import { checkConsistency } from '../../ir/check.js';
import type { Graph } from '../../ir/model.js';
import { uniqueNames } from '../../ir/names.js';
import { graphToDot } from '../../report/dot.js';
import { engine as loadEngine } from '../../wasm/load.js';
import { Choice, type ChoiceOptions } from './choice.js';
import { ConvertedModel } from './convertedModel.js';
import { type LoneOperator, loneOperators } from './loneOperators.js';
import { outThresholds } from './outThresholds.js';
import type { ConvertState } from './step.js';
import { STEPS } from './steps/index.js';
import { place } from './steps/place.js';

/** A graph as text for `dot`, called `03-gather-scales.dot`: nodes are labelled with operator and id. */
export interface DebugGraph {
  readonly name: string;
  readonly text: string;
}

export interface ConvertOptions extends ChoiceOptions, RunOptions {
  /** Told the graph before the first step and behind each. */
  readonly debug?: ((graph: DebugGraph) => void | Promise<void>) | undefined;
}

/** Converts a quantized program. What it gives is accepted wherever a model is.
 *  @param quantized - what `readPaddle`, `quantPostStatic` and the like return
 *  @throws OctavoError `INVALID_ARGUMENT` for a program that is not quantized, and for types and ids that it does not have;
 *  `MALFORMED`, `SCALE_INVALID`, `SHAPE_MISMATCH` for thresholds that are missing or cannot be; as paddleToModel
 *  @example
 *  ```ts
 *  const int8 = await convert(await readPaddle({ model, params }), { opIdsToSkip: [71] });
 *  const session = await Session.create(int8);
 *  const onnx = await toOnnx(int8);
 *  ``` */
export async function convert(
  { net }: { readonly net: PaddleNet },
  options: ConvertOptions = {},
): Promise<ConvertedModel> {
  const { debug } = options;
  const style = quantStyleOf(net.program);
  if (style === undefined) throw notQuantized();
  const block = net.program.blocks[0]!;
  const choice = new Choice(block.ops, options);
  const context = new RunContext(options);
  const model = await paddleToModel(net, context);
  const isCoded = model.graph.nodes.some(({ opType }) => opType === 'DequantizeLinear');
  // The test model of a dynamic quantization says that it is one, but its weights are floats.
  if (style === 'dynamic' && !isCoded) throw notQuantized();
  const tools = {
    engine: await loadEngine(),
    context,
    fresh: uniqueNames(model),
    choice,
    outThresholds: outThresholds(block.ops),
  };
  let state: ConvertState = { graph: model.graph, weights: new Map(), reads: new Map() };
  let lone: readonly LoneOperator[] = [];
  await show(debug, 0, 'program', state.graph);
  for (const [at, step] of STEPS.entries()) {
    if (step === place) lone = loneOperators(state, block.vars);
    context.throwIfAborted();
    state = await step.run(state, tools);
    await show(debug, at + 1, step.name, state.graph);
  }
  const converted = { ...model, graph: { ...state.graph, valueInfos: [] } };
  checkConsistency(converted);
  return new ConvertedModel(converted, lone);
}

function notQuantized(): OctavoError {
  const message = 'the program is not quantized: quantPostStatic makes one that is';
  return new OctavoError('INVALID_ARGUMENT', message, { field: 'net' });
}

async function show(debug: ConvertOptions['debug'], at: number, name: string, graph: Graph): Promise<void> {
  await debug?.({ name: `${String(at).padStart(2, '0')}-${name}.dot`, text: graphToDot(graph) });
}
