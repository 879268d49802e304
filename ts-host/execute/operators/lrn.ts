// LRN: each element is divided by a power of the squares of near channels, in ONNX's order of dims and with channels last.

import { localResponse } from '../../wasm/kernels/execute/order.js';
import type { NodeContext } from '../node.js';
import type { Plan, PlannedOperator } from '../operator.js';
import { viewOf, wholePiecesOf } from '../reduction/views.js';

export const LRN_OPERATORS: readonly PlannedOperator[] = ['', 'octavo.nhwc'].map((domain) => ({
  opType: 'LRN',
  domain,
  plan: planLrn,
}));

function planLrn(node: NodeContext): Plan {
  node.requireDType(0, 'float32');
  const { dtype, dims } = node.input(0);
  if (dims.length < 2) node.fail(`LRN needs at least 2 dims, not [${dims.join(', ')}]`);
  const size = node.int('size');
  if (size < 1 || size > 2 ** 20) node.fail(`size ${size} is no number of channels`);
  const before = Math.floor((size - 1) / 2);
  const response = {
    ...{ before, after: size - 1 - before },
    factor: Math.fround(node.float('alpha', 1e-4)) / size,
    beta: Math.fround(node.float('beta', 0.75)),
    bias: Math.fround(node.float('bias', 1)),
  };
  const view = viewOf(dims, node.node.domain === 'octavo.nhwc' ? dims.length - 1 : 1);
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype, dims }],
    multiplyAdds: view.outer * view.axis * view.inner * size,
    bind: (at) =>
      wholePiecesOf(view).map(({ view: part, from }) => () => {
        localResponse(kernels, at.input(0) + from * 4, at.output(0) + from * 4, part, response);
      }),
  };
}
