// Small models, one for each change of the standard, with what each must become. The unit test compares the graphs,
// the integration test the outputs in onnxruntime.

import type { Graph } from '../../ts-host/ir/model.js';
import { graph, type node as makeNode, node, tensor } from './literals.js';

export interface RaiseCase {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly graph: Graph;
  /** The nodes afterwards, as `show` prints them. */
  readonly after: readonly string[];
  /** Values for inputs that random ones in [-2, 2) do not suit. */
  readonly feeds?: Readonly<Record<string, readonly number[]>>;
  /** Why onnxruntime cannot run the old model. */
  readonly notRun?: string;
}

type Nodes = readonly ReturnType<typeof makeNode>[];

/** A graph over `x` alone, which makes `y`. */
const over = (x: string, ...nodes: Nodes): Graph => graph({ inputs: [`x: ${x}`], outputs: ['y'], nodes });

const ints = (...values: number[]): readonly bigint[] => values.map(BigInt);

const CLIP: readonly RaiseCase[] = [
  {
    title: 'Clip 11, both bounds -> inputs of the element type',
    from: 7,
    to: 11,
    graph: over('float32[2,3]', node('Clip', ['x'], ['y'], { min: -0.5, max: 1.25 })),
    after: ['y = Clip(x, float32[]{-0.5}, float32[]{1.25})'],
  },
  {
    title: 'Clip 11, upper bound alone -> lower input absent',
    from: 7,
    to: 13,
    graph: over('float32[3]', node('Clip', ['x'], ['y'], { max: 0.5 })),
    after: ['y = Clip(x, , float32[]{0.5})'],
  },
  {
    title: 'Clip 11, no bounds -> no inputs',
    from: 10,
    to: 11,
    graph: over('float32[3]', node('Clip', ['x'], ['y'])),
    after: ['y = Clip(x)'],
  },
  {
    title: 'Clip 11 on double, no bounds -> the old default bounds, which are those of float',
    from: 10,
    to: 11,
    graph: over('float64[2]', node('Clip', ['x'], ['y'])),
    after: ['y = Clip(x, float64[]{-3.4028234663852886e+38}, float64[]{3.4028234663852886e+38})'],
    notRun: 'old Clip takes float alone',
  },
  {
    title: 'Clip 11 on float16 -> bounds rounded to nearest even',
    from: 10,
    to: 11,
    graph: over('float16[2]', node('Clip', ['x'], ['y'], { min: -1.0004882812, max: 6 })),
    after: ['y = Clip(x, float16[]{0xbc00}, float16[]{0x4600})'],
    notRun: 'old Clip takes float alone',
  },
  {
    title: 'Clip 11 behind operators that keep the type -> the type is found',
    from: 7,
    to: 11,
    graph: over(
      'float32[2,3]',
      node('Relu', ['x'], ['a']),
      node('Neg', ['a'], ['b']),
      node('Clip', ['b'], ['y'], { min: -1 }),
    ),
    after: ['a = Relu(x)', 'b = Neg(a)', 'y = Clip(b, float32[]{-1})'],
  },
  {
    title: 'Clip 11 twice with equal bounds -> one constant each',
    from: 7,
    to: 11,
    graph: over(
      'float32[4]',
      node('Clip', ['x'], ['a'], { min: 0, max: 6 }),
      node('Clip', ['a'], ['y'], { min: 0, max: 6 }),
    ),
    after: ['a = Clip(x, float32[]{0}, float32[]{6})', 'y = Clip(a, float32[]{0}, float32[]{6})'],
  },
];

