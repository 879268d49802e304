// What the codes of a weight take from the mean of its product's output: for each output channel
//
//     E[y − ŷ] = Σ_j (w[j] − ŵ[j]) · E[x_j]
//
// where E[x_j] is the mean of the input channel that element j of the row meets, times the share of outputs for which it
// lies inside the input (taps.ts).

import type { RunContext } from '../../../context.js';
import { Breather } from '../../../io/breather.js';
import { integer } from '../../../ir/attributes.js';
import { readAll } from '../../../ir/tensor.js';
import type { Engine } from '../../../wasm/engine.js';
import { addQuantBias } from '../../../wasm/kernels/quant-error.js';
import { transpose } from '../../../wasm/kernels/transpose.js';
import type { Product } from './products.js';
import { tapShares } from './taps.js';

/** What is known of an input. */
export interface ChannelMeans {
  readonly mean: Float64Array;
  /** Extents behind the channels, where they are known. */
  readonly spatial: readonly number[] | undefined;
}

/** Means that biases are corrected by: what normalizations tell, or those given by name; own: biases are left. */
export type BiasMeans = 'told' | 'own' | ReadonlyMap<string, ChannelMeans>;

/** One number for each output channel; undefined where rows of the weight cannot be told apart. */
export async function weightLoss(
  engine: Engine,
  product: Product,
  input: ChannelMeans,
  context: RunContext,
): Promise<Float64Array | undefined> {
  const { node, weight, channels, channelAxis } = product;
  const groups = node.opType === 'Conv' ? integer(node, 'group', 1) : 1;
  const length = weight.data.byteLength / 4 / channels;
  if (node.opType === 'ConvTranspose' || channels === 0 || length === 0) return undefined;
  const shares = node.opType === 'Conv' ? tapShares(node, weight.dims.slice(2), input.spatial) : [1];
  const inputs = length / shares.length;
  if (inputs * groups !== input.mean.length || channels % groups !== 0) return undefined;
  const bytes = weight.data.byteLength;
  context.budget.reserve(2 * bytes, 'correcting the bias of a product');
  try {
    const rows = rowsOf(engine, await readAll(weight.data, context), channels, length, channelAxis);
    const loss = new Float64Array(channels);
    const each = channels / groups;
    for (let group = 0; group < groups; group++) {
      const means = Float32Array.from(
        { length },
        (_, j) => input.mean[group * inputs + Math.floor(j / shares.length)]! * shares[j % shares.length]!,
      );
      const part = rows.subarray(group * each * length, (group + 1) * each * length);
      await Breather.of(context).breathe();
      loss.set(lossOfRows(engine, part, product, means, group * each, each), group * each);
    }
    return loss;
  } finally {
    context.budget.release(2 * bytes);
  }
}

/** The weight with output channels in front. */
function rowsOf(
  engine: Engine,
  bytes: Uint8Array,
  channels: number,
  length: number,
  channelAxis: number,
): Float32Array {
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  if (channelAxis === 0) return values;
  const rows = new Float32Array(values.length);
  transpose(engine, values, rows, length, channels);
  return rows;
}

function lossOfRows(
  engine: Engine,
  rows: Float32Array,
  { plan }: Product,
  means: Float32Array,
  first: number,
  count: number,
): Float64Array {
  const { scale, zeroPoint, qmin, qmax } = plan;
  const at = (row: number): number => (scale!.length === 1 ? 0 : first + row);
  const params = {
    layout: { depth: means.length, inner: 1, block: means.length, scaleCount: count },
    scale: Float32Array.from({ length: count }, (_, row) => scale![at(row)]!),
    zeroPoint: Int32Array.from({ length: count }, (_, row) => zeroPoint![at(row)]!),
    qmin,
    qmax,
  };
  const sums = { error: new Float64Array(count), bias: new Float64Array(count) };
  addQuantBias(engine, rows, params, means, sums);
  return sums.bias;
}
