// Activations: operators of one float tensor with parameters.

import { unary as runUnary } from '../../wasm/kernels/execute/unary.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { sizeOf } from '../value.js';
import { binarySteps } from './binary.js';
import {
  commonType,
  elementSteps,
  inputOperand,
  outputOperand,
  overwritable,
  walkScratch,
} from './elementwise.js';
import { planUnary, unary } from './unary.js';

/** The published constants of Selu, as float32 holds them. */
const SELU_ALPHA = 1.6732631921768188;
const SELU_GAMMA = 1.0507010221481323;

const alpha = (fallback: number) => (node: NodeContext) => [node.float('alpha', fallback)];

/** Parameters of Elu's kernel: x > 0 ? a·x : b·(e^(x/c) − 1). */
function seluParameters(node: NodeContext): number[] {
  const gamma = node.float('gamma', SELU_GAMMA);
  return [gamma, gamma * node.float('alpha', SELU_ALPHA), 1];
}

function celuParameters(node: NodeContext): number[] {
  const scale = node.float('alpha', 1);
  if (scale === 0) node.fail('alpha of Celu must not be 0', 'GRAPH_INVALID');
  return [1, scale, scale];
}

function geluOf(node: NodeContext): 'gelu' | 'geluTanh' {
  const approximate = node.string('approximate', 'none');
  if (approximate === 'none') return 'gelu';
  if (approximate === 'tanh') return 'geluTanh';
  return node.fail(`approximate is "${approximate}", must be "none" or "tanh"`, 'GRAPH_INVALID');
}

/** `op` of x + bias; the bias, input 1, goes along the last dim. */
function planBiased(node: NodeContext, op: 'gelu' | 'geluTanh'): Plan {
  if (!node.has(1)) return planUnary(node, op);
  const dtype = commonType(node, [0, 1], ['float32']) as 'float32';
  const output = { dtype, dims: node.input(0).dims };
  const bias = node.input(1).dims;
  if (bias.length !== 1 || bias[0] !== output.dims.at(-1)) {
    node.fail(`bias is [${bias.join(', ')}], must be as long as the last dim of [${output.dims.join(', ')}]`);
  }
  return {
    outputs: [output],
    scratch: walkScratch(output),
    inPlace: overwritable(node, [0], output),
    bind: (at) => [
      ...binarySteps(node, at, 'add', [inputOperand(node, 0), inputOperand(node, 1), outputOperand(output)]),
      ...elementSteps(sizeOf(output), (start, length) => {
        const from = at.output(0) + start * 4;
        runUnary(node.engine.kernels, op, dtype, from, from, length);
      }),
    ],
  };
}

export const ACTIVATION_OPERATORS: readonly Operator[] = [
  unary('LeakyRelu', 'leakyRelu', alpha(0.01)),
  unary('ThresholdedRelu', 'threshold', alpha(1)),
  unary('Elu', 'elu', (node) => [1, node.float('alpha', 1), 1]),
  unary('Celu', 'elu', celuParameters),
  unary('Selu', 'elu', seluParameters),
  unary('Sigmoid', 'sigmoid'),
  unary('HardSigmoid', 'hardSigmoid', (node) => [node.float('alpha', 0.2), node.float('beta', 0.5)]),
  unary('HardSwish', 'hardSwish', () => [1 / 6, 0.5]),
  unary('Swish', 'swish', alpha(1)),
  unary('Mish', 'mish'),
  unary('Tanh', 'tanh'),
  unary('Softplus', 'softplus'),
  unary('Softsign', 'softsign'),
  unary('Shrink', 'shrink', (node) => [node.float('lambd', 0.5), node.float('bias', 0)]),
  { opType: 'Gelu', domain: '', plan: (node) => planUnary(node, geluOf(node)) },
  unary('Gelu', 'gelu', undefined, 'com.microsoft'),
  { opType: 'BiasGelu', domain: 'com.microsoft', plan: (node) => planBiased(node, 'gelu') },
  { opType: 'FastGelu', domain: 'com.microsoft', plan: (node) => planBiased(node, 'geluTanh') },
  unary('QuickGelu', 'swish', alpha(1.702), 'com.microsoft'),
];
