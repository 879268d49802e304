// ConvTranspose as a convolution of more channels: kernels that the stride divides and others, pads, more outputs. Scales are powers
// of two, so that floats are exact, too: codes must be those of the nodes one by one.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QdqBuilder, type Quant } from '../../support/qdqBuilder.js';
import { Rng } from '../../support/rng.js';
import { type Case, codesOf, decisionOf, IMAGE, testCases } from './support.js';

const X: Quant = { dtype: 'uint8', scale: 2 ** -5, zeroPoint: 120 };
const Y: Quant = { dtype: 'uint8', scale: 2 ** -4, zeroPoint: 131 };
const CHANNELS = 3;

interface Shape {
  readonly kernel: readonly [number, number];
  readonly stride: number;
  /** Of the weight; default int8 with a scale a channel. */
  readonly weight?: Quant;
  readonly attributes?: Readonly<Record<string, string | bigint | readonly bigint[]>>;
  readonly hasBias?: boolean;
  readonly ends?: (b: QdqBuilder, y: string) => string;
}

const CHANNEL_SCALES: Quant = { dtype: 'int8', scale: [2 ** -7, 2 ** -6, 2 ** -8], axis: 1 };

function build(b: QdqBuilder, rng: Rng, shape: Shape): string {
  const { kernel, stride, weight = CHANNEL_SCALES, attributes = {}, hasBias = false, ends } = shape;
  const count = 4 * CHANNELS * kernel[0] * kernel[1];
  const signed = weight.dtype === 'int8' ? 0 : 127;
  const w = b.weight(
    weight,
    [4, CHANNELS, ...kernel],
    codesOf(rng, count).map((code) => code + signed),
  );
  const scales = typeof weight.scale === 'number' ? [weight.scale] : weight.scale;
  const at = { dtype: 'int32', scale: scales.map((each) => each * 2 ** -5), axis: 0 } as const;
  const biases = hasBias ? [b.weight(at, [CHANNELS], [4000, -3000, 77])] : [];
  const strides = [BigInt(stride), BigInt(stride)];
  const y = b.add('ConvTranspose', [b.both('x', X), w, ...biases], { strides, ...attributes } as never);
  return b.quantize(ends?.(b, y) ?? y, Y);
}

const shaped = (title: string, shape: Shape, runs: string): Case => ({
  title,
  build: (b, rng) => build(b, rng, shape),
  runs: `QuantizeLinear QLinearConv ${runs}`.trim(),
  exact: true,
});

const CASES: readonly Case[] = [
  shaped('2 x 2 by 2, a bias', { kernel: [2, 2], stride: 2, hasBias: true }, 'DepthToSpace'),
  shaped(
    '2 x 2 by 2, Relu',
    { kernel: [2, 2], stride: 2, ends: (b, y) => b.add('Relu', [y]) },
    'DepthToSpace',
  ),
  shaped(
    '4 x 4 by 2, pads',
    { kernel: [4, 4], stride: 2, hasBias: true, attributes: { pads: [1n, 1n, 1n, 1n] } },
    'DepthToSpace Slice',
  ),
  shaped(
    '3 x 3 by 2, pads, more outputs',
    { kernel: [3, 3], stride: 2, attributes: { pads: [1n, 1n, 1n, 1n], output_padding: [1n, 1n] } },
    'DepthToSpace Slice',
  ),
  shaped(
    '3 x 5 by 2, uneven pads',
    { kernel: [3, 5], stride: 2, attributes: { pads: [0n, 1n, 2n, 0n] } },
    'DepthToSpace Slice',
  ),
  shaped('1 x 2 by 3: taps of nothing', { kernel: [1, 2], stride: 3, hasBias: true }, 'DepthToSpace Slice'),
  shaped('3 x 3 by 1', { kernel: [3, 3], stride: 1, attributes: { auto_pad: 'VALID' } }, 'DepthToSpace'),
  shaped(
    'u8 weights under one scale, with a zero point',
    { kernel: [2, 4], stride: 2, weight: { dtype: 'uint8', scale: 2 ** -7, zeroPoint: 125 } },
    'DepthToSpace',
  ),
];

const FLOAT: readonly (readonly [string, RegExp, Shape, number?])[] = [
  ['groups', /it has groups/, { kernel: [2, 2], stride: 2, attributes: { group: 2n } }],
  ['dilations', /it is dilated/, { kernel: [2, 2], stride: 2, attributes: { dilations: [2n, 1n] } }],
  ['two strides', /its strides differ/, { kernel: [2, 2], stride: 2, attributes: { strides: [2n, 1n] } }],
  [
    'pads by the size',
    /follow from the size/,
    { kernel: [2, 2], stride: 2, attributes: { auto_pad: 'SAME_UPPER' } },
  ],
  [
    'more outputs than taps',
    /beyond its kernel/,
    { kernel: [2, 2], stride: 2, attributes: { output_padding: [1n, 1n] } },
  ],
  [
    'an old opset',
    /its opset is 10/,
    { kernel: [2, 2], stride: 2, weight: { dtype: 'int8', scale: 2 ** -7 } },
    10,
  ],
  [
    'zero points beside taps of nothing',
    /zero points/,
    { kernel: [3, 3], stride: 2, weight: { dtype: 'uint8', scale: 2 ** -7, zeroPoint: 125 } },
  ],
];

describe('fuseQuantized: ConvTranspose', () => {
  testCases(CASES);

  for (const [title, reason, shape, opset] of FLOAT) {
    it(`${title} -> float, with the reason`, async () => {
      const b = new QdqBuilder();
      const input = b.finish({ x: IMAGE }, build(b, new Rng(5), shape), opset, 'uint8');
      const decision = await decisionOf(input, 'ConvTranspose');
      assert.equal(decision.runs, 'float');
      assert.match(decision.reason!, reason);
    });
  }
});
