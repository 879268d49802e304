// Quantization to uint8 with the scale that the data themselves ask for, as DynamicQuantizeLinear defines it: one pass
// for the range, one for the codes.

import {
  beginRange,
  dynamicScale,
  extendRange,
  RANGE_BYTES,
} from '../../wasm/kernels/execute/dynamic-scale.js';
import {
  quantizeCodes,
  SCALE_PARAMS_BYTES,
  widenCodes,
  writeScaleParams,
} from '../../wasm/kernels/execute/qparams.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Step } from '../operator.js';
import { type Address, sizeOf } from '../value.js';
import type { ScratchPlan } from './scratch.js';
import { tileSteps } from './tiles.js';

const ONE_SCALE = { depth: 1, inner: 1, block: 1, scaleCount: 1 };

/** Where the results go; `codes` 0 for codes that nobody wants. */
export interface DynamicOutputs {
  readonly codes: Address;
  readonly scale: Address;
  readonly zeroPoint: Address;
}

/** Quantization of float32 input `index`, planned. */
export class DynamicQuantization {
  readonly #node: NodeContext;
  readonly #index: number;
  readonly #range: number;
  readonly #params: number;
  readonly #zeroPoint: number;

  constructor(node: NodeContext, scratch: ScratchPlan, index: number) {
    node.requireDType(index, 'float32');
    this.#node = node;
    this.#index = index;
    this.#range = scratch.take(RANGE_BYTES);
    this.#params = scratch.take(SCALE_PARAMS_BYTES);
    this.#zeroPoint = scratch.take(4);
  }

  steps(at: Addresses, to: DynamicOutputs): readonly Step[] {
    const { engine } = this.#node;
    const x = at.input(this.#index);
    const [range, params] = [at.scratch + this.#range, at.scratch + this.#params];
    const zeroPoint = at.scratch + this.#zeroPoint;
    const tiles = tileSteps(sizeOf(this.#node.input(this.#index)));
    const measure = tiles.steps(
      () => undefined,
      (from, count) => extendRange(engine, range, x + from * 4, count),
    );
    const finish = (): void => {
      dynamicScale(engine, range, to.scale, to.zeroPoint);
      widenCodes(engine.kernels, 'uint8', to.zeroPoint, zeroPoint, 1, 0);
      writeScaleParams(engine, params, ONE_SCALE, to.scale, zeroPoint, [0, 255]);
    };
    const quantize = tiles.steps(
      () => undefined,
      (from, count) =>
        quantizeCodes(engine.kernels, 'u8', x + from * 4, to.codes + from, count, from, params),
    );
    const after = to.codes === 0 ? [] : quantize;
    return [() => beginRange(engine, range), ...measure, finish, ...after];
  }
}
