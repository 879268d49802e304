// The nodes that multiply by a constant weight and add a constant for each output channel: Conv, ConvTranspose, Gemm.

import { flag, float, integer } from '../../ir/attributes.js';
import type { GraphIndex } from '../../ir/graphIndex.js';
import type { Node } from '../../ir/model.js';
import { elementCount, type Tensor } from '../../ir/tensor.js';

export interface LinearNode {
  readonly node: Node;
  readonly weight: Tensor;
  /** One element for each output channel; undefined where there is none. */
  readonly bias: Tensor | undefined;
  /** Axis of the weight that runs over output channels. */
  readonly channelAxis: number;
  readonly channels: number;
  /** Rank of the output, whose axis 1 are the channels. */
  readonly rank: number;
  /** What the node itself multiplies weight and bias with. */
  readonly alpha: number;
  readonly beta: number;
}

/** What a node is as a linear one, or undefined where its weight or bias is computed, of another type, or used in a way that
 *  channels cannot tell. */
export function linearNode(node: Node, index: GraphIndex): LinearNode | undefined {
  const { opType, domain, inputs } = node;
  const weight = index.constant(inputs[1]);
  if (domain !== '' || weight?.dtype !== 'float32') return undefined;
  const rank = weight.dims.length;
  const channelAxis = channelAxisOf(node, rank);
  if (channelAxis === undefined) return undefined;
  const channels = weight.dims[channelAxis]!;
  const bias = index.constant(inputs[2]);
  if (inputs[2] && !isBias(bias, channels, opType)) return undefined;
  const [alpha, beta] = opType === 'Gemm' ? [float(node, 'alpha', 1), float(node, 'beta', 1)] : [1, 1];
  return { node, weight, bias, channelAxis, channels, rank, alpha, beta };
}

function channelAxisOf(node: Node, rank: number): number | undefined {
  switch (node.opType) {
    case 'Conv':
      return rank >= 3 ? 0 : undefined;
    case 'ConvTranspose':
      // With groups the output channels lie on two axes.
      return rank >= 3 && integer(node, 'group', 1) === 1 ? 1 : undefined;
    case 'Gemm':
      return rank === 2 ? (flag(node, 'transB') ? 0 : 1) : undefined;
    default:
      return undefined;
  }
}

/** One element a channel; a Gemm's may have a dim of 1 in front. */
function isBias(tensor: Tensor | undefined, channels: number, opType: string): boolean {
  if (tensor?.dtype !== 'float32' || elementCount(tensor.dims) !== channels) return false;
  const { dims } = tensor;
  return dims.at(-1) === channels && (dims.length === 1 || (opType === 'Gemm' && dims.length === 2));
}
