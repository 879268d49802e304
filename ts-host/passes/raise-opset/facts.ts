// What is known of values without running anything: element type and dims from the file's declarations, carried
// forward through operators whose outputs follow plainly from their inputs. Unknown stays unknown.

import type { DType } from '../../ir/dtype.js';
import type { Graph, Node, ValueInfo } from '../../ir/model.js';
import { intOf, intsOf } from './attributes.js';

/** A dim is null where only the rank is known. */
export interface Facts {
  readonly dtype?: DType | undefined;
  readonly dims?: readonly (number | null)[] | undefined;
}

const NOTHING: Facts = {};

/** Elements of small integer constants, by name: what Slice is asked to take. */
export type Numbers = ReadonlyMap<string, readonly number[]>;

/** The facts of one graph, which sees those of the graphs around it. */
export class GraphFacts {
  readonly #own = new Map<string, Facts>();
  readonly #parent: GraphFacts | undefined;
  readonly #numbers: Numbers;

  constructor(graph: Graph, parent?: GraphFacts, numbers: Numbers = new Map()) {
    this.#parent = parent;
    this.#numbers = numbers;
    for (const infos of [graph.valueInfos, graph.outputs, graph.inputs]) {
      for (const info of infos) this.#learn(info.name, declared(info));
    }
    for (const [name, { dtype, dims }] of graph.initializers) this.#own.set(name, { dtype, dims });
    for (const node of graph.nodes) this.#follow(node);
  }

  of(name: string): Facts {
    return this.#own.get(name) ?? this.#parent?.of(name) ?? NOTHING;
  }

  #learn(name: string, facts: Facts): void {
    const { dtype, dims } = this.#own.get(name) ?? NOTHING;
    this.#own.set(name, { dtype: dtype ?? facts.dtype, dims: dims ?? facts.dims });
  }

  #follow(node: Node): void {
    const inputs = node.inputs.map((name) => (name === '' ? NOTHING : this.of(name)));
    const isStandard = node.domain === '' || node.domain === 'ai.onnx';
    const results = isStandard ? factsAfter(node, inputs, this.#numbers) : [];
    for (const [index, name] of node.outputs.entries()) {
      if (name !== '') this.#learn(name, results[index] ?? NOTHING);
    }
  }
}

function declared({ dtype, dims }: ValueInfo): Facts {
  return { dtype, dims: dims?.map((dim) => (typeof dim === 'number' ? dim : null)) };
}

type Derivation = (node: Node, inputs: readonly Facts[], numbers: Numbers) => readonly Facts[];

const first = (inputs: readonly Facts[]): Facts => inputs[0] ?? NOTHING;
const unknownDims = (rank: number | undefined) =>
  rank === undefined || rank < 0 ? undefined : Array.from({ length: rank }, () => null);

/** As the first input. */
const same: Derivation = (_, inputs) => [first(inputs)];
/** Type and rank of the first input. */
const sameRank: Derivation = (node, inputs) => {
  const { dtype, dims } = first(inputs);
  return node.outputs.map(() => ({ dtype, dims: unknownDims(dims?.length) }));
};
/** Type of the first input. */
const sameType: Derivation = (node, inputs) => node.outputs.map(() => ({ dtype: first(inputs).dtype }));

const matrix: Derivation = (_, inputs) => [{ dtype: first(inputs).dtype, dims: [null, null] }];

const squeeze: Derivation = (node, inputs, numbers) => {
  const { dtype, dims } = first(inputs);
  const axes = intsOf(node, 'axes') ?? numbers.get(node.inputs[1] ?? '');
  const rank = dims === undefined || axes === undefined ? undefined : dims.length - axes.length;
  return [{ dtype, dims: unknownDims(rank) }];
};

const broadcast: Derivation = (_, inputs) => [
  { dtype: inputs.find((each) => each.dtype !== undefined)?.dtype, dims: broadcastDims(inputs) },
];
const compare: Derivation = (_, inputs) => [{ dtype: 'bool', dims: broadcastDims(inputs) }];

function broadcastDims(inputs: readonly Facts[]): Facts['dims'] {
  let rank: number | undefined = 0;
  for (const { dims } of inputs) {
    rank = dims === undefined || rank === undefined ? undefined : Math.max(rank, dims.length);
  }
  return unknownDims(rank);
}

const globalPool: Derivation = (_, inputs) => {
  const { dtype, dims } = first(inputs);
  return [{ dtype, dims: dims?.map((dim, axis) => (axis < 2 ? dim : 1)) }];
};

const reduce: Derivation = (node, inputs) => {
  const { dtype, dims } = first(inputs);
  return [{ dtype, dims: intOf(node, 'keepdims', 1) === 1 ? unknownDims(dims?.length) : undefined }];
};

const matMul: Derivation = (_, [a = NOTHING, b = NOTHING]) => {
  const isPlain = (a.dims?.length ?? 0) >= 2 && (b.dims?.length ?? 0) >= 2;
  return [{ dtype: a.dtype ?? b.dtype, dims: isPlain ? broadcastDims([a, b]) : undefined }];
};

