// optimize_model: a batch norm behind a convolution goes into its filter, and what is left is one addition:
//
//   γ · (W ∗ x + b − μ) / √(σ² + ε) + β  =  (s · W) ∗ x + (s · b + t)        s = γ / √(σ² + ε),  t = β − s · μ
//
// The filter is scaled while it is read. The addition is an elementwise_add where the batch norm was, its vector under the name of
// the batch norm's bias.

import type { RunContext } from '../context.js';
import { PaddleAttributes } from '../formats/paddle/attributes.js';
import type { PaddleNet, PaddleOp } from '../formats/paddle/program.js';
import { elementCount, readAll, type Tensor } from '../ir/tensor.js';
import { scaledData } from '../tensor/scaledValues.js';
import type { Engine } from '../wasm/engine.js';
import { batchNormAffine } from '../wasm/kernels/fold.js';
import { ProgramDraft } from './program/draft.js';
import { intAttribute, makeOp, variablesOf } from './program/ops.js';
import { floatData } from './weights.js';

/** Axis of the filter that the output's channels lie on. */
const CHANNEL_AXIS: Readonly<Record<string, number>> = {
  conv2d: 0,
  depthwise_conv2d: 0,
  conv2d_transpose: 1,
};

/** The net with batch norms folded into convolutions whose output nothing else reads. */
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

class Folder {
  readonly #engine: Engine;
  readonly #context: RunContext;
  readonly #draft: ProgramDraft;
  readonly #ops: PaddleOp[];
  /** Operators that read a variable, and those that write it. */
  readonly #readers = new Map<string, number[]>();
  readonly #writers = new Map<string, number[]>();

  constructor(engine: Engine, net: PaddleNet, context: RunContext) {
    this.#engine = engine;
    this.#context = context;
    this.#draft = new ProgramDraft(net);
    this.#ops = [...this.#draft.ops];
    for (const [index, { inputs, outputs }] of this.#ops.entries()) {
      for (const name of variablesOf(inputs)) push(this.#readers, name, index);
      for (const name of variablesOf(outputs)) push(this.#writers, name, index);
    }
  }

  async fold(norm: PaddleOp, index: number): Promise<void> {
    const [value] = variablesOf(norm.inputs, ['X']);
    const from = value === undefined ? undefined : this.#only(this.#writers, value);
    const conv = from === undefined ? undefined : this.#ops[from];
    if (value === undefined || conv === undefined || this.#only(this.#readers, value) !== index) return;
    const weight = this.#weightOf(conv);
    const vectors = await this.#vectors(norm);
    if (weight === undefined || vectors === undefined || vectors[0]!.length !== weight.channels) return;
    const [gamma, beta, mean, variance] = vectors as [Float32Array, Float32Array, Float32Array, Float32Array];
    const epsilon = new PaddleAttributes(norm, norm.type).float('epsilon', 1e-5);
    const { scale, shift } = batchNormAffine(this.#engine, gamma, beta, mean, variance, epsilon);
    if (![...scale, ...shift].every(Number.isFinite)) return;
    const { tensor, axis } = weight;
    const data = scaledData(this.#engine, tensor, axis, scale);
    this.#draft.setParameter(tensor.name, 'float32', tensor.dims, data);
    await this.#replace(norm, index, conv, from!, { scale, shift });
  }

  finish(): PaddleNet {
    this.#draft.ops = this.#ops;
    return this.#draft.finish();
  }

  /** The filter of a convolution, where nobody else reads it and channels tell all that scaling wants to know. */
  #weightOf({ type, inputs, attributes }: PaddleOp) {
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
    const groups = attributes.get('groups');
    if (axis === 1 && groups?.kind === 'int' && groups.value > 1) return undefined;
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

  /** The addition in the place of the batch norm; a bias of the convolution's own goes into it. */
  async #replace(
    norm: PaddleOp,
    index: number,
    conv: PaddleOp,
    from: number,
    { scale, shift }: { scale: Float64Array; shift: Float64Array },
  ): Promise<void> {
    const held = this.#draft.parameter(conv.inputs.get('Bias')?.[0] ?? '');
    const own = held === undefined ? undefined : await this.#vector(held);
    const sum = Float32Array.from(shift, (each, c) => each + scale[c]! * (own?.[c] ?? 0));
    const name = norm.inputs.get('Bias')![0]!;
    this.#draft.setParameter(name, 'float32', [sum.length], floatData(sum));
    if (own !== undefined) this.#ops[from] = { ...conv, inputs: new Map([...conv.inputs, ['Bias', []]]) };
    const [value, output] = [norm.inputs.get('X')![0]!, norm.outputs.get('Y')![0]!];
    const axis = { axis: intAttribute(1) };
    this.#ops[index] = makeOp('elementwise_add', { X: value, Y: name }, { Out: output }, axis);
  }

  /** The one operator that does it; undefined where there are several. */
  #only(by: ReadonlyMap<string, readonly number[]>, name: string): number | undefined {
    const [first, ...more] = by.get(name) ?? [];
    return more.length === 0 ? first : undefined;
  }
}

function push(lists: Map<string, number[]>, key: string, value: number): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
