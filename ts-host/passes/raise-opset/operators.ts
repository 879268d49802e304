// The standard operators of opsets 7 to 25, by the opset that brought them, and the two that were withdrawn. An
// operator outside this list is not the standard's, and nothing is known of what a newer opset makes of it.

export const LOWEST_OPSET = 7;
export const HIGHEST_OPSET = 25;

/** Operators by the opset they came with; those before 7 stand under 7. */
const BY_OPSET: Readonly<Record<number, string>> = {
  7:
    'Abs Acos Add And ArgMax ArgMin Asin Atan AveragePool BatchNormalization Cast Ceil Clip Concat ' +
    'Constant Conv ConvTranspose Cos DepthToSpace Div Dropout Elu Equal Exp Flatten Floor GRU Gather Gemm ' +
    'GlobalAveragePool GlobalLpPool GlobalMaxPool Greater HardSigmoid Hardmax Identity If ' +
    'InstanceNormalization LRN LSTM LeakyRelu Less Log LogSoftmax Loop LpNormalization LpPool MatMul Max ' +
    'MaxPool MaxRoiPool Mean Min Mul Multinomial Neg Not Or PRelu Pad Pow RNN RandomNormal ' +
    'RandomNormalLike RandomUniform RandomUniformLike Reciprocal ReduceL1 ReduceL2 ReduceLogSum ' +
    'ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape ' +
    'Selu Shape Sigmoid Sin Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum ' +
    'Tan Tanh Tile TopK Transpose Unsqueeze Upsample Xor',
  8: 'Expand Scan',
  9:
    'Acosh Asinh Atanh Compress ConstantOfShape Cosh Erf EyeLike IsNaN MaxUnpool ' +
    'MeanVarianceNormalization NonZero OneHot Scatter Shrink Sign Sinh TfIdfVectorizer Where',
  10:
    'ConvInteger DequantizeLinear IsInf MatMulInteger Mod NonMaxSuppression QLinearConv QLinearMatMul ' +
    'QuantizeLinear Resize ReverseSequence RoiAlign StringNormalizer ThresholdedRelu',
  11:
    'BitShift ConcatFromSequence CumSum Det DynamicQuantizeLinear GatherElements GatherND Range Round ' +
    'ScatterElements ScatterND SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert ' +
    'SequenceLength SplitToSequence Unique',
  12: 'Celu Einsum GreaterOrEqual LessOrEqual NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss',
  14: 'HardSwish Trilu',
  15: 'Bernoulli CastLike Optional OptionalGetElement OptionalHasElement',
  16: 'GridSample',
  17: 'BlackmanWindow DFT HammingWindow HannWindow LayerNormalization MelWeightMatrix STFT SequenceMap',
  18: 'BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im GroupNormalization Mish',
  19: 'DeformConv',
  20: 'AffineGrid Gelu ImageDecoder RegexFullMatch StringConcat StringSplit',
  23: 'Attention RMSNormalization RotaryEmbedding',
  24: 'Swish TensorScatter',
};

/** The opset in which an operator no longer exists. */
const WITHDRAWN: ReadonlyMap<string, number> = new Map([
  ['Upsample', 10],
  ['Scatter', 11],
]);

const FIRST: ReadonlyMap<string, number> = new Map(
  Object.entries(BY_OPSET).flatMap(([opset, names]) =>
    names.split(' ').map((name): [string, number] => [name, Number(opset)]),
  ),
);

/** All standard operators with the first opset (7 or later) that has them. */
export function standardOperators(): ReadonlyMap<string, number> {
  return FIRST;
}

/** Why `opType` is not an operator of `opset`, or undefined when it is one. */
export function whyNotStandard(opType: string, opset: number): string | undefined {
  const first = FIRST.get(opType);
  if (first === undefined) return 'not an operator of the standard up to opset 25';
  if (first > opset) return `the operator came with opset ${first}, the model declares ${opset}`;
  const gone = WITHDRAWN.get(opType);
  if (gone !== undefined && gone <= opset) return `the operator was withdrawn with opset ${gone}`;
  return undefined;
}

/** The lowest ONNX IR version that may carry an opset: [opset, IR version] from that opset on. */
const IR_FOR_OPSET = [
  [7, 3],
  [9, 4],
  [10, 5],
  [11, 6],
  [12, 7],
  [15, 8],
  [19, 9],
  [21, 10],
  [23, 11],
  [24, 12],
  [25, 13],
] as const;

/** The lowest ONNX IR version that may carry `opset` (7 to 25). */
export function irVersionFor(opset: number): number {
  let version = 3;
  for (const [from, ir] of IR_FOR_OPSET) if (opset >= from) version = ir;
  return version;
}
