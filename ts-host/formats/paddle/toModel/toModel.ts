// paddleToModel: a program and its parameters as a Model of ONNX's standard operators. Values are called as Paddle's variables,
// nodes by type and place (`conv2d#3`), so what is said of the model can be said of the program.

import type { RunContext } from '../../../context.js';
import { OctavoError } from '../../../errors.js';
import { Breather } from '../../../io/breather.js';
import { checkConsistency } from '../../../ir/check.js';
import type { Model, ValueInfo } from '../../../ir/model.js';
import type { Tensor } from '../../../ir/tensor.js';
import { engine as loadEngine } from '../../../wasm/load.js';
import { withOpenInputs } from '../inputDims.js';
import type { PaddleNet, PaddleOp } from '../program.js';
import { fedVariables, fetchedVariables, graphOutputs, valueInfo } from './border.js';
import { GraphBuilder, OPSET } from './graphBuilder.js';
import { CONVERTERS } from './operators/index.js';
import { OpScope } from './opScope.js';
import { gatherQuantization } from './quantized/gather.js';
import { QuantizedWeights } from './quantized/storedWeights.js';
import { quantStyleOf } from './quantized/style.js';
import { keepOperator } from './unknown.js';

/** IR version of opset 17. */
const IR_VERSION = 8;

/** Converts a net. Operators without a converter are kept in the domain `paddle`; weights stay where they are. Inputs that Paddle
 *  takes in any size are open, unless some operator has a form in ONNX only for the sizes that the program names.
 *  @throws OctavoError `UNSUPPORTED_OP` for control flow and for cases of an operator that ONNX has no form for, `MALFORMED`,
 *  `GRAPH_INVALID`, each naming the operator by type and place; `ABORTED`. */
export async function paddleToModel(net: PaddleNet, context: RunContext): Promise<Model> {
  const program = withOpenInputs(net.program);
  if (program === net.program) return converted(net, context);
  const open = await converted({ ...net, program }, context).catch((error: unknown) => {
    if (error instanceof OctavoError && error.code === 'UNSUPPORTED_OP') return undefined;
    throw error;
  });
  return open === undefined ? converted(net, context) : withToldDims(open, net);
}

/** With the dims of inputs that the program tells. */
function withToldDims(model: Model, { program }: PaddleNet): Model {
  const { vars } = program.blocks[0]!;
  const inputs = model.graph.inputs.map((input): ValueInfo => {
    const toldDims = vars.get(input.name)?.dims?.map((dim) => (dim < 0 ? null : dim));
    return toldDims === undefined ? input : { ...input, toldDims };
  });
  return { ...model, graph: { ...model.graph, inputs } };
}

async function converted(net: PaddleNet, context: RunContext): Promise<Model> {
  const { program } = net;
  const block = program.blocks[0]!;
  const fed = fedVariables(block);
  const graph = new GraphBuilder(net, fed);
  const quantized = await quantizedOf(net, context);
  quantized?.emitRead(graph);
  const breather = Breather.of(context);
  for (const [at, op] of block.ops.entries()) {
    if (breather.isDue) await breather.breathe();
    if (op.type !== 'feed' && op.type !== 'fetch') await convertOp(op, at, { graph, context, quantized });
  }
  const inputs = fed.map((name) => valueInfo(graph, name, name));
  const outputs = graphOutputs(graph, fetchedVariables(block), fed);
  const model: Model = {
    graph: {
      name: 'paddle',
      nodes: graph.nodes,
      initializers: readInitializers(graph, outputs),
      inputs,
      outputs,
      valueInfos: [],
    },
    irVersion: IR_VERSION,
    opsets: opsetsOf(graph),
    producerName: 'PaddlePaddle',
    producerVersion: versionText(program.version),
    functions: [],
    format: 'paddle',
  };
  checkConsistency(model);
  return model;
}

/** Parameters that some node reads, or that are outputs: thresholds have become constants, and weights codes. */
function readInitializers(
  { nodes, initializers }: GraphBuilder,
  outputs: readonly ValueInfo[],
): Map<string, Tensor> {
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)]);
  return new Map([...initializers].filter(([name]) => read.has(name)));
}

/** What a quantized program says of codes; kernels are loaded for those alone. */
async function quantizedOf(net: PaddleNet, context: RunContext): Promise<QuantizedWeights | undefined> {
  if (quantStyleOf(net.program) === undefined) return undefined;
  const engine = await loadEngine();
  return new QuantizedWeights(await gatherQuantization(net, engine, context), engine);
}

interface Parts {
  readonly graph: GraphBuilder;
  readonly context: RunContext;
  readonly quantized: QuantizedWeights | undefined;
}

async function convertOp(op: PaddleOp, at: number, { graph, context, quantized }: Parts): Promise<void> {
  refuseControlFlow(op, at);
  const scope = new OpScope(graph, op, at, context, quantized);
  const convert = CONVERTERS.get(op.type)?.convert ?? keepOperator;
  await convert(scope);
  scope.finish();
}

/** Operators with blocks of their own decide while they run what is computed: conditional_block, while, recurrent. */
function refuseControlFlow({ type, attributes }: PaddleOp, at: number): void {
  for (const [name, { kind }] of attributes) {
    if (kind !== 'block' && kind !== 'blocks') continue;
    const message = `${type} runs another block of the program (${name}): control flow is not converted`;
    throw new OctavoError('UNSUPPORTED_OP', message, { node: `${type}#${at}` });
  }
}

function opsetsOf({ nodes }: GraphBuilder): ReadonlyMap<string, number> {
  const opsets = new Map([['', OPSET]]);
  for (const { domain } of nodes) if (domain !== '') opsets.set(domain, 1);
  return opsets;
}

/** 2006002 is 2.6.2. */
function versionText(version: bigint): string {
  if (version === 0n) return '';
  return `${version / 1_000_000n}.${(version / 1000n) % 1000n}.${version % 1000n}`;
}
