// The activation that com.microsoft FusedGemm applies to its product: its name and parameters are attributes of the node.

import { type Unary, unary } from '../../wasm/kernels/execute/unary.js';
import type { NodeContext } from '../node.js';
import type { Address } from '../value.js';

type Parameters = (node: NodeContext) => readonly number[];

const alpha =
  (fallback: number): Parameters =>
  (node) => [node.float('activation_alpha', fallback)];

const ACTIVATIONS: Readonly<Record<string, readonly [Unary, Parameters?]>> = {
  Relu: ['relu'],
  Sigmoid: ['sigmoid'],
  Tanh: ['tanh'],
  Softplus: ['softplus'],
  Softsign: ['softsign'],
  LeakyRelu: ['leakyRelu', alpha(0.01)],
  ThresholdedRelu: ['threshold', alpha(1)],
  Elu: ['elu', (node) => [1, node.float('activation_alpha', 1), 1]],
  HardSigmoid: [
    'hardSigmoid',
    (node) => [node.float('activation_alpha', 0.2), node.float('activation_beta', 0.5)],
  ],
};

/** What applies the node's activation to float32 in place; undefined when it names none. */
export function fusedActivation(node: NodeContext): ((address: Address, count: number) => void) | undefined {
  const name = node.string('activation', '');
  if (name === '') return undefined;
  const [op, parameters] =
    ACTIVATIONS[name] ?? node.fail(`activation ${JSON.stringify(name)} is not supported`, 'UNSUPPORTED_OP');
  const values = parameters?.(node) ?? [];
  return (address, count) => unary(node.engine.kernels, op, 'float32', address, address, count, values);
}
