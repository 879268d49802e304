// paddleToModel: a program and its parameters as a Model of ONNX's standard operators. Values are called as Paddle's variables,
// nodes by type and place (`conv2d#3`), so what is said of the model can be said of the program.

import type { RunContext } from '../../../context.js';
import { OctavoError } from '../../../errors.js';
import { Breather } from '../../../io/breather.js';
import { checkConsistency } from '../../../ir/check.js';
import type { Model } from '../../../ir/model.js';
import type { PaddleNet, PaddleOp } from '../program.js';
import { fedVariables, fetchedVariables, graphOutputs, valueInfo } from './border.js';
import { GraphBuilder, OPSET, PADDLE_DOMAIN } from './graphBuilder.js';
import { CONVERTERS } from './operators/index.js';
import { OpScope } from './opScope.js';
import { keepOperator } from './unknown.js';

/** IR version of opset 17. */
const IR_VERSION = 8;

/** Converts a net. Operators without a converter are kept in the domain `paddle`; weights stay where they are.
 *  @throws OctavoError `UNSUPPORTED_OP` for control flow and for cases of an operator that ONNX has no form for, `MALFORMED`,
 *  `GRAPH_INVALID`, each naming the operator by type and place; `ABORTED`. */
export async function paddleToModel(net: PaddleNet, context: RunContext): Promise<Model> {
  const { program } = net;
  const block = program.blocks[0]!;
  const fed = fedVariables(block);
  const graph = new GraphBuilder(net, fed);
  const breather = Breather.of(context);
  for (const [at, op] of block.ops.entries()) {
    if (breather.isDue) await breather.breathe();
    if (op.type !== 'feed' && op.type !== 'fetch') await convertOp(graph, op, at, context);
  }
  const inputs = fed.map((name) => valueInfo(graph, name, name));
  const outputs = graphOutputs(graph, fetchedVariables(block), fed);
  const model: Model = {
    graph: {
      name: 'paddle',
      nodes: graph.nodes,
      initializers: graph.initializers,
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

async function convertOp(graph: GraphBuilder, op: PaddleOp, at: number, context: RunContext): Promise<void> {
  refuseControlFlow(op, at);
  const scope = new OpScope(graph, op, at, context);
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
  if (nodes.some(({ domain }) => domain === PADDLE_DOMAIN)) opsets.set(PADDLE_DOMAIN, 1);
  return opsets;
}

/** 2006002 is 2.6.2. */
function versionText(version: bigint): string {
  if (version === 0n) return '';
  return `${version / 1_000_000n}.${(version / 1000n) % 1000n}.${version % 1000n}`;
}