const gather: Derivation = (_, [data = NOTHING, indices = NOTHING]) => {
  const isKnown = data.dims !== undefined && indices.dims !== undefined;
  const rank = isKnown ? data.dims.length + indices.dims.length - 1 : undefined;
  return [{ dtype: data.dtype, dims: unknownDims(rank) }];
};

const reshape: Derivation = (_, [data = NOTHING, shape = NOTHING]) => {
  const rank = shape.dims?.length === 1 ? shape.dims[0] : undefined;
  return [{ dtype: data.dtype, dims: unknownDims(rank ?? undefined) }];
};

/** ONNX type codes a model casts to or a rule has to name. */
const CODES: Readonly<Partial<Record<number, DType>>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};

const cast: Derivation = (node, inputs) => [{ dtype: CODES[intOf(node, 'to', 0)], dims: first(inputs).dims }];

const constant: Derivation = (node) => {
  const value = node.attributes.get('value');
  return value?.kind === 'tensor' ? [{ dtype: value.value.dtype, dims: value.value.dims }] : [];
};

const int64: Derivation = () => [{ dtype: 'int64' }];
const shape: Derivation = (_, [data]) => [
  { dtype: 'int64', dims: data?.dims === undefined ? [null] : [data.dims.length] },
];

const concat: Derivation = (node, inputs) => {
  const { dtype, dims } = first(inputs);
  if (dims === undefined) return [{ dtype }];
  const axis = (intOf(node, 'axis', 1) + dims.length) % dims.length;
  const along = inputs.map((each) => each.dims?.[axis] ?? null);
  const sum = along.reduce((a, b) => (a === null || b === null ? null : a + b), 0);
  return [{ dtype, dims: dims.map((_, at) => (at === axis ? sum : null)) }];
};

/** Extents along the axes sliced, where both ends are known. */
const slice: Derivation = ({ inputs: names }, inputs, numbers) => {
  const { dtype, dims } = first(inputs);
  const [starts, ends] = [numbers.get(names[1] ?? ''), numbers.get(names[2] ?? '')];
  const axes = names[3] ? numbers.get(names[3]) : starts?.map((_, at) => at);
  const isPlain = !names[4] && starts !== undefined && ends !== undefined && axes !== undefined;
  if (dims === undefined || !isPlain) return [{ dtype, dims: unknownDims(dims?.length) }];
  const sliced = [...dims];
  for (const [at, given] of axes.entries()) {
    const axis = (given + dims.length) % dims.length;
    const extent = dims[axis] ?? null;
    if (extent === null) continue;
    const place = (end: number): number => Math.min(extent, Math.max(0, end < 0 ? end + extent : end));
    sliced[axis] = Math.max(0, place(ends[at]!) - place(starts[at]!));
  }
  return [{ dtype, dims: sliced }];
};

const DERIVATIONS: readonly (readonly [Derivation, string])[] = [
  [
    same,
    'Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization Bernoulli Ceil Celu Clip Cos Cosh CumSum Dropout Elu ' +
      'Erf Exp Floor Gelu GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization LRN ' +
      'LayerNormalization LeakyRelu Log LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Reciprocal ' +
      'Relu Round ScatterElements ScatterND Scatter Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign ' +
      'Sqrt Tan Tanh ThresholdedRelu Trilu',
  ],
  [
    sameRank,
    'AveragePool Conv ConvTranspose DepthToSpace LpPool MaxUnpool Pad Resize SpaceToDepth Split Tile Transpose Upsample',
  ],
  [sameType, 'Einsum Expand GRU GatherElements GatherND LSTM RNN Unsqueeze'],
  [matrix, 'Flatten Gemm'],
  [squeeze, 'Squeeze'],
  [broadcast, 'Add Div Max Mean Min Mul PRelu Pow Sub Sum'],
  [compare, 'And Equal Greater GreaterOrEqual Less LessOrEqual Or Xor'],
  [globalPool, 'GlobalAveragePool GlobalLpPool GlobalMaxPool'],
  [
    reduce,
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ' +
      'ReduceSumSquare',
  ],
  [int64, 'ArgMax ArgMin NonZero Size'],
  [shape, 'Shape'],
  [concat, 'Concat'],
  [slice, 'Slice'],
  [matMul, 'MatMul'],
  [gather, 'Gather'],
  [reshape, 'Reshape'],
  [cast, 'Cast'],
  [constant, 'Constant'],
  [(node, inputs, numbers) => [sameRank(node, inputs, numbers)[0] ?? NOTHING], 'MaxPool TopK'],
  [(_, inputs) => [{ ...inputs[1], dims: broadcastDims(inputs) }], 'Where'],
  [(_, inputs) => [{ dtype: inputs[1]?.dtype, dims: first(inputs).dims }], 'DequantizeLinear'],
];

const BY_OPERATOR: ReadonlyMap<string, Derivation> = new Map(
  DERIVATIONS.flatMap(([derivation, names]) =>
    names.split(' ').map((name): [string, Derivation] => [name, derivation]),
  ),
);

function factsAfter(node: Node, inputs: readonly Facts[], numbers: Numbers): readonly Facts[] {
  return BY_OPERATOR.get(node.opType)?.(node, inputs, numbers) ?? [];
}
