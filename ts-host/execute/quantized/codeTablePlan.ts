// The plan of a function of floats on codes, from one scale to another: a table of 256 that our own float kernels make, then a look-up. So it
// equals DequantizeLinear, the operator and QuantizeLinear, bit for bit.

import { mapCodes } from '../../wasm/kernels/execute/qlinear.js';
import type { NodeContext } from '../node.js';
import type { Plan } from '../operator.js';
import { sizeOf } from '../value.js';
import { byteType, codeRange } from './codes.js';
import { CodeTable, type FloatFunction } from './codeTable.js';
import { OneScale } from './oneScale.js';
import { ScratchPlan } from './scratch.js';
import { tileSteps } from './tiles.js';

/** `apply` of input 0, whose scale and zero point are inputs 1 and 2; inputs 3 and 4 are those of the result. */
export function planCodeTable(node: NodeContext, apply: FloatFunction | undefined): Plan {
  const scratch = new ScratchPlan();
  const from = OneScale.ofInput(node, scratch, 0, [1, 2]);
  const dtype = node.has(4) ? byteType(node, 4) : from.dtype;
  const to = new OneScale(node, scratch, dtype, [3, 4], codeRange(node, dtype));
  const table = new CodeTable(node, scratch);
  const { dims } = node.input(0);
  const { kernels } = node.engine;
  return {
    outputs: [{ dtype, dims }],
    scratch: scratch.size,
    inPlace: [0],
    bind: (at) =>
      tileSteps(sizeOf(node.input(0))).steps(
        () => table.write(at, from, to, apply),
        (start, count) =>
          mapCodes(kernels, at.input(0) + start, at.output(0) + start, table.address(at), 1, count, 0),
      ),
  };
}
