// Depthwise convolutions of codes: sums straight from x, tile after tile of output positions. Weights are centred on
// their zero points in every run, which is a thousandth of the work.

import {
  centreDepthwiseWeights,
  depthwiseSums,
  type Flip,
  TAP_BYTES,
} from '../../wasm/kernels/execute/conv-int.js';
import {
  CONV_SHAPE_BYTES,
  type ConvShape,
  tapsOf,
  writeConvShape,
} from '../../wasm/kernels/execute/conv-shape.js';
import { widenCodes } from '../../wasm/kernels/execute/qparams.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Step } from '../operator.js';
import { byteType } from './codes.js';
import type { ConvInputs } from './convInputs.js';
import type { Ending } from './product.js';
import type { ScratchPlan } from './scratch.js';

/** Sums of a tile: 64 KB. */
const TILE_SUMS = 16384;
const MULTIPLY_ADDS_PER_STEP = 2 ** 23;

export class DepthwiseCodes {
  readonly #node: NodeContext;
  readonly #inputs: ConvInputs;
  readonly #shape: ConvShape;
  readonly #flips: { readonly x: Flip; readonly weights: Flip };
  readonly #rows: number;
  readonly #places: Readonly<Record<'shape' | 'list' | 'weights' | 'sums' | 'za' | 'zb' | 'bias', number>>;

  constructor(node: NodeContext, scratch: ScratchPlan, inputs: ConvInputs, shape: ConvShape) {
    const channels = shape.groups;
    this.#node = node;
    this.#inputs = inputs;
    this.#shape = shape;
    this.#flips = {
      x: byteType(node, inputs.x) === 'int8' ? 128 : 0,
      weights: byteType(node, inputs.weights) === 'uint8' ? 128 : 0,
    };
    this.#rows = Math.max(1, Math.floor(TILE_SUMS / channels));
    this.#places = {
      shape: scratch.take(CONV_SHAPE_BYTES),
      list: scratch.take(tapsOf(shape) * TAP_BYTES),
      weights: scratch.take(tapsOf(shape) * channels * 2),
      sums: scratch.take(this.#rows * channels * 4),
      za: scratch.take(4),
      zb: scratch.take(channels * 4),
      bias: scratch.take(channels * 4),
    };
  }

  steps(at: Addresses, ending: Ending): readonly Step[] {
    const { batch, axes, groups } = this.#shape;
    const positions = batch * axes[0].outputs * axes[1].outputs * axes[2].outputs;
    if (positions * groups === 0) return [];
    const tileCost = this.#rows * groups * tapsOf(this.#shape);
    const perStep = Math.max(1, Math.floor(MULTIPLY_ADDS_PER_STEP / tileCost)) * this.#rows;
    return Array.from({ length: Math.ceil(positions / perStep) }, (_, i) => () => {
      if (i === 0) this.#begin(at, ending);
      writeConvShape(this.#node.engine, at.scratch + this.#places.shape, this.#shape);
      const end = Math.min(positions, (i + 1) * perStep);
      for (let from = i * perStep; from < end; from += this.#rows) {
        this.#tile(at, ending, from, Math.min(end, from + this.#rows));
      }
    });
  }

  #begin(at: Addresses, ending: Ending): void {
    const { kernels } = this.#node.engine;
    const { xZeroPoint, weightZeroPoint, weights, bias } = this.#inputs;
    const { groups: channels } = this.#shape;
    const { x: flipX, weights: flipWeights } = this.#flips;
    const given = (index: number): number => (this.#node.has(index) ? at.input(index) : 0);
    const place = (name: 'za' | 'zb' | 'weights' | 'bias'): number => at.scratch + this.#places[name];
    widenCodes(kernels, flipX ? 'int8' : 'uint8', given(xZeroPoint), place('za'), 1, 0, flipX);
    const single = !this.#node.has(weightZeroPoint) || (this.#node.input(weightZeroPoint).dims[0] ?? 1) === 1;
    const type = flipWeights ? 'uint8' : 'int8';
    const step = single ? 0 : 1;
    widenCodes(kernels, type, given(weightZeroPoint), place('zb'), channels, step, flipWeights ? -128 : 0);
    const taps = tapsOf(this.#shape);
    const from = at.input(weights);
    centreDepthwiseWeights(kernels, from, place('weights'), place('zb'), channels, taps, flipWeights);
    widenCodes(kernels, 'int32', bias === undefined ? 0 : given(bias), place('bias'), channels, 1);
    ending.begin(at);
  }

  #tile(at: Addresses, ending: Ending, from: number, to: number): void {
    const { shape, list, weights, sums, za, bias } = this.#places;
    const { scratch } = at;
    const channels = this.#shape.groups;
    depthwiseSums(
      this.#node.engine.kernels,
      at.input(this.#inputs.x),
      scratch + weights,
      scratch + sums,
      { from, to },
      this.#flips.x,
      scratch + za,
      scratch + list,
      scratch + shape,
    );
    const out = at.output(0) + from * channels * ending.elementBytes;
    const tile = {
      sums: scratch + sums,
      bias: scratch + bias,
      rows: to - from,
      n: channels,
      out,
      stride: channels,
    };
    ending.end(at, tile, 0, 0);
  }
}
