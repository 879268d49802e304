// What is no dense product of a model on codes, beside the same in float, and memory.copy: depthwise convolutions in GOPS with
// their share of the machine's limit, everything else in elements a second. Depthwise: kernels alone; the rest: operators in
// the executor, one node a session.

import { floats, model, node, tensor, value } from '../../tests/support/onnxBuilder.js';
import { RunContext } from '../../ts-host/context.js';
import { Executor, type HostTensor } from '../../ts-host/execute/executor.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { bytesSource } from '../../ts-host/io/source.js';
import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import {
  type ConvAxis,
  type ConvShape,
  tapsOf,
  writeConvShape,
} from '../../ts-host/wasm/kernels/execute/conv-shape.js';
import {
  depthwisePackedBytes,
  depthwisePixels,
  depthwiseScratchBytes,
  packDepthwise,
} from '../../ts-host/wasm/kernels/execute/depthwise.js';
import * as codes from '../../ts-host/wasm/kernels/execute/depthwise-int.js';
import { writeInts } from '../../ts-host/wasm/kernels/execute/ints.js';
import { type Subject, speed, time } from '../harness.js';
import { CODE_OPERATIONS, PEAK_ITERATIONS, peakLoop } from '../peak.js';
import type { Figure, SectionResult } from '../report.js';
import { engineOf } from './float-kernels.js';

const OPTIONS = { roundMs: 8, rounds: 11 } as const;
const NO_CLAMP = { kind: 0, p: Number.NEGATIVE_INFINITY, q: Number.POSITIVE_INFINITY };

const PLAIN = { unsigned: false, zeroPoint: 0, dots: false } as const;

interface Depthwise {
  readonly size: number;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
}

const DEPTHWISE: readonly Depthwise[] = [
  { size: 112, channels: 64, kernel: 3, stride: 1 },
  { size: 56, channels: 128, kernel: 3, stride: 1 },
  { size: 14, channels: 512, kernel: 3, stride: 1 },
  { size: 112, channels: 64, kernel: 3, stride: 2 },
  { size: 28, channels: 120, kernel: 5, stride: 1 },
];

function shapeOf({ size, channels, kernel, stride }: Depthwise): ConvShape {
  const pad = kernel >> 1;
  const outputs = Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const axis: ConvAxis = { extent: size, outputs, kernel, stride, dilation: 1, pad };
  const single: ConvAxis = { extent: 1, outputs: 1, kernel: 1, stride: 1, dilation: 1, pad: 0 };
  return { batch: 1, axes: [single, axis, axis], groups: channels, groupChannels: 1, groupOutputs: 1 };
}

const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => (i * 7919) >> 3);

function onCodes(engine: ExecutionEngine, shape: ConvShape, pixels: number, outputs: number): Subject {
  const { heap, kernels } = engine;
  const channels = shape.groups;
  const [block, ending] = [heap.alloc(128), heap.alloc(codes.DEPTHWISE_CODES_BYTES)];
  writeConvShape(engine, block, shape);
  const bias = heap.copyIn(new Int32Array(channels).fill(100));
  const multiplier = heap.copyIn(new Float32Array(channels).fill(0.001));
  const signed = { x: false, y: false };
  codes.writeDepthwiseCodes(engine, ending, { bias, multiplier, signed, range: [0, 255] });
  writeInts(engine, codes.zeroPointPlaces(ending).x, [128, 120]);
  const packed = heap.alloc(codes.depthwiseCodesPackedBytes(kernels, shape, false));
  codes.packDepthwiseCodes(kernels, shape, heap.copyIn(bytes(channels * tapsOf(shape))), packed, PLAIN);
  const x = heap.copyIn(bytes(pixels * channels));
  const out = heap.alloc(outputs * channels);
  const scratch = heap.alloc(codes.depthwiseCodesScratchBytes(kernels, shape));
  const at = { shape: block, codes: ending, x, packed, out, scratch };
  return {
    name: 'codes',
    run: () => {
      codes.depthwiseCodes(kernels, at, 0, outputs);
      return heap.bytes[out]!;
    },
  };
}

function inFloat(engine: ExecutionEngine, shape: ConvShape, pixels: number, outputs: number): Subject {
  const { heap } = engine;
  const operand = (count: number): number =>
    heap.copyIn(Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.4995));
  const packed = heap.alloc(depthwisePackedBytes(engine, shape));
  packDepthwise(engine, shape, operand(shape.groups * tapsOf(shape)), packed);
  const at = {
    x: operand(pixels * shape.groups),
    packed,
    out: heap.alloc(outputs * shape.groups * 4),
    bias: operand(shape.groups),
    addend: 0,
    scratch: heap.alloc(depthwiseScratchBytes(engine, shape)),
  };
  return {
    name: 'float',
    run: () => {
      depthwisePixels(engine, shape, at, NO_CLAMP, 0, outputs);
      return heap.bytes[at.out]!;
    },
  };
}

