// optimize_model: a batch norm behind a convolution goes into its filter, and what is left is one addition:
//
//   γ · (W ∗ x + b − μ) / √(σ² + ε) + β  =  (s · W) ∗ x + (s · b + t)        s = γ / √(σ² + ε),  t = β − s · μ
//
// The filter is scaled while it is read. The addition is an elementwise_add where the batch norm was, its vector under the name of
// the batch norm's bias.

import type { RunContext } from '../context.js';
import { PaddleAttributes, wholeNumber } from '../formats/paddle/attributes.js';
import type { PaddleNet, PaddleOp } from '../formats/paddle/program.js';
import { elementCount, readAll, type Tensor } from '../ir/tensor.js';
import { scaledData } from '../tensor/scaledValues.js';
import type { Engine } from '../wasm/engine.js';
import { batchNormAffine } from '../wasm/kernels/fold.js';
import { channelDim, pictureChannelDim } from './channelDim.js';
import { ProgramDraft } from './program/draft.js';
import { intAttribute, makeOp, variablesOf } from './program/ops.js';
import { floatData } from './weights.js';

/** Axis of the filter that the output's channels lie on. */
const CHANNEL_AXIS: Readonly<Record<string, number>> = {
  conv2d: 0,
  depthwise_conv2d: 0,
  conv2d_transpose: 1,
};

/** Dims of what convolutions make: [N, C, H, W] or [N, H, W, C]. */
const RANK = 4;

/** The net with batch norms folded into convolutions, with a bias or without, whose output nothing else reads. */
export async function foldBatchNorms(
  engine: Engine,
  net: PaddleNet,
  context: RunContext,
): Promise<PaddleNet> {
  const folder = new Folder(engine, net, context);
  for (const [index, op] of net.program.blocks[0]!.ops.entries()) {
    if (op.type === 'batch_norm') await folder.fold(op, index);
  }
  return folder.finish();
}

interface Placed {
  readonly op: PaddleOp;
  readonly index: number;
}

/** What is in front of a batch norm. */
interface Before {
  readonly conv: Placed;
  /** Between the two, the addition of a bias. */
  readonly addition: Placed | undefined;
  readonly weight: { readonly tensor: Tensor; readonly axis: number; readonly channels: number };
  /** Dim of the output that channels lie on. */
  readonly dim: number;
  /** All that is added before the batch norm. */
  readonly bias: Float32Array;
}

class Folder {
  readonly #engine: Engine;
  readonly #context: RunContext;
  readonly #draft: ProgramDraft;
  readonly #ops: (PaddleOp | undefined)[];
  /** Operators that read a variable, and those that write it. */
  readonly #readers = new Map<string, number[]>();
  readonly #writers = new Map<string, number[]>();

