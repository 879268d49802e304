// octavo::CodeLookup: y = table[byte of x], for tables that the executor's rewrites make of whatever is computed of one value.
//
//   inputs: x, 8-bit codes; table, 256 codes of the type of y, by the bytes of x

import { mapCodes } from '../../../wasm/kernels/execute/qlinear.js';
import type { NodeContext } from '../../node.js';
import type { Operator, Plan } from '../../operator.js';
import { byteType } from '../../quantized/codes.js';
import { tileSteps } from '../../quantized/tiles.js';
import { describeType, sizeOf } from '../../value.js';

function plan(node: NodeContext): Plan {
  byteType(node, 0);
  const x = node.input(0);
  if (sizeOf(node.input(1)) !== 256) node.fail(`a table of ${describeType(node.input(1))}, needs 256 codes`);
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype: byteType(node, 1), dims: x.dims }],
    inPlace: [0],
    bind: (at) =>
      tileSteps(sizeOf(x)).steps(
        () => undefined,
        (start, count) =>
          mapCodes(kernels, at.input(0) + start, at.output(0) + start, at.input(1), 1, count, 0),
      ),
  };
}

export const codeLookup: readonly Operator[] = [{ opType: 'CodeLookup', domain: 'octavo', plan }];
