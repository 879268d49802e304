// Attention over heads: softmax(cap(scale · Q·Kᵀ) + bias) · V. Queries, keys, values and output are seen through strides, so
// heads are neither split nor joined by copies: K and V of a head are packed where they lie, Q and the output are read and
// written as matrices with long rows.
//
//   for each batch row, key head:   pack Kᵀ, pack V
//     for each query head of it:    for each block of queries:   scores = Q·Kᵀ -> scale, cap, bias -> softmax -> scores·V
//
//   scratch   | packed Kᵀ | packed V | scores: [queries of a block, keys] | bias, the same |

import type { ExecutionEngine } from '../../../wasm/execution.js';
import { type AttentionBias, attentionBias } from '../../../wasm/kernels/execute/attention.js';
import { gemmPackedBytes } from '../../../wasm/kernels/execute/gemm.js';
import { scaleAdd } from '../../../wasm/kernels/execute/scaleAdd.js';
import { scaleMaskRows, softmaxRows } from '../../../wasm/kernels/execute/softmax.js';
import { unary } from '../../../wasm/kernels/execute/unary.js';
import type { Step } from '../../operator.js';
import type { Address } from '../../value.js';
import { packSteps } from '../matmul/packed.js';
import { multiplyShared } from '../matmul/shared.js';

/** Multiply-adds of one step of the executor. */
const STEP_MULTIPLY_ADDS = 5e7;

export interface AttentionSizes {
  readonly batch: number;
  readonly heads: number;
  /** Divides `heads`: so many heads of queries share one of keys and values. */
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  /** Elements of a query and a key. */
  readonly size: number;
  /** Elements of a value. */
  readonly valueSize: number;
}

/** Rows of heads in memory; strides in elements. Elements of a row follow each other. */
export interface HeadView {
  readonly address: Address;
  readonly batch: number;
  readonly head: number;
  readonly row: number;
}

/** A mask in memory, or only causality. Strides in elements, 0 where it repeats. */
export interface MaskView extends Omit<AttentionBias, 'mask'> {
  readonly address: Address;
  readonly elementBytes: number;
  readonly batchStride: number;
  readonly headStride: number;
}

/** Stages of the scores that can be asked for: the scaled product, capped, with the bias, after softmax. */
export const SCORES = ['product', 'capped', 'biased', 'softmax'] as const;
export type ScoreStage = (typeof SCORES)[number];

export interface AttentionAddresses {
  readonly q: HeadView;
  readonly k: HeadView;
  readonly v: HeadView;
  readonly out: HeadView;
  readonly mask?: MaskView | undefined;
  /** Scores that are added as they are. */
  readonly added?: HeadView | undefined;
  readonly scratch: Address;
  /** Where scores of a stage are wanted: [batch, heads, queries, keys]. */
  readonly scores?: { readonly stage: ScoreStage; readonly address: Address } | undefined;
}

export interface PlannedAttention {
  readonly scratch: number;
  readonly multiplyAdds: number;
  steps(at: AttentionAddresses): Step[];
}

export interface AttentionOptions {
  readonly scale: number;
  /** 0: none; else scores become cap · tanh(scores / cap). */
  readonly softcap: number;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

export function planAttention(
  engine: ExecutionEngine,
  sizes: AttentionSizes,
  options: AttentionOptions,
): PlannedAttention {
  const { batch, heads, queries, keys, size, valueSize } = sizes;
  const perQuery = Math.max(1, keys * (size + valueSize));
  const block = Math.min(queries, Math.max(1, Math.floor(STEP_MULTIPLY_ADDS / perQuery)));
  const packedK = aligned(gemmPackedBytes(engine.kernels, keys, size));
  const packedV = aligned(gemmPackedBytes(engine.kernels, valueSize, keys));
  const scores = aligned(4 * block * keys);
  const room = { k: 0, v: packedK, scores: packedK + packedV, bias: packedK + packedV + scores };
  return {
    scratch: packedK + packedV + 2 * scores,
    multiplyAdds: batch * heads * queries * perQuery,
    steps: (at) => new Run(engine, sizes, options, at, room, block).steps(),
  };
}

interface Room {
  readonly k: number;
  readonly v: number;
  readonly scores: number;
  readonly bias: number;
}

class Run {
  readonly #engine: ExecutionEngine;
  readonly #sizes: AttentionSizes;
  readonly #options: AttentionOptions;
  readonly #at: AttentionAddresses;
  readonly #room: Room;
  readonly #block: number;
  /** What the bias in scratch memory was made for. */
  #bias = '';

  constructor(
    engine: ExecutionEngine,
    sizes: AttentionSizes,
    options: AttentionOptions,
    at: AttentionAddresses,
    room: Room,
    block: number,
  ) {
    this.#engine = engine;
    this.#sizes = sizes;
    this.#options = options;
    this.#at = at;
    this.#room = room;
    this.#block = block;
  }