const MOVED: readonly RaiseCase[] = [
  {
    title: 'Pad 11, value 0 -> pads alone',
    from: 7,
    to: 11,
    graph: over('float32[2,3]', node('Pad', ['x'], ['y'], { pads: ints(0, 1, 0, 2) })),
    after: ['y = Pad(x, int64[4]{0,1,0,2})'],
  },
  {
    title: 'Pad 11, another value -> an input of the element type',
    from: 7,
    to: 18,
    graph: over('float32[2,3]', node('Pad', ['x'], ['y'], { pads: ints(1, 0, 0, -1), value: 1.5 })),
    after: ['y = Pad(x, int64[4]{1,0,0,-1}, float32[]{1.5})'],
  },
  {
    title: 'Pad 11, mode reflect with a value -> the value, never read, is gone',
    from: 7,
    to: 11,
    graph: over(
      'float32[2,3]',
      node('Pad', ['x'], ['y'], { mode: 'reflect', pads: ints(0, 2, 0, 1), value: 1.5 }),
    ),
    after: ['y = Pad<mode=reflect>(x, int64[4]{0,2,0,1})'],
  },
  {
    title: 'Slice 10 with axes -> four inputs',
    from: 7,
    to: 10,
    graph: over(
      'float32[4,5]',
      node('Slice', ['x'], ['y'], { axes: ints(1, 0), starts: ints(1, -3), ends: ints(2147483647, -1) }),
    ),
    after: ['y = Slice(x, int64[2]{1,-3}, int64[2]{2147483647,-1}, int64[2]{1,0})'],
  },
  {
    title: 'Slice 10 without axes -> three inputs',
    from: 9,
    to: 13,
    graph: over('float32[4,5]', node('Slice', ['x'], ['y'], { starts: ints(1), ends: ints(3) })),
    after: ['y = Slice(x, int64[1]{1}, int64[1]{3})'],
  },
  {
    title: 'TopK 10 and 11 -> K is an input, largest and sorted by default',
    from: 7,
    to: 11,
    graph: graph({
      inputs: ['x: float32[3,5]'],
      outputs: ['y', 'i'],
      nodes: [node('TopK', ['x'], ['y', 'i'], { k: 2n, axis: 0n })],
    }),
    after: ['y, i = TopK<axis=0>(x, int64[1]{2})'],
  },
  {
    title: 'Squeeze 13 -> axes are an input',
    from: 11,
    to: 13,
    graph: over('float32[1,3,1]', node('Squeeze', ['x'], ['y'], { axes: ints(-1) })),
    after: ['y = Squeeze(x, int64[1]{-1})'],
  },
  {
    title: 'Squeeze 13 without axes -> unchanged',
    from: 11,
    to: 13,
    graph: over('float32[1,3,1]', node('Squeeze', ['x'], ['y'])),
    after: ['y = Squeeze(x)'],
  },
  {
    title: 'Unsqueeze 13 -> axes are an input',
    from: 7,
    to: 13,
    graph: over('float32[3]', node('Unsqueeze', ['x'], ['y'], { axes: ints(0, 2) })),
    after: ['y = Unsqueeze(x, int64[2]{0,2})'],
  },
  {
    title: 'ReduceSum 13 -> axes are an input',
    from: 7,
    to: 18,
    graph: over('float32[2,3,4]', node('ReduceSum', ['x'], ['y'], { axes: ints(1, 2), keepdims: 0n })),
    after: ['y = ReduceSum<keepdims=0>(x, int64[2]{1,2})'],
  },
  ...[
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSum',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
    'ReduceSumSquare',
  ].map(
    (opType): RaiseCase => ({
      title: `${opType} 18 -> axes are an input`,
      from: 13,
      to: 18,
      graph: over('float32[2,3,4]', node('Abs', ['x'], ['a']), node(opType, ['a'], ['y'], { axes: ints(1) })),
      after: ['a = Abs(x)', `y = ${opType}(a, int64[1]{1})`],
    }),
  ),
  {
    title: 'ReduceMean 18 without axes -> unchanged',
    from: 7,
    to: 18,
    graph: over('float32[2,3]', node('ReduceMean', ['x'], ['y'], { keepdims: 0n })),
    after: ['y = ReduceMean<keepdims=0>(x)'],
  },
  {
    title: 'DFT 20 without axis -> the old default 1',
    from: 17,
    to: 20,
    graph: over('float32[2,4,3,1]', node('DFT', ['x'], ['y'])),
    after: ['y = DFT(x, , int64[]{1})'],
  },
];

const SPLITS: readonly RaiseCase[] = [
  {
    title: 'Split 13 with lengths -> an input, also in 18',
    from: 11,
    to: 18,
    graph: graph({
      inputs: ['x: float32[2,5]'],
      outputs: ['a', 'b'],
      nodes: [node('Split', ['x'], ['a', 'b'], { axis: 1n, split: ints(2, 3) })],
    }),
    after: ['a, b = Split<axis=1>(x, int64[2]{2,3})'],
  },
  {
    title: 'Split 18 without lengths -> the number of outputs',
    from: 7,
    to: 18,
    graph: graph({
      inputs: ['x: float32[6]'],
      outputs: ['a', 'b', 'c'],
      nodes: [node('Split', ['x'], ['a', 'b', 'c'])],
    }),
    after: ['a, b, c = Split<num_outputs=3>(x)'],
  },
];