async function depthwise(work: Depthwise): Promise<Figure> {
  const engine = await engineOf('strict');
  const shape = shapeOf(work);
  const outputs = shape.axes[1].outputs ** 2;
  const pixels = work.size ** 2;
  const peak = (await peakLoop(false, 'codes'))!;
  const subjects = [
    onCodes(engine, shape, pixels, outputs),
    inFloat(engine, shape, pixels, outputs),
    { name: 'peak', run: () => peak(PEAK_ITERATIONS) & 1 },
  ];
  const [ours, floatTiming, limit] = await time(subjects, OPTIONS);
  const operations = 2 * outputs * work.channels * tapsOf(shape);
  const share = (speed(ours!, limit!) * operations) / (PEAK_ITERATIONS * CODE_OPERATIONS.strict);
  const { size, channels, kernel, stride } = work;
  return {
    name: `depthwise ${kernel} x ${kernel}${stride > 1 ? ` / ${stride}` : ''}, ${size}² x ${channels}`,
    value: operations / ours!.min / 1e6,
    unit: 'GOPS',
    note: `${(100 * share).toFixed(0)} % of the limit, ${speed(ours!, floatTiming!).toFixed(2)} x our float`,
  };
}

/** An operator on codes and what it stands for in float. */
interface Mapped {
  readonly name: string;
  readonly dims: readonly number[];
  readonly codes: readonly [
    opType: string,
    domain: string,
    inputs: readonly string[],
    attributes?: Attributes,
  ];
  readonly float?: readonly [opType: string, inputs: readonly string[], attributes?: Attributes];
  /** Of the inputs x, y of the codes; default uint8. */
  readonly input?: 'float32';
  readonly output?: 'float32';
}
type Attributes = NonNullable<Parameters<typeof node>[3]>;

const MS = 'com.microsoft';
const POOL: Attributes = { kernel_shape: [3n, 3n], strides: [2n, 2n], pads: [1n, 1n, 1n, 1n] };
const FIELD = [1, 256, 56, 56] as const;
const UNARY = ['x', 's', 'z', 't', 'z'] as const;

const MAPPED: readonly Mapped[] = [
  {
    name: 'add',
    dims: FIELD,
    codes: ['QLinearAdd', MS, ['x', 's', 'z', 'y', 's', 'z', 't', 'z']],
    float: ['Add', ['x', 'y']],
  },
  {
    name: 'mul',
    dims: FIELD,
    codes: ['QLinearMul', MS, ['x', 's', 'z', 'y', 's', 'z', 't', 'z']],
    float: ['Mul', ['x', 'y']],
  },
  {
    name: 'mul by a channel',
    dims: FIELD,
    codes: ['QLinearMul', MS, ['x', 's', 'z', 'c', 's', 'z', 't', 'z']],
    float: ['Mul', ['x', 'd']],
  },
  {
    name: 'add a number',
    dims: FIELD,
    codes: ['QLinearAdd', MS, ['x', 's', 'z', 'z', 's', 'z', 't', 'z']],
    float: ['Add', ['x', 's']],
  },
  { name: 'sigmoid', dims: FIELD, codes: ['QLinearSigmoid', MS, UNARY], float: ['Sigmoid', ['x']] },
  {
    name: 'hard swish',
    dims: FIELD,
    codes: ['CodeLookup', 'octavo', ['x', 'table']],
    float: ['HardSwish', ['x']],
  },
  {
    name: 'concat, two scales',
    dims: FIELD,
    codes: ['QLinearConcat', MS, ['s', 'z', 'x', 's', 'z', 'y', 't', 'z'], { axis: 1n }],
    float: ['Concat', ['x', 'y'], { axis: 1n }],
  },
  {
    name: 'max pool 3 x 3 / 2',
    dims: FIELD,
    codes: ['MaxPool', '', ['x'], POOL],
    float: ['MaxPool', ['x'], POOL],
  },
  {
    name: 'average pool 3 x 3 / 2',
    dims: FIELD,
    codes: ['QLinearAveragePool', MS, UNARY, POOL],
    float: ['AveragePool', ['x'], POOL],
  },
  {
    name: 'global average pool',
    dims: FIELD,
    codes: ['QLinearGlobalAveragePool', MS, UNARY],
    float: ['GlobalAveragePool', ['x']],
  },
  {
    name: 'softmax',
    dims: [3136, 256],
    codes: ['QLinearSoftmax', MS, UNARY, { axis: 1n, opset: 13n }],
    float: ['Softmax', ['x'], { axis: 1n }],
  },
  { name: 'quantize', dims: FIELD, codes: ['QuantizeLinear', '', ['x', 's', 'z']], input: 'float32' },
  { name: 'dequantize', dims: FIELD, codes: ['DequantizeLinear', '', ['x', 's', 'z']], output: 'float32' },
  { name: 'dynamic quantize', dims: FIELD, codes: ['DynamicQuantizeLinear', '', ['x']], input: 'float32' },
];

