// Convolutions of 8-bit codes, channels last. Three ways, one result:
//
//   1×1, unit stride, one group, no padding      the product of x as it lies, [positions, C], with the weights
//   groups of one channel and one output         depthwise sums (depthwise.ts)
//   all others                                   per group the product of gathered patches, [positions, taps · C/g]

import { gatherPatches } from '../../wasm/kernels/execute/conv-int.js';
import {
  CONV_SHAPE_BYTES,
  type ConvShape,
  tapsOf,
  writeConvShape,
} from '../../wasm/kernels/execute/conv-shape.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Pack, Step } from '../operator.js';
import { axesOf } from '../operators/conv/attributes.js';
import { readShape } from '../operators/conv/shape.js';
import { byteType } from './codes.js';
import { type ConvInputs, checkChannelBias, checkConvZeroPoints } from './convInputs.js';
import { DepthwiseCodes } from './depthwise.js';
import type { Columns } from './endings.js';
import type { MatmulShape } from './matmulShape.js';
import { type Ending, type ProductPlan, planProduct } from './product.js';
import type { ProductInputs } from './productInputs.js';
import { productSteps } from './productRun.js';
import type { ScratchPlan } from './scratch.js';

export interface ConvPlan {
  /** Dims of the output. */
  readonly dims: readonly number[];
  /** What endings need to know. */
  readonly columns: Columns;
  readonly packs: readonly Pack[];
  readonly reads: readonly number[];
  readonly multiplyAdds: number;
  steps(at: Addresses, ending: Ending): readonly Step[];
}

export function planConvCodes(node: NodeContext, scratch: ScratchPlan, inputs: ConvInputs): ConvPlan {
  byteType(node, inputs.x);
  byteType(node, inputs.weights);
  checkConvZeroPoints(node, inputs);
  const rank = axesOf(node, inputs.weights);
  const shape = readShape(node, rank, inputs.weights);
  const { batch, axes, groups, groupChannels, groupOutputs } = shape;
  const spatial = axes.slice(3 - rank).map(({ outputs }) => outputs);
  const positions = spatial.reduce((a, b) => a * b, batch);
  const common = {
    dims: [batch, ...spatial, groups * groupOutputs],
    columns: { n: groupOutputs, matrices: groups, flat: true },
    multiplyAdds: positions * groups * groupOutputs * groupChannels * tapsOf(shape),
  };
  if (groups > 1 && groupChannels === 1 && groupOutputs === 1) {
    checkChannelBias(node, inputs, groups);
    const depthwise = new DepthwiseCodes(node, scratch, inputs, shape);
    return {
      ...common,
      columns: { n: groups, matrices: 1, flat: true },
      packs: [],
      reads: Object.values(inputs).filter((index: number) => node.has(index)),
      steps: (at, ending) => depthwise.steps(at, ending),
    };
  }
  const product = planProduct(node, scratch, productInputs(node, scratch, inputs, shape), {
    m: positions,
    n: groupOutputs,
    k: groupChannels * tapsOf(shape),
    dims: common.dims,
    products: groups,
    bCount: groups,
    matrices: (index) => [index, index],
  } satisfies MatmulShape);
  return { ...common, packs: product.packs, reads: product.reads, steps: productOf(product) };
}

const productOf =
  (product: ProductPlan): ConvPlan['steps'] =>
  (at, ending) =>
    productSteps(product, at, ending);

/** Whether the patches are x as it lies. */
function isPointwise({ axes, groups }: ConvShape): boolean {
  return (
    groups === 1 &&
    axes.every(
      ({ kernel, stride, pad, extent, outputs }) =>
        kernel === 1 && stride === 1 && pad === 0 && extent === outputs,
    )
  );
}

function productInputs(
  node: NodeContext,
  scratch: ScratchPlan,
  { x, weights, xZeroPoint, weightZeroPoint, bias }: ConvInputs,
  shape: ConvShape,
): ProductInputs {
  const common = {
    a: x,
    b: weights,
    aZeroPoint: xZeroPoint,
    bZeroPoint: weightZeroPoint,
    ...(bias === undefined ? {} : { bias }),
  };
  const { engine } = node;
  const flip = byteType(node, x) === 'int8' ? 128 : 0;
  const block = scratch.take(CONV_SHAPE_BYTES);
  const rows = {
    write(at: Addresses, group: number, from: number, count: number, to: number, zeroPoint: number): void {
      writeConvShape(engine, at.scratch + block, shape);
      const range = { from, to: from + count };
      gatherPatches(engine.kernels, at.input(x), to, range, group, flip, zeroPoint, at.scratch + block);
    },
  };
  const channels = shape.groupChannels;
  return {
    ...common,
    groups: { rows: isPointwise(shape) ? undefined : rows, channels, taps: tapsOf(shape) },
  };
}