  steps(): Step[] {
    const { batch, heads, keyHeads, queries } = this.#sizes;
    const steps: Step[] = [];
    for (let b = 0; b < batch; b++) {
      for (let head = 0; head < heads; head++) {
        for (let first = 0; first < queries; first += this.#block) {
          const count = Math.min(this.#block, queries - first);
          const fresh = first === 0 && head % (heads / keyHeads) === 0;
          const packing = fresh ? this.#pack(b, head / (heads / keyHeads)) : [];
          const attend = (): void => {
            if (b === 0 && head === 0 && first === 0) this.#bias = '';
            this.#attend(b, head, first, count);
          };
          // Small ones are not worth a step of their own.
          if (packing.length > 2) steps.push(...packing, attend);
          else {
            steps.push(() => {
              for (const part of packing) part();
              attend();
            });
          }
        }
      }
    }
    return steps;
  }

  #pack(b: number, head: number): Step[] {
    const { keys, size, valueSize } = this.#sizes;
    const { k, v, scratch } = this.#at;
    const engine = this.#engine;
    const [keysAt, valuesAt] = [scratch + this.#room.k, scratch + this.#room.v];
    return [
      ...packSteps(engine, startOf(k, b, head), { rowStride: 1, columnStride: k.row }, keysAt, keys, size),
      ...packSteps(
        engine,
        startOf(v, b, head),
        { rowStride: v.row, columnStride: 1 },
        valuesAt,
        valueSize,
        keys,
      ),
    ];
  }

  #attend(b: number, head: number, first: number, count: number): void {
    const { keys, size, valueSize } = this.#sizes;
    const { q, out, scratch } = this.#at;
    const scores = scratch + this.#room.scores;
    multiplyShared(this.#engine, {
      ...{ a: startOf(q, b, head) + 4 * first * q.row, lda: q.row, packed: scratch + this.#room.k },
      ...{ c: scores, ldc: keys, m: count, n: keys, k: size },
    });
    this.#finishScores(b, head, first, count);
    multiplyShared(this.#engine, {
      ...{ a: scores, lda: keys, packed: scratch + this.#room.v },
      ...{ c: startOf(out, b, head) + 4 * first * out.row, ldc: out.row, m: count, n: valueSize, k: keys },
    });
  }

  #finishScores(b: number, head: number, first: number, count: number): void {
    const { keys } = this.#sizes;
    const { scale, softcap } = this.#options;
    const { kernels } = this.#engine;
    const scores = this.#at.scratch + this.#room.scores;
    const bias = this.#makeBias(b, head, first, count);
    const emit = (stage: ScoreStage): void => this.#emit(stage, b, head, first, count);
    if (softcap === 0 && this.#at.scores === undefined) {
      scaleMaskRows(kernels, scores, bias, scores, count, keys, keys, scale);
    } else {
      scaleMaskRows(kernels, scores, 0, scores, count, keys, 0, scale);
      emit('product');
      if (softcap !== 0) this.#cap(scores, count);
      emit('capped');
      if (bias !== 0) scaleMaskRows(kernels, scores, bias, scores, count, keys, keys, 1);
    }
    this.#add(b, head, first, count);
    emit('biased');
    softmaxRows(kernels, scores, scores, count, keys);
    emit('softmax');
  }

  #cap(scores: Address, count: number): void {
    const { kernels } = this.#engine;
    const { keys } = this.#sizes;
    const { softcap } = this.#options;
    scaleAdd(kernels, 'float32', scores, count, keys, 1 / softcap);
    unary(kernels, 'tanh', 'float32', scores, scores, count * keys);
    scaleAdd(kernels, 'float32', scores, count, keys, softcap);
  }

  #add(b: number, head: number, first: number, count: number): void {
    const { added, scratch } = this.#at;
    if (added === undefined) return;
    const scores = scratch + this.#room.scores;
    const from = startOf(added, b, head) + 4 * first * added.row;
    scaleMaskRows(this.#engine.kernels, scores, from, scores, count, this.#sizes.keys, added.row, 1);
  }

  /** Address of the bias of these queries; 0 for none. */
  #makeBias(b: number, head: number, first: number, count: number): Address {
    const { mask, scratch } = this.#at;
    if (mask === undefined) return 0;
    const bias = scratch + this.#room.bias;
    const start = b * mask.batchStride + head * mask.headStride + first * mask.rowStride;
    const made = `${start} ${first} ${count}`;
    if (made === this.#bias) return bias;
    this.#bias = made;
    attentionBias(this.#engine.kernels, bias, count, this.#sizes.keys, {
      ...mask,
      mask: mask.address + start * mask.elementBytes,
      visible: mask.visible + first,
    });
    return bias;
  }

  #emit(stage: ScoreStage, b: number, head: number, first: number, count: number): void {
    const { scores, scratch } = this.#at;
    if (scores?.stage !== stage) return;
    const { heads, queries, keys } = this.#sizes;
    const to = scores.address + 4 * ((b * heads + head) * queries + first) * keys;
    this.#engine.heap.bytes.copyWithin(
      to,
      scratch + this.#room.scores,
      scratch + this.#room.scores + 4 * count * keys,
    );
  }
}

function startOf({ address, batch, head }: HeadView, b: number, h: number): Address {
  return address + 4 * (b * batch + h * head);
}