  constructor(engine: Engine, net: PaddleNet, context: RunContext) {
    this.#engine = engine;
    this.#context = context;
    this.#draft = new ProgramDraft(net);
    this.#ops = [...this.#draft.ops];
    for (const [index, { inputs, outputs }] of this.#draft.ops.entries()) {
      for (const name of variablesOf(inputs)) push(this.#readers, name, index);
      for (const name of variablesOf(outputs)) push(this.#writers, name, index);
    }
  }

  async fold(norm: PaddleOp, index: number): Promise<void> {
    const before = await this.#before(norm, index);
    const vectors = await this.#vectors(norm);
    if (before === undefined || vectors?.[0]?.length !== before.bias.length) return;
    const [gamma, beta, mean, variance] = vectors as [Float32Array, Float32Array, Float32Array, Float32Array];
    const epsilon = new PaddleAttributes(norm, norm.type).float('epsilon', 1e-5);
    const { scale, shift } = batchNormAffine(this.#engine, gamma, beta, mean, variance, epsilon);
    if (![...scale, ...shift].every(Number.isFinite)) return;
    const { tensor, axis } = before.weight;
    const data = scaledData(this.#engine, tensor, axis, scale);
    this.#draft.setParameter(tensor.name, 'float32', tensor.dims, data);
    const sum = Float32Array.from(shift, (each, c) => each + scale[c]! * before.bias[c]!);
    this.#replace(norm, index, before, sum);
  }

  finish(): PaddleNet {
    this.#draft.ops = this.#ops.filter((op) => op !== undefined);
    return this.#draft.finish();
  }

  /** The convolution whose output, with a bias added or without, a batch norm alone reads. */
  async #before(norm: PaddleOp, index: number): Promise<Before | undefined> {
    const direct = this.#maker(norm.inputs.get('X')?.[0], index);
    const addition = direct?.op.type === 'elementwise_add' ? direct : undefined;
    const conv =
      addition === undefined ? direct : this.#maker(addition.op.inputs.get('X')?.[0], addition.index);
    const weight = conv && this.#weightOf(conv.op);
    if (conv === undefined || weight === undefined) return undefined;
    const own = await this.#bias(conv.op.inputs.get('Bias')?.[0], weight.channels);
    const added = await this.#bias(addition?.op.inputs.get('Y')?.[0], weight.channels);
    const dim = channelDim(conv.op, undefined);
    if (own === undefined || added === undefined || pictureChannelDim(norm, 'data_layout') !== dim)
      return undefined;
    if (addition !== undefined && additionDim(addition.op, this.#dimsOfY(addition.op)) !== dim)
      return undefined;
    return { conv, addition, weight, dim, bias: own.map((each, c) => each + added[c]!) };
  }

  #dimsOfY({ inputs }: PaddleOp): readonly number[] {
    return this.#draft.parameter(inputs.get('Y')?.[0] ?? '')?.dims ?? [];
  }

  /** The operator that makes a variable which only the operator at `reader` reads. */
  #maker(name: string | undefined, reader: number): Placed | undefined {
    if (name === undefined || this.#only(this.#readers, name) !== reader) return undefined;
    const index = this.#only(this.#writers, name);
    const op = index === undefined ? undefined : this.#ops[index];
    return op === undefined ? undefined : { op, index: index! };
  }

  /** Zeros where there is none; undefined where it is not one number a channel. */
  async #bias(name: string | undefined, channels: number): Promise<Float32Array | undefined> {
    if (name === undefined) return new Float32Array(channels);
    const tensor = this.#draft.parameter(name);
    if (tensor?.dtype !== 'float32') return undefined;
    const vector = await this.#vector(tensor);
    return vector.length === channels ? vector : undefined;
  }

  /** The filter of a convolution, where nobody else reads it and channels tell all that scaling wants to know. */
  #weightOf(op: PaddleOp) {
    const { type, inputs } = op;
    const axis = Object.hasOwn(CHANNEL_AXIS, type) ? CHANNEL_AXIS[type]! : undefined;
    const name = inputs.get('Filter')?.[0];
    const tensor = name === undefined ? undefined : this.#draft.parameter(name);
    if (
      axis === undefined ||
      tensor?.dtype !== 'float32' ||
      this.#only(this.#readers, tensor.name) === undefined
    ) {
      return undefined;
    }
    if (axis === 1 && wholeNumber(op, 'groups', 1) > 1) return undefined;
    return { tensor, axis, channels: tensor.dims[axis]! };
  }

  async #vectors(norm: PaddleOp): Promise<Float32Array[] | undefined> {
    const vectors: Float32Array[] = [];
    for (const argument of ['Scale', 'Bias', 'Mean', 'Variance']) {
      const tensor = this.#draft.parameter(norm.inputs.get(argument)?.[0] ?? '');
      if (tensor?.dtype !== 'float32') return undefined;
      vectors.push(await this.#vector(tensor));
    }
    return vectors.every(({ length }) => length === vectors[0]!.length) ? vectors : undefined;
  }

  async #vector(tensor: Tensor): Promise<Float32Array> {
    const bytes = await readAll(tensor.data, this.#context);
    return new Float32Array(bytes.buffer, 0, elementCount(tensor.dims, tensor.name));
  }

  /** An addition in the place of the batch norm; those before it go into it. */
  #replace(norm: PaddleOp, index: number, { conv, addition, dim }: Before, sum: Float32Array): void {
    const bias = norm.inputs.get('Bias')![0]!;
    const isFree = this.#only(this.#readers, bias) === index;
    const name = isFree ? bias : this.#draft.fresh(`${bias}_folded`);
    this.#draft.setParameter(name, 'float32', [sum.length], floatData(sum));
    const inputs = new Map([
      ...conv.op.inputs,
      ...(conv.op.inputs.has('Bias') ? [['Bias', []] as const] : []),
    ]);
    this.#ops[conv.index] = { ...conv.op, inputs };
    if (addition !== undefined) this.#ops[addition.index] = undefined;
    const [value] = conv.op.outputs.get('Output')!;
    const axis = { axis: intAttribute(dim) };
    this.#ops[index] = makeOp(
      'elementwise_add',
      { X: value!, Y: name },
      { Out: norm.outputs.get('Y')![0]! },
      axis,
    );
  }

  /** The one operator that does it; undefined where there are several. */
  #only(by: ReadonlyMap<string, readonly number[]>, name: string): number | undefined {
    const [first, ...more] = by.get(name) ?? [];
    return more.length === 0 ? first : undefined;
  }
}

/** The dim of a picture along which an addition's Y has its elements, all other dims of it being 1. Y is laid on X from the dim
 *  `axis`, or so that the last dims meet. */
function additionDim(addition: PaddleOp, y: readonly number[]): number {
  const axis = wholeNumber(addition, 'axis', -1);
  const first = axis === -1 ? RANK - y.length : axis;
  return (
    first +
    Math.max(
      0,
      y.findIndex((dim) => dim !== 1),
    )
  );
}

function push(lists: Map<string, number[]>, key: string, value: number): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
