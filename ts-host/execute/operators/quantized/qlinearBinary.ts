// QLinearAdd and QLinearMul: both operands as float32, the operator, the result as codes. That is their definition; the
// codes of onnxruntime, which folds the scales first, may be one apart.

import { binaryBroadcast } from '../../../wasm/kernels/execute/binary.js';
import { broadcastShape, planWalk, walkBytes, writeWalk } from '../../../wasm/kernels/execute/broadcast.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan, Step } from '../../operator.js';
import { byteType, codeRange } from '../../quantized/codes.js';
import { OneScale } from '../../quantized/oneScale.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { tileSteps } from '../../quantized/tiles.js';
import { type Address, describeType, sizeOf } from '../../value.js';

const PIECE_ELEMENTS = 16384;
const PIECES_PER_STEP = 64;

function planBinary(node: NodeContext, op: 'add' | 'mul'): Plan {
  const [a, b] = [node.input(0), node.input(3)];
  const dtype = byteType(node, 0);
  if (byteType(node, 3) !== dtype) node.fail(`input 0 is ${a.dtype}, but input 3 ${b.dtype}`);
  const dims =
    broadcastShape([a.dims, b.dims]) ??
    node.fail(`${describeType(a)} and ${describeType(b)} do not broadcast`);
  const scratch = new ScratchPlan();
  const operands = [
    { input: 0, scale: new OneScale(node, scratch, dtype, [1, 2]), floats: scratch.take(sizeOf(a) * 4) },
    { input: 3, scale: new OneScale(node, scratch, dtype, [4, 5]), floats: scratch.take(sizeOf(b) * 4) },
  ];
  const result = new OneScale(node, scratch, dtype, [6, 7], codeRange(node, dtype));
  const sums = scratch.take(PIECE_ELEMENTS * 4);
  const walk = scratch.take(walkBytes(dims.length));
  const pieces = planWalk(dims, [a.dims, b.dims], PIECE_ELEMENTS);
  const { engine } = node;

  const piece = (at: Addresses, index: number): void => {
    const { starts, outStart, elements } = pieces[index]!;
    const [x, y] = operands.map(({ floats }, i): Address => at.scratch + floats + starts[i]! * 4);
    writeWalk(engine, at.scratch + walk, pieces[index]!);
    binaryBroadcast(engine.kernels, op, 'float32', x!, y!, at.scratch + sums, at.scratch + walk);
    result.toCodes(at, at.scratch + sums, at.output(0) + outStart, elements);
  };
  return {
    outputs: [{ dtype, dims }],
    scratch: scratch.size,
    bind: (at): readonly Step[] => [
      ...operands.flatMap(({ input, scale, floats }) =>
        tileSteps(sizeOf(node.input(input))).steps(
          () => scale.write(at),
          (from, count) => scale.toFloats(at, at.input(input) + from, at.scratch + floats + from * 4, count),
        ),
      ),
      () => result.write(at),
      ...Array.from({ length: Math.ceil(pieces.length / PIECES_PER_STEP) }, (_, i) => () => {
        const end = Math.min(pieces.length, (i + 1) * PIECES_PER_STEP);
        for (let index = i * PIECES_PER_STEP; index < end; index++) piece(at, index);
      }),
    ],
  };
}

export const qlinearBinary: readonly Operator[] = [
  { opType: 'QLinearAdd', domain: 'com.microsoft', plan: (node) => planBinary(node, 'add') },
  { opType: 'QLinearMul', domain: 'com.microsoft', plan: (node) => planBinary(node, 'mul') },
];
