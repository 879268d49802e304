// prepareModel: the float model that calibration, plan and recovery refer to. It computes what the original does, within float
// rounding; values keep their names and nodes their ids, weights are still read when they are needed.

import type { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import { Breather } from '../../io/breather.js';
import { type Graph, type Model, nodeIds } from '../../ir/model.js';
import { uniqueNames } from '../../ir/names.js';
import type { Engine } from '../../wasm/engine.js';
import { inlineFunctions } from '../inline-functions.js';
import { raiseOpset } from '../raise-opset/index.js';
import { hoistConstants } from './constants.js';
import { removeCopies } from './copies.js';
import { foldAffine } from './foldAffine.js';
import { joinBias } from './joinBias.js';
import { requireFloatModel, requireFlow } from './requireFloat.js';
import type { Step } from './step.js';
import { removeUnused } from './unused.js';

/** QuantizeLinear and DequantizeLinear have scales per channel since. */
export const PREPARED_OPSET = 13;

const STEPS: readonly Step[] = [hoistConstants, removeCopies, joinBias, foldAffine, removeUnused];

/** The model with functions inlined, at opset 13 or later, constants as initializers, copies removed, and normalizations,
 *  scalings and biases folded into the weights before them.
 *  @throws OctavoError `ALREADY_QUANTIZED`; `NOTHING_TO_QUANTIZE` when no output depends on an input; `UNSUPPORTED_OP` naming the node that keeps the model from opset 13; as inlineFunctions */
export async function prepareModel(engine: Engine, model: Model, context: RunContext): Promise<Model> {
  requireFloatModel(model);
  const breather = Breather.of(context);
  await breather.breathe();
  const raised = raisedModel(withIds(inlineFunctions(model)));
  let graph: Graph = raised.graph;
  const tools = { engine, context, fresh: uniqueNames(raised) };
  for (const step of STEPS) {
    await breather.breathe();
    graph = await step(graph, tools);
  }
  requireFlow(graph);
  // Since IR 4 an initializer need not be an input of the graph too.
  return { ...raised, graph, irVersion: Math.max(4, raised.irVersion) };
}

/** Every node called by its id, which it keeps while nodes before it go. */
function withIds(model: Model): Model {
  const ids = nodeIds(model.graph);
  const nodes = model.graph.nodes.map((node, at) =>
    node.name === ids[at] ? node : { ...node, name: ids[at]! },
  );
  return { ...model, graph: { ...model.graph, nodes } };
}

function raisedModel(model: Model): Model {
  const raised = raiseOpset(model, PREPARED_OPSET);
  if (!Array.isArray(raised)) return raised;
  const [{ node, reason }] = raised as [(typeof raised)[number]];
  throw new OctavoError(
    'UNSUPPORTED_OP',
    `static quantization needs opset ${PREPARED_OPSET}, which this model cannot be brought to: ${reason}`,
    { node },
  );
}
