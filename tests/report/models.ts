// A small net and the same net quantized, made by hand, for tests of reports.
//
//   x ─► Conv c ─► Relu r ─► Conv d ─► Add s (with r) ─► GlobalAveragePool g ─► Flatten ─► Gemm y

import { conv, floats, gemm, type ModelInput, node, tensor, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';

/** Weights, the same each time. */
function weights() {
  const rng = new Rng(11);
  return {
    w1: rng.normal(8 * 3 * 9, 0.4),
    b1: rng.normal(8, 0.2),
    w2: rng.normal(8 * 8 * 9, 0.2),
    b2: rng.normal(8, 0.2),
    w3: rng.normal(5 * 8, 0.6),
    b3: rng.normal(5, 0.2),
  };
}

const PADS = { pads: [1n, 1n, 1n, 1n] };
const border = {
  inputs: [value('x', ['N', 3, 12, 12])],
  outputs: [value('y', ['N', 5])],
};

export function floatNet(): ModelInput {
  const { w1, b1, w2, b2, w3, b3 } = weights();
  return {
    nodes: [
      conv('x', 'w1', 'b1', 'c', PADS, 'first'),
      node('Relu', ['c'], ['r'], {}, { name: 'relu' }),
      conv('r', 'w2', 'b2', 'd', PADS, 'second'),
      node('Add', ['d', 'r'], ['s'], {}, { name: 'sum' }),
      node('GlobalAveragePool', ['s'], ['g'], {}, { name: 'pool' }),
      node('Flatten', ['g'], ['f'], {}, { name: 'flat' }),
      gemm('f', 'w3', 'b3', 'y', { transB: 1n }, 'last'),
    ],
    initializers: [
      floats('w1', [8, 3, 3, 3], w1),
      floats('b1', [8], b1),
      floats('w2', [8, 8, 3, 3], w2),
      floats('b2', [8], b2),
      floats('w3', [5, 8], w3),
      floats('b3', [5], b3),
    ],
    ...border,
  };
}

/** Symmetric codes of `bits` bits for each of `channels` rows, as an initializer, and their scales. */
function coded(name: string, dims: readonly number[], values: Float32Array, bits: number) {
  const rows = dims[0]!;
  const size = values.length / rows;
  const most = 2 ** (bits - 1) - 1;
  const scales = Float32Array.from({ length: rows }, (_, row) => {
    const part = values.subarray(row * size, (row + 1) * size);
    return part.reduce((a, b) => Math.max(a, Math.abs(b)), 0) / most;
  });
  const codes = Int8Array.from(values, (x, i) => Math.round(x / scales[Math.floor(i / size)]!));
  return [
    tensor(`${name}_quantized`, 'int8', dims, new Uint8Array(codes.buffer)),
    floats(`${name}_scale`, [rows], scales),
    tensor(`${name}_zero`, 'int8', [rows], new Uint8Array(rows)),
  ];
}

/** Scale and zero point of a value, as uint8. */
function parameters(name: string, scale: number, zeroPoint: number) {
  return [
    floats(`${name}_scale`, [], [scale]),
    tensor(`${name}_zero`, 'uint8', [], Uint8Array.of(zeroPoint)),
  ];
}

const weightOf = (name: string) =>
  node('DequantizeLinear', [`${name}_quantized`, `${name}_scale`, `${name}_zero`], [name], { axis: 0n });

const pair = (from: string, name: string, to: string) => [
  node('QuantizeLinear', [from, `${name}_scale`, `${name}_zero`], [`${name}_codes`]),
  node('DequantizeLinear', [`${name}_codes`, `${name}_scale`, `${name}_zero`], [to]),
];

export interface QuantizedNetOptions {
  /** As this package writes it: values keep their names behind DequantizeLinear, and Relu is gone. Else as other tools
   *  do: behind it they have names of their own. */
  readonly ours?: boolean;
  /** Bits of the second weight; 8 where nothing is said. */
  readonly bits?: number;
  /** Layers left in float, as a planner leaves them: between codes where their neighbours have codes. */
  readonly float?: readonly ('first' | 'second' | 'sum')[];
}

/** Conv, Relu, Conv and Add with codes of 8 bits; the rest in float. */
export function quantizedNet(options: QuantizedNetOptions = {}): ModelInput {
  const { ours = true, bits = 8, float = [] } = options;
  const { w1, b1, w2, b2, w3, b3 } = weights();
  // The first layer alone reads x, the pool alone reads the sum: with their neighbour in float they need no codes.
  const [x, w1Name] = float.includes('first') ? ['x', 'w1_float'] : ['xq', 'w1'];
  const relu = node('Relu', ['c'], [ours ? 'r_float' : 'r'], {}, { name: 'relu' });
  const first =
    ours && !float.includes('first')
      ? [conv('xq', 'w1', 'b1', 'r_float', PADS, 'first'), ...pair('r_float', 'r', 'r')]
      : [
          conv(x!, w1Name!, 'b1', 'c', PADS, 'first'),
          relu,
          ...pair(ours ? 'r_float' : 'r', 'r', ours ? 'r' : 'r_dq'),
        ];
  const r = ours ? 'r' : 'r_dq';
  const second = ours ? ['d_float', 'd', 's_float', 's'] : ['d', 'd_dq', 's', 's_dq'];
  const [d, dq, s, sq] = second as [string, string, string, string];
  return {
    nodes: [
      ...pair('x', 'x', 'xq'),
      weightOf('w1'),
      ...first,
      weightOf('w2'),
      conv(r, float.includes('second') ? 'w2_float' : 'w2', 'b2', d, PADS, 'second'),
      ...pair(d, 'd', dq),
      node('Add', [dq, r], [s], {}, { name: 'sum' }),
      ...pair(s, 's', sq),
      node('GlobalAveragePool', [float.includes('sum') ? s : sq], ['g'], {}, { name: 'pool' }),
      node('Flatten', ['g'], ['f'], {}, { name: 'flat' }),
      gemm('f', 'w3', 'b3', 'y', { transB: 1n }, 'last'),
    ],
    initializers: [
      ...coded('w1', [8, 3, 3, 3], w1, 8),
      ...coded('w2', [8, 8, 3, 3], w2, bits),
      ...parameters('x', 2 / 255, 128),
      ...parameters('r', 4 / 255, 0),
      ...parameters('d', 8 / 255, 128),
      ...parameters('s', 10 / 255, 120),
      floats('b1', [8], b1),
      floats('b2', [8], b2),
      floats('w3', [5, 8], w3),
      floats('b3', [5], b3),
      ...(float.includes('first') ? [floats('w1_float', [8, 3, 3, 3], w1)] : []),
      ...(float.includes('second') ? [floats('w2_float', [8, 8, 3, 3], w2)] : []),
    ],
    ...border,
  };
}

/** Seeded inputs, within what the codes of x cover. */
export function netSamples(count: number, items = 1) {
  const rng = new Rng(5);
  return Array.from({ length: count }, (_, i) => ({
    name: `sample ${i}`,
    feeds: {
      x: {
        dims: [items, 3, 12, 12],
        data: Float32Array.from({ length: items * 432 }, () => rng.float() * 1.98 - 0.99),
      },
    },
  }));
}