const SOFTMAXES: readonly RaiseCase[] = [
  ...['Softmax', 'LogSoftmax', 'Hardmax'].map(
    (opType): RaiseCase => ({
      title: `${opType} 13 by default over the last of two axes -> axis -1`,
      from: 7,
      to: 13,
      graph: over('float32[2,5]', node(opType, ['x'], ['y'])),
      after: [`y = ${opType}<axis=-1>(x)`],
    }),
  ),
  {
    title: 'Softmax 13, axes behind have length 1 -> the one axis',
    from: 7,
    to: 13,
    graph: over('float32[2,5,1,1]', node('Softmax', ['x'], ['y'], { axis: 1n })),
    after: ['y = Softmax<axis=1>(x)'],
  },
  {
    title: 'Softmax 13 behind a global pool -> the one axis',
    from: 7,
    to: 13,
    graph: over('float32[2,5,3,3]', node('GlobalAveragePool', ['x'], ['a']), node('Softmax', ['a'], ['y'])),
    after: ['a = GlobalAveragePool(x)', 'y = Softmax<axis=1>(a)'],
  },
  {
    title: 'Softmax 13 over the last axis of unknown rank -> unchanged',
    from: 11,
    to: 13,
    graph: over('float32', node('Softmax', ['x'], ['y'], { axis: -1n })),
    after: ['y = Softmax<axis=-1>(x)'],
    notRun: 'the feeds need dims',
  },
  ...['Softmax', 'LogSoftmax', 'Hardmax'].map(
    (opType): RaiseCase => ({
      title: `${opType} 13 over several axes -> flattened and shaped back`,
      from: 7,
      to: 13,
      graph: over('float32[2,3,4]', node(opType, ['x'], ['y'])),
      after: [
        'y_Shape = Shape(x)',
        'y_Flatten = Flatten<axis=1>(x)',
        `y_flat = ${opType}<axis=-1>(y_Flatten)`,
        'y = Reshape(y_flat, y_Shape)',
      ],
    }),
  ),
  {
    title: 'Softmax 13 over a negative axis that is not the last -> flattened and shaped back',
    from: 11,
    to: 13,
    graph: over('float32[2,3,4]', node('Softmax', ['x'], ['y'], { axis: -2n })),
    after: [
      'y_Shape = Shape(x)',
      'y_Flatten = Flatten<axis=-2>(x)',
      'y_flat = Softmax<axis=-1>(y_Flatten)',
      'y = Reshape(y_flat, y_Shape)',
    ],
  },
];

const statistics = (dims: readonly number[]) => {
  const count = dims.reduce((a, b) => a * b, 1);
  return ['s', 'b', 'm', 'v'].map((name, k) =>
    tensor(
      name,
      'float32',
      dims,
      Array.from({ length: count }, (_, i) => 0.5 + ((i * 7 + k * 3) % 5) / 4),
    ),
  );
};

