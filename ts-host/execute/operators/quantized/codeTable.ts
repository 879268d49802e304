// octavo::CodeTable: a function of floats on codes, from one scale to another, as a table of 256 that our own float kernels
// make. So it equals DequantizeLinear, the operator and QuantizeLinear, bit for bit.
//
//   inputs: x, its scale, its zero point, scale and zero point of the result          (the type of y is that of its zero point)
//   attributes: kind, and what the operator of that kind takes (alpha, beta, min, max)

import { mapCodes } from '../../../wasm/kernels/execute/qlinear.js';
import { type Unary, unary } from '../../../wasm/kernels/execute/unary.js';
import type { NodeContext } from '../../node.js';
import type { Operator, Plan } from '../../operator.js';
import { byteType, codeRange } from '../../quantized/codes.js';
import { CodeTable, type FloatFunction } from '../../quantized/codeTable.js';
import { OneScale } from '../../quantized/oneScale.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { tileSteps } from '../../quantized/tiles.js';
import { sizeOf } from '../../value.js';

/** The kernel's function and its parameters. */
type Kind = (node: NodeContext) => readonly [Unary, ...number[]];

const plain =
  (op: Unary): Kind =>
  () => [op];
const alpha =
  (op: Unary, fallback: number): Kind =>
  (node) => [op, node.float('alpha', fallback)];

const LARGEST = 3.4028234663852886e38;

const KINDS: Readonly<Record<string, Kind>> = {
  relu: plain('relu'),
  clip: (node) => ['clip', node.float('min', -LARGEST), node.float('max', LARGEST)],
  sigmoid: plain('sigmoid'),
  hard_sigmoid: (node) => ['hardSigmoid', node.float('alpha', 0.2), node.float('beta', 0.5)],
  hard_swish: (node) => ['hardSwish', node.float('alpha', 1 / 6), node.float('beta', 0.5)],
  swish: alpha('swish', 1),
  tanh: plain('tanh'),
  gelu: plain('gelu'),
  gelu_tanh: plain('geluTanh'),
  leaky_relu: alpha('leakyRelu', 0.01),
  elu: (node) => ['elu', 1, node.float('alpha', 1), 1],
  softplus: plain('softplus'),
  mish: plain('mish'),
  erf: plain('erf'),
  exp: plain('exp'),
  sqrt: plain('sqrt'),
  neg: plain('neg'),
  abs: plain('abs'),
};

/** undefined for kind `identity`: from one scale to another. */
function functionOf(node: NodeContext): FloatFunction | undefined {
  const name = node.string('kind');
  if (name === 'identity') return undefined;
  const kind = Object.hasOwn(KINDS, name)
    ? KINDS[name]!
    : node.fail(`kind ${name} is not known`, 'UNSUPPORTED_OP');
  const [op, ...parameters] = kind(node);
  return (x, count) => unary(node.engine.kernels, op, 'float32', x, x, count, parameters);
}

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

export const codeTable: readonly Operator[] = [
  { opType: 'CodeTable', domain: 'octavo', plan: (node) => planCodeTable(node, functionOf(node)) },
];
