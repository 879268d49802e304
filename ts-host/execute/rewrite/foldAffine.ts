// What follows a convolution and scales or shifts its channels (BatchNormalization, Mul, Add, Sub, Div by constants) goes
// into its weights and bias:
//
//   s · (W ∗ x + b) + t  =  (s · W) ∗ x + (s · b + t)
//
// The new weights are nodes over constants: they are computed when the weights are packed, and never stored.

import { float } from '../../ir/attributes.js';
import type { Graph, Node } from '../../ir/model.js';
import { elementCount } from '../../ir/tensor.js';
import { Draft, type Rewrite } from './rewrite.js';

/** Names of constants: per channel, or of one element. */
interface Affine {
  readonly scale?: string;
  readonly shift?: string;
}

/** Convolutions as they are being folded. */
interface Convolution {
  readonly index: number;
  readonly node: Node;
  /** Output channels. */
  readonly channels: number;
  readonly rank: number;
}

export const foldAffine: Rewrite = async (graph, tools): Promise<Graph> => {
  const draft = new Draft(graph, tools);
  for (const [index] of draft.nodes()) {
    for (;;) {
      const convolution = convolutionAt(draft, index);
      if (convolution === undefined || !(await foldOne(draft, convolution))) break;
    }
  }
  return draft.finish();
};

function convolutionAt(draft: Draft, index: number): Convolution | undefined {
  const node = draft.at(index);
  if (node === undefined || node.domain !== '' || !/^Conv(Transpose)?$/.test(node.opType)) return undefined;
  const weight = draft.weightShape(node.inputs[1]);
  if (weight === undefined) return undefined;
  const group = Number((node.attributes.get('group') as { value?: bigint } | undefined)?.value ?? 1n);
  const transposed = node.opType === 'ConvTranspose';
  if (transposed && group !== 1) return undefined;
  const channels = weight[transposed ? 1 : 0]!;
  return { index, node, channels, rank: weight.length };
}

/** Folds the node after the convolution into it; false when there is none to fold. */
async function foldOne(draft: Draft, convolution: Convolution): Promise<boolean> {
  const output = convolution.node.outputs[0]!;
  const reader = draft.onlyReader(output);
  if (reader === undefined) return false;
  const affine = affineOf(draft, reader.node, output, convolution);
  if (affine === undefined) return false;
  const { index, node } = convolution;
  const inputs = [...node.inputs];
  if (affine.scale !== undefined) {
    const shape = Array<number>(convolution.rank).fill(1);
    shape[node.opType === 'Conv' ? 0 : 1] = -1;
    const factor = reshaped(draft, index, affine.scale, shape);
    inputs[1] = draft.addBefore(index, 'Mul', [inputs[1]!, factor], `${output}/weight`);
    draft.setWeightShape(inputs[1], draft.weightShape(node.inputs[1])!);
    if (inputs[2]) {
      inputs[2] = draft.addBefore(
        index,
        'Mul',
        [inputs[2], flat(draft, index, affine.scale)],
        `${output}/bias`,
      );
    }
  }
  if (affine.shift !== undefined) {
    const shift = flat(draft, index, affine.shift);
    inputs[2] = inputs[2]
      ? draft.addBefore(index, 'Add', [inputs[2], shift], `${output}/bias`)
      : perChannel(draft, index, shift, convolution.channels);
  }
  draft.remove(reader.index);
  draft.replace(index, { ...node, inputs, outputs: [reader.node.outputs[0]!] });
  return true;
}

/** The scale and shift of a node, if that is all it does to `value`. */
function affineOf(draft: Draft, node: Node, value: string, convolution: Convolution): Affine | undefined {
  if (node.domain !== '') return undefined;
  const { index } = convolution;
  if (node.opType === 'BatchNormalization') return batchNorm(draft, node, value, index);
  const [a, b] = node.inputs;
  const other = a === value ? b : a;
  if (!['Mul', 'Add', 'Sub', 'Div'].includes(node.opType) || a === b) return undefined;
  if (!isPerChannel(draft, other, convolution)) return undefined;
  if (node.opType === 'Mul') return { scale: other! };
  if (node.opType === 'Add') return { shift: other! };
  // Only value − other and value / other.
  if (a !== value) return undefined;
  if (node.opType === 'Sub') return { shift: draft.addBefore(index, 'Neg', [other!], `${value}/shift`) };
  return { scale: draft.addBefore(index, 'Reciprocal', [other!], `${value}/scale`) };
}

function isPerChannel(draft: Draft, name: string | undefined, { channels, rank }: Convolution): boolean {
  const tensor = draft.constant(name);
  if (tensor === undefined || tensor.dtype !== 'float32' || tensor.dims.length > rank) return false;
  if (elementCount(tensor.dims) === 1) return true;
  // Aligned with [N, C, D1, …]: all but the channels are 1.
  const dims = [...Array<number>(rank - tensor.dims.length).fill(1), ...tensor.dims];
  return dims[1] === channels && elementCount(dims) === channels;
}

/** scale = gamma / √(variance + epsilon); shift = beta − mean · scale */
function batchNorm(draft: Draft, node: Node, value: string, index: number): Affine | undefined {
  const [, gamma, beta, mean, variance] = node.inputs;
  const parameters = [gamma, beta, mean, variance];
  const training = node.attributes.get('training_mode');
  if (node.inputs[0] !== value || (training?.kind === 'int' && training.value !== 0n)) return undefined;
  if (parameters.some((name) => draft.constant(name)?.dtype !== 'float32')) return undefined;
  const epsilon = Float32Array.of(float(node, 'epsilon', 1e-5));
  const constant = draft.addConstant(`${value}/epsilon`, { dtype: 'float32', dims: [1] }, epsilon);
  const add = (opType: string, inputs: string[], hint: string): string =>
    draft.addBefore(index, opType, inputs, `${value}/${hint}`);
  const deviation = add('Sqrt', [add('Add', [variance!, constant], 'variance')], 'deviation');
  const scale = add('Div', [gamma!, deviation], 'scale');
  const shift = add('Sub', [beta!, add('Mul', [mean!, scale], 'mean')], 'shift');
  return { scale, shift };
}

function reshaped(draft: Draft, index: number, name: string, shape: readonly number[]): string {
  const elements = BigInt64Array.from(shape, BigInt);
  const dims = draft.addConstant(`${name}/shape`, { dtype: 'int64', dims: [shape.length] }, elements);
  return draft.addBefore(index, 'Reshape', [name, dims], `${name}/reshaped`);
}

const flat = (draft: Draft, index: number, name: string): string => reshaped(draft, index, name, [-1]);

/** A shift of one element as a bias of all channels. */
function perChannel(draft: Draft, index: number, shift: string, channels: number): string {
  const zeros = new Float32Array(channels);
  const none = draft.addConstant(`${shift}/zero`, { dtype: 'float32', dims: [channels] }, zeros);
  return draft.addBefore(index, 'Add', [none, shift], `${shift}/bias`);
}