const NORMALIZATIONS: readonly RaiseCase[] = [
  {
    title: 'BatchNormalization 9 and 14 for inference -> spatial gone',
    from: 7,
    to: 15,
    graph: graph({
      inputs: ['x: float32[2,3,4]'],
      outputs: ['y'],
      initializers: statistics([3]),
      nodes: [node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y'], { spatial: 1n, epsilon: 0.001 })],
    }),
    after: ['y = BatchNormalization<epsilon=0.001>(x, s, b, m, v)'],
  },
  {
    title: 'BatchNormalization 14 with an output that is not wanted -> one output',
    from: 9,
    to: 14,
    graph: graph({
      inputs: ['x: float32[2,3,4]'],
      outputs: ['y'],
      initializers: statistics([3]),
      nodes: [node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y', ''])],
    }),
    after: ['y = BatchNormalization(x, s, b, m, v)'],
    notRun: 'onnxruntime counts the absent output',
  },
  {
    title: 'BatchNormalization 9 of every element -> of a flat sample',
    from: 7,
    to: 9,
    graph: graph({
      inputs: ['x: float32[2,3,4]'],
      outputs: ['y'],
      initializers: statistics([3, 4]),
      nodes: [node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y'], { spatial: 0n })],
    }),
    after: [
      'y_Shape = Shape(x)',
      'y_Flatten = Flatten<axis=1>(x)',
      'y_Reshape = Reshape(s, int64[1]{-1})',
      'y_Reshape_1 = Reshape(b, int64[1]{-1})',
      'y_Reshape_2 = Reshape(m, int64[1]{-1})',
      'y_Reshape_3 = Reshape(v, int64[1]{-1})',
      'y_flat_1 = BatchNormalization(y_Flatten, y_Reshape, y_Reshape_1, y_Reshape_2, y_Reshape_3)',
      'y = Reshape(y_flat_1, y_Shape)',
    ],
  },
  {
    title: 'Dropout 12, mask not used -> a copy',
    from: 7,
    to: 13,
    graph: over('float32[3]', node('Dropout', ['x'], ['y', 'mask'], { ratio: 0.4 })),
    after: ['y = Dropout(x)'],
  },
  {
    title: 'GroupNormalization 21, channels known -> scale and bias repeated',
    from: 18,
    to: 21,
    graph: graph({
      inputs: ['x: float32[2,6,4]'],
      outputs: ['y'],
      initializers: statistics([3]).slice(0, 2),
      nodes: [node('GroupNormalization', ['x', 's', 'b'], ['y'], { num_groups: 3n })],
    }),
    after: [
      'y_Reshape = Reshape(s, int64[2]{-1,1})',
      'y_Expand = Expand(y_Reshape, int64[2]{1,2})',
      'y_Reshape_1 = Reshape(y_Expand, int64[1]{-1})',
      'y_Reshape_2 = Reshape(b, int64[2]{-1,1})',
      'y_Expand_1 = Expand(y_Reshape_2, int64[2]{1,2})',
      'y_Reshape_3 = Reshape(y_Expand_1, int64[1]{-1})',
      'y = GroupNormalization<num_groups=3>(x, y_Reshape_1, y_Reshape_3)',
    ],
  },
  {
    title: 'GroupNormalization 21, channels unknown -> repeats computed at run time',
    from: 18,
    to: 21,
    graph: graph({
      inputs: ['x: float32[2,6,4]'],
      outputs: ['y'],
      valueInfos: ['a: float32'],
      initializers: [...statistics([3]).slice(0, 2), tensor('p', 'int64', [3], [2, 6, 4])],
      nodes: [
        node('Reshape', ['x', 'p'], ['a']),
        node('GroupNormalization', ['a', 's', 'b'], ['y'], { num_groups: 3n }),
      ],
    }),
    after: [
      'a = Reshape(x, p)',
      'y_Shape = Shape<start=1,end=2>(a)',
      'y_Div = Div(y_Shape, int64[1]{3})',
      'y_Concat = Concat<axis=0>(int64[1]{1}, y_Div)',
      'y_Reshape = Reshape(s, int64[2]{-1,1})',
      'y_Expand = Expand(y_Reshape, y_Concat)',
      'y_Reshape_1 = Reshape(y_Expand, int64[1]{-1})',
      'y_Reshape_2 = Reshape(b, int64[2]{-1,1})',
      'y_Expand_1 = Expand(y_Reshape_2, y_Concat)',
      'y_Reshape_3 = Reshape(y_Expand_1, int64[1]{-1})',
      'y = GroupNormalization<num_groups=3>(a, y_Reshape_1, y_Reshape_3)',
    ],
  },
  {
    title: 'GroupNormalization 21 on float16 -> computed in float16 as before',
    from: 18,
    to: 21,
    graph: graph({
      inputs: ['x: float16[2,4,2]', 's: float16[2]', 'b: float16[2]'],
      outputs: ['y'],
      nodes: [node('GroupNormalization', ['x', 's', 'b'], ['y'], { num_groups: 2n })],
    }),
    after: [
      'y_Reshape = Reshape(s, int64[2]{-1,1})',
      'y_Expand = Expand(y_Reshape, int64[2]{1,2})',
      'y_Reshape_1 = Reshape(y_Expand, int64[1]{-1})',
      'y_Reshape_2 = Reshape(b, int64[2]{-1,1})',
      'y_Expand_1 = Expand(y_Reshape_2, int64[2]{1,2})',
      'y_Reshape_3 = Reshape(y_Expand_1, int64[1]{-1})',
      'y = GroupNormalization<num_groups=2,stash_type=10>(x, y_Reshape_1, y_Reshape_3)',
    ],
    notRun: 'float16 feeds',
  },
];

const OLD_COORDINATES = 'coordinate_transformation_mode=asymmetric';
const NO_ROI = 'float32[0]{}';

const resized = (title: string, mode: string, scales: readonly number[], rounding: string): RaiseCase => ({
  title,
  from: 10,
  to: 19,
  graph: graph({
    inputs: ['x: float32[1,1,4,6]'],
    outputs: ['y'],
    initializers: [tensor('s', 'float32', [4], scales)],
    nodes: [node('Resize', ['x', 's'], ['y'], { mode })],
  }),
  after: [`y = Resize<mode=${mode},${OLD_COORDINATES}${rounding}>(x, ${NO_ROI}, s)`],
});

const bothWays = (title: string, scales: readonly number[], asInput: boolean): RaiseCase => ({
  title,
  from: 10,
  to: 13,
  graph: graph({
    inputs: ['x: float32[1,1,4,6]', ...(asInput ? ['s: float32[4]'] : [])],
    outputs: ['y'],
    initializers: asInput ? [] : [tensor('s', 'float32', [4], scales)],
    nodes: [node('Resize', ['x', 's'], ['y'])],
  }),
  after: [
    'y_Max = Max(s, float32[1]{1})',
    'y_Min = Min(s, float32[1]{1})',
    `y_Resize = Resize<${OLD_COORDINATES},nearest_mode=floor>(x, ${NO_ROI}, y_Max)`,
    `y = Resize<${OLD_COORDINATES},nearest_mode=ceil>(y_Resize, ${NO_ROI}, y_Min)`,
  ],
  ...(asInput ? { feeds: { s: scales } } : {}),
});

const RESIZES: readonly RaiseCase[] = [
  {
    title: 'Upsample 9, 10 and 11 nearest -> Resize, pixel below',
    from: 7,
    to: 13,
    graph: over(
      'float32[1,2,3,2]',
      node('Upsample', ['x'], ['y'], { mode: 'nearest', scales: [1, 1, 2, 2.5] }),
    ),
    after: [
      `y = Resize<mode=nearest,${OLD_COORDINATES},nearest_mode=floor>(x, ${NO_ROI}, float32[4]{1,1,2,2.5})`,
    ],
  },
  {
    title: 'Upsample 9, 10 and 11 linear -> Resize',
    from: 7,
    to: 11,
    graph: over('float32[1,2,3,2]', node('Upsample', ['x'], ['y'], { mode: 'linear', scales: [1, 1, 2, 3] })),
    after: [`y = Resize<mode=linear,${OLD_COORDINATES}>(x, ${NO_ROI}, float32[4]{1,1,2,3})`],
  },
  {
    title: 'Upsample 10 -> Resize',
    from: 9,
    to: 10,
    graph: graph({
      inputs: ['x: float32[1,1,2,3]'],
      outputs: ['y'],
      initializers: [tensor('s', 'float32', [4], [1, 1, 2, 2])],
      nodes: [node('Upsample', ['x', 's'], ['y'])],
    }),
    after: ['y = Resize(x, s)'],
  },
  resized('Resize 11 nearest, enlarging -> pixel below', 'nearest', [1, 1, 1.5, 2], ',nearest_mode=floor'),
  resized('Resize 11 nearest, shrinking -> pixel above', 'nearest', [1, 1, 0.6, 0.5], ',nearest_mode=ceil'),
  resized('Resize 11 linear -> old coordinates', 'linear', [1, 1, 1.5, 0.6], ''),
  bothWays('Resize 11 nearest, enlarging one axis and shrinking another -> two', [1, 1, 2.5, 0.4], false),
  bothWays('Resize 11 nearest, scales known at run time -> two', [1, 1, 0.7, 1.6], true),
  {
    title: 'Resize 13 by sizes -> empty scales absent',
    from: 11,
    to: 13,
    graph: graph({
      inputs: ['x: float32[1,1,2,3]'],
      outputs: ['y'],
      initializers: [
        tensor('r', 'float32', [0], []),
        tensor('e', 'float32', [0], []),
        tensor('z', 'int64', [4], [1, 1, 4, 5]),
      ],
      nodes: [node('Resize', ['x', 'r', 'e', 'z'], ['y'], { mode: 'linear' })],
    }),
    after: ['y = Resize<mode=linear>(x, r, , z)'],
  },
];

const WINDOWS: readonly RaiseCase[] = [
  {
    title: 'MaxPool 22 rounding up, windows too large to start in the padding -> unchanged',
    from: 10,
    to: 22,
    graph: over(
      'float32[1,1,6,6]',
      node('MaxPool', ['x'], ['y'], {
        kernel_shape: ints(3, 3),
        strides: ints(2, 2),
        pads: ints(1, 1, 1, 1),
        ceil_mode: 1n,
      }),
    ),
    after: ['y = MaxPool<kernel_shape=3,3,strides=2,2,pads=1,1,1,1,ceil_mode=1>(x)'],
  },
  {
    title: 'AveragePool 19 and 22 counting pads, windows fit -> unchanged',
    from: 10,
    to: 22,
    graph: over(
      'float32[1,1,5,5]',
      node('AveragePool', ['x'], ['y'], {
        kernel_shape: ints(3, 3),
        strides: ints(2, 2),
        pads: ints(1, 1, 1, 1),
        ceil_mode: 1n,
        count_include_pad: 1n,
      }),
    ),
    after: ['y = AveragePool<kernel_shape=3,3,strides=2,2,pads=1,1,1,1,ceil_mode=1,count_include_pad=1>(x)'],
  },
  {
    title: 'ConvTranspose 11, even automatic padding -> unchanged',
    from: 10,
    to: 13,
    graph: graph({
      inputs: ['x: float32[1,1,3,3]'],
      outputs: ['y'],
      initializers: [
        tensor(
          'w',
          'float32',
          [1, 1, 4, 4],
          Array.from({ length: 16 }, (_, i) => (i % 5) - 2),
        ),
      ],
      nodes: [node('ConvTranspose', ['x', 'w'], ['y'], { auto_pad: 'SAME_UPPER', strides: ints(2, 2) })],
    }),
    after: ['y = ConvTranspose<auto_pad=SAME_UPPER,strides=2,2>(x, w)'],
  },
];

const OTHERS: readonly RaiseCase[] = [
  ...(
    [
      ['bilinear', 'linear'],
      ['bicubic', 'cubic'],
      ['nearest', 'nearest'],
    ] as const
  ).map(
    ([old, now]): RaiseCase => ({
      title: `GridSample 20, ${old} -> ${now}`,
      from: 16,
      to: 20,
      graph: graph({
        inputs: ['x: float32[1,2,4,4]', 'g: float32[1,3,3,2]'],
        outputs: ['y'],
        nodes: [node('GridSample', ['x', 'g'], ['y'], { mode: old })],
      }),
      after: [`y = GridSample<mode=${now}>(x, g)`],
    }),
  ),
  {
    title: 'RoiAlign 16 -> without the new half pixel shift',
    from: 10,
    to: 16,
    graph: graph({
      inputs: ['x: float32[1,1,6,6]', 'r: float32[1,4]', 'b: int64[1]'],
      outputs: ['y'],
      nodes: [node('RoiAlign', ['x', 'r', 'b'], ['y'], { output_height: 2n, output_width: 2n })],
    }),
    after: [
      'y = RoiAlign<output_height=2,output_width=2,coordinate_transformation_mode=output_half_pixel>(x, r, b)',
    ],
    feeds: { r: [0.5, 1, 4, 5], b: [0] },
  },
  {
    title: 'Scatter 11 -> ScatterElements',
    from: 9,
    to: 13,
    graph: graph({
      inputs: ['x: float32[2,3]', 'i: int64[1,2]', 'u: float32[1,2]'],
      outputs: ['y'],
      nodes: [node('Scatter', ['x', 'i', 'u'], ['y'], { axis: 1n })],
    }),
    after: ['y = ScatterElements<axis=1>(x, i, u)'],
    feeds: { i: [2, 0] },
  },
  {
    title: 'operators that never broke -> the same nodes',
    from: 7,
    to: 25,
    graph: over(
      'float32[2,3]',
      node('Relu', ['x'], ['a']),
      node('Transpose', ['a'], ['b'], { perm: ints(1, 0) }),
      node('MatMul', ['x', 'b'], ['c']),
      node('Concat', ['c', 'c'], ['d'], { axis: 1n }),
      node('Gemm', ['d', 'd', 'c'], ['e'], { transB: 1n }),
      node('Sigmoid', ['e'], ['y']),
    ),
    after: [
      'a = Relu(x)',
      'b = Transpose<perm=1,0>(a)',
      'c = MatMul(x, b)',
      'd = Concat<axis=1>(c, c)',
      'e = Gemm<transB=1>(d, d, c)',
      'y = Sigmoid(e)',
    ],
  },
];

export const RAISE_CASES: readonly RaiseCase[] = [
  ...CLIP,
  ...MOVED,
  ...SPLITS,
  ...SOFTMAXES,
  ...NORMALIZATIONS,
  ...RESIZES,
  ...WINDOWS,
  ...OTHERS,
];
