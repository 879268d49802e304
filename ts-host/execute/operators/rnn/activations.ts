// The activations attribute of LSTM, GRU and RNN: so many names a direction, and lists of alpha and beta from which the
// functions that have such parameters take theirs in order.

import { GATES, type GateActivation, type GateName } from '../../../wasm/kernels/execute/recurrent.js';
import type { NodeContext } from '../../node.js';

/** Default alpha and beta of functions that have them. */
const PARAMETERS: Partial<Record<GateName, { readonly alpha: number; readonly beta?: number }>> = {
  LeakyRelu: { alpha: 0.01 },
  ThresholdedRelu: { alpha: 1 },
  Affine: { alpha: 1, beta: 0 },
  ScaledTanh: { alpha: 1, beta: 1 },
  HardSigmoid: { alpha: 0.2, beta: 0.5 },
  Elu: { alpha: 1 },
};

/** One list for each direction.
 *  @param defaults - a direction's functions */
export function readActivations(
  node: NodeContext,
  directions: number,
  defaults: readonly GateName[],
): GateActivation[][] {
  const named = node.stringList('activations');
  const count = directions * defaults.length;
  const names = named === undefined || named.length === 0 ? repeated(defaults, directions) : named;
  if (names.length !== count) node.fail(`${names.length} activations, needs ${count}`, 'GRAPH_INVALID');
  const alphas = [...(node.floatList('activation_alpha') ?? [])];
  const betas = [...(node.floatList('activation_beta') ?? [])];
  const all = names.map((text): GateActivation => {
    const name = GATES.find((each) => each.toLowerCase() === text.toLowerCase());
    if (name === undefined)
      return node.fail(`activation ${JSON.stringify(text)} is not known`, 'UNSUPPORTED_OP');
    const { alpha, beta } = PARAMETERS[name] ?? {};
    return {
      name,
      alpha: alpha === undefined ? 0 : (alphas.shift() ?? alpha),
      beta: beta === undefined ? 0 : (betas.shift() ?? beta),
    };
  });
  return Array.from({ length: directions }, (_, d) =>
    all.slice(d * defaults.length, (d + 1) * defaults.length),
  );
}

function repeated(names: readonly GateName[], times: number): GateName[] {
  return Array.from({ length: times }, () => names).flat();
}
