// What a convolution may do to its results before it writes them: attributes `activation` and `activation_params`, set by
// the executor's own fusion and by com.microsoft.FusedConv.

import type { ConvActivation } from '../../../wasm/kernels/execute/conv-shape.js';
import type { NodeContext } from '../../node.js';

const { POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;

interface Fused {
  /** As num/activate.ts of the kernels counts them. */
  readonly kind: number;
  /** What absent parameters stand for. */
  readonly defaults: readonly number[];
  readonly parameters: (given: readonly number[]) => readonly [number, number];
}

const pair = (given: readonly number[]): readonly [number, number] => [given[0]!, given[1]!];

const FUSED: ReadonlyMap<string, Fused> = new Map<string, Fused>([
  ['Relu', { kind: 0, defaults: [], parameters: () => [0, POSITIVE_INFINITY] }],
  ['Clip', { kind: 0, defaults: [NEGATIVE_INFINITY, POSITIVE_INFINITY], parameters: pair }],
  ['LeakyRelu', { kind: 1, defaults: [0.01], parameters: ([alpha]) => [alpha!, 0] }],
  ['HardSigmoid', { kind: 2, defaults: [0.2, 0.5], parameters: pair }],
  ['HardSwish', { kind: 3, defaults: [], parameters: () => [1 / 6, 0.5] }],
]);

/** The operators whose work a convolution can do in its last step. */
export const FUSED_ACTIVATIONS: readonly string[] = [...FUSED.keys()];

const NONE: ConvActivation = { kind: 0, p: NEGATIVE_INFINITY, q: POSITIVE_INFINITY };

/** @throws OctavoError `UNSUPPORTED_OP` for an activation that is not fused, `GRAPH_INVALID` for odd parameters */
export function readActivation(node: NodeContext): ConvActivation {
  const name = node.string('activation', '');
  if (name === '') return NONE;
  const fused = FUSED.get(name);
  if (fused === undefined) {
    node.fail(
      `activation ${name} in ${node.node.opType} is not supported; ${FUSED_ACTIVATIONS.join(', ')} are`,
      'UNSUPPORTED_OP',
    );
  }
  const given = node.floatList('activation_params') ?? [];
  const { kind, defaults, parameters } = fused;
  if (given.length > defaults.length) {
    node.fail(`activation ${name} takes ${defaults.length} parameters, has ${given.length}`, 'GRAPH_INVALID');
  }
  const [p, q] = parameters(defaults.map((value, i) => given[i] ?? value));
  return { kind, p, q };
}
