// Single operators of common models as ONNX files, float and with codes, for any engine. Convolutions come as a chain of the
// same one, so that the channels that engines move at the border are a small part of the time.

import { conv, floats, matMul, model, node, tensor, value } from '../../tests/support/onnxBuilder.js';
import { randomValues } from '../nets/net.js';

export interface OperatorShape {
  readonly title: string;
  readonly kind: 'gemm' | 'conv' | 'depthwise';
  readonly multiplyAdds: number;
  readonly dims: readonly number[];
  readonly float: Uint8Array;
  /** uint8 values, int8 weights: QLinearConv with a scale a channel, QLinearMatMul. */
  readonly codes: Uint8Array;
}

const CHAIN = 6;
const ZERO_POINT = 128;

/** Codes of weights, their scales and what goes with them. */
function coded(name: string, dims: readonly number[], scales: number) {
  const values = randomValues(
    dims.reduce((a, b) => a * b, 1),
    127,
    dims[0]!,
  );
  return [
    tensor(name, 'int8', dims, new Uint8Array(Int8Array.from(values).buffer)),
    floats(`${name}_s`, scales === 1 ? [] : [scales], new Float32Array(scales).fill(1 / 512)),
    tensor(`${name}_z`, 'int8', scales === 1 ? [] : [scales], new Uint8Array(scales)),
  ];
}

const parameters = [floats('s', [], [1 / 64]), tensor('z', 'uint8', [], Uint8Array.of(ZERO_POINT))];

function gemm(m: number, k: number, n: number): OperatorShape {
  const [dims, made] = [
    [m, k],
    [m, n],
  ];
  return {
    title: `GEMM ${m} x ${k} x ${n}`,
    kind: 'gemm',
    multiplyAdds: m * k * n,
    dims: dims!,
    float: model({
      nodes: [matMul('x', 'w', 'y')],
      initializers: [floats('w', [k, n], randomValues(k * n, 1 / Math.sqrt(k), 1))],
      inputs: [value('x', dims)],
      outputs: [value('y', made)],
    }),
    codes: model({
      nodes: [node('QLinearMatMul', ['x', 's', 'z', 'w', 'w_s', 'w_z', 's', 'z'], ['y'])],
      initializers: [...coded('w', [k, n], 1), ...parameters],
      inputs: [value('x', dims, 'uint8')],
      outputs: [value('y', made, 'uint8')],
    }),
  };
}

interface ChainLink {
  readonly dims: readonly number[];
  readonly attributes: Readonly<Record<string, bigint | bigint[]>>;
}

/** Convolutions one after the other, each of the next link. */
function chain(
  title: string,
  kind: 'conv' | 'depthwise',
  size: number,
  links: readonly ChainLink[],
): OperatorShape {
  const [groups, depth] = [Number(links[0]!.attributes.group), links[0]!.dims[1]!];
  const inputs = groups * depth;
  const all = Array.from({ length: CHAIN }, (_, i) => links[i % links.length]!);
  const dims = [1, inputs, size, size];
  const nameOf = (i: number): string => (i === 0 ? 'x' : `v${i}`);
  const weightName = (i: number): string => `w${i % links.length}`;
  const output = value(nameOf(CHAIN), [1, all.at(-1)!.dims[0]!, size, size]);
  const work = all.reduce((sum, link) => sum + link.dims.reduce((a, b) => a * b, 1), 0);
  return {
    title,
    kind,
    multiplyAdds: size * size * work,
    dims,
    float: model({
      nodes: all.map(({ attributes }, i) =>
        conv(nameOf(i), weightName(i), undefined, nameOf(i + 1), attributes),
      ),
      initializers: links.map((link, i) => {
        const [count, fan] = [
          link.dims.reduce((a, b) => a * b, 1),
          link.dims.slice(1).reduce((a, b) => a * b, 1),
        ];
        return floats(weightName(i), link.dims, randomValues(count, Math.sqrt(3 / fan), 1));
      }),
      inputs: [value('x', dims)],
      outputs: [output],
    }),
    codes: model({
      nodes: all.map(({ attributes }, i) => {
        const w = weightName(i);
        const names = [nameOf(i), 's', 'z', w, `${w}_s`, `${w}_z`, 's', 'z'];
        return node('QLinearConv', names, [nameOf(i + 1)], attributes);
      }),
      initializers: [
        ...links.flatMap((link, i) => coded(weightName(i), link.dims, link.dims[0]!)),
        ...parameters,
      ],
      inputs: [value('x', dims, 'uint8')],
      outputs: [value(nameOf(CHAIN), [1, all.at(-1)!.dims[0]!, size, size], 'uint8')],
    }),
  };
}

const window = (kernel: number, group: number) => ({
  kernel_shape: [BigInt(kernel), BigInt(kernel)],
  pads: Array.from({ length: 4 }, () => BigInt(kernel >> 1)),
  group: BigInt(group),
});

const square = (size: number, channels: number, kernel: number): OperatorShape =>
  chain(`conv ${kernel}x${kernel}, ${size}² x ${channels}`, 'conv', size, [
    { dims: [channels, channels, kernel, kernel], attributes: window(kernel, 1) },
  ]);

/** To more channels and back, in turn. */
const bottleneck = (size: number, few: number, many: number): OperatorShape =>
  chain(`conv 1x1, ${size}² x ${few} to ${many} and back`, 'conv', size, [
    { dims: [many, few, 1, 1], attributes: window(1, 1) },
    { dims: [few, many, 1, 1], attributes: window(1, 1) },
  ]);

const depthwise = (size: number, channels: number): OperatorShape =>
  chain(`depthwise 3x3, ${size}² x ${channels}`, 'depthwise', size, [
    { dims: [channels, 1, 3, 3], attributes: window(3, channels) },
  ]);

/** Made one at a time. */
export function* operatorShapes(): Generator<OperatorShape> {
  yield gemm(512, 512, 512);
  yield gemm(3136, 64, 64);
  yield gemm(196, 256, 512);
  yield gemm(49, 512, 1024);
  yield bottleneck(56, 64, 256);
  yield bottleneck(14, 256, 1024);
  yield square(28, 256, 1);
  yield square(14, 512, 1);
  yield square(56, 64, 3);
  yield square(14, 256, 3);
  yield depthwise(112, 64);
  yield depthwise(56, 128);
  yield depthwise(14, 512);
}