async function executorOf(
  engine: ExecutionEngine,
  { dims, codes: onCodesNode, float, ...types }: Mapped,
  kind: 'codes' | 'float',
) {
  const [opType, domain, inputs, attributes] =
    kind === 'codes' ? onCodesNode : ([float![0], '', float![1], float![2]] as const);
  const element = kind === 'codes' ? 'uint8' : 'float32';
  const made = model({
    opset: 14,
    domains: { [MS]: 1, octavo: 1 },
    inputs: [value('x', dims, types.input ?? element), value('y', dims, element)],
    outputs: [value('out', undefined, types.output ?? element)],
    initializers: [
      floats('s', [1], [0.03]),
      floats('t', [1], [0.05]),
      tensor('z', 'uint8', [1], Uint8Array.of(120)),
      tensor('table', 'uint8', [256], bytes(256)),
      tensor('c', 'uint8', [dims[1]!, 1, 1], bytes(dims[1]!)),
      floats('d', [dims[1]!, 1, 1], bytes(dims[1]!)),
    ],
    nodes: [node(opType, inputs, ['out'], attributes, { domain })],
  });
  const context = new RunContext();
  return Executor.create(await readOnnx(bytesSource(made), {}, context), engine, {}, context);
}

/** Milliseconds of a run's nodes, but for changes of layout at the borders of the model. */
async function nodeTime(executor: Executor, feeds: ReadonlyMap<string, HostTensor>): Promise<number> {
  let sum = 0;
  await executor.run(feeds, new RunContext(), {
    onNode: ({ opType, milliseconds }) => {
      if (opType !== 'Transpose') sum += milliseconds;
    },
  });
  return sum;
}

const ROUNDS = 24;

async function operator(mapped: Mapped): Promise<Figure> {
  const engine = await engineOf('strict');
  const kinds = mapped.float === undefined ? (['codes'] as const) : (['codes', 'float'] as const);
  const count = mapped.dims.reduce((a, b) => a * b, 1);
  const subjects = [];
  for (const kind of kinds) {
    const dtype = kind === 'codes' ? (mapped.input ?? 'uint8') : 'float32';
    const source = bytes(count);
    const data = dtype === 'uint8' ? source : Float32Array.from(source, (byte) => byte / 32 - 4);
    const other = kind === 'codes' ? source : data;
    const tensors: [string, HostTensor][] = [
      ['x', { dtype, dims: mapped.dims, data }],
      ['y', { dtype: kind === 'codes' ? 'uint8' : 'float32', dims: mapped.dims, data: other }],
    ];
    subjects.push({
      executor: await executorOf(engine, mapped, kind),
      feeds: new Map(tensors),
      best: Number.POSITIVE_INFINITY,
    });
  }
  const copies = new Uint8Array(2 * count);
  let copy = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    for (const subject of subjects)
      subject.best = Math.min(subject.best, await nodeTime(subject.executor, subject.feeds));
    const start = performance.now();
    copies.copyWithin(0, count);
    copy = Math.min(copy, performance.now() - start);
  }
  for (const { executor } of subjects) executor.dispose();
  const [ours, float] = subjects;
  const ratio = float === undefined ? '' : `, ${(float.best / ours!.best).toFixed(2)} x our float`;
  return {
    name: `${mapped.name}, ${mapped.dims.join(' x ')}`,
    value: count / ours!.best / 1e6,
    unit: 'Gel/s',
    note: `${((100 * copy) / ours!.best).toFixed(0)} % of memory.copy of as many bytes${ratio}`,
  };
}

export async function int8Spatial(): Promise<SectionResult> {
  const figures: Figure[] = [];
  for (const work of DEPTHWISE) figures.push(await depthwise(work));
  for (const mapped of MAPPED) figures.push(await operator(mapped));
  return { section: 'int8-spatial', figures };
}
