// Activations: operators of one float tensor with parameters.

import type { NodeContext } from '../node.js';
import type { Operator } from '../operator.js';
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
  unary('QuickGelu', 'swish', alpha(1.702), 'com.microsoft'),
];
