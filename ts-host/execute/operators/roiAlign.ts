// RoiAlign: [N, C, H, W], regions [R, 4] and the image of each -> [R, C, outHeight, outWidth].

import {
  checkRegions,
  type RoiAlignCall,
  roiAlign,
  roiAlignScratch,
} from '../../wasm/kernels/execute/roi-align.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan, Step } from '../operator.js';
import { describeType } from '../value.js';

/** Samples times channels a step visits at most, where the number is known. */
const STEP_SAMPLES = 2 ** 21;

function readCall(node: NodeContext): RoiAlignCall {
  node.requireDType(0, 'float32');
  node.requireDType(1, 'float32');
  node.requireDType(2, 'int64');
  node.requireRank(0, 4);
  const [batch, channels, height, width] = node.input(0).dims as [number, number, number, number];
  const [rois, images] = [node.input(1), node.input(2)];
  const count = rois.dims[0] ?? -1;
  if (rois.dims.length !== 2 || rois.dims[1] !== 4 || images.dims.length !== 1 || images.dims[0] !== count) {
    node.fail(`regions ${describeType(rois)} and their images ${describeType(images)} do not fit`);
  }
  if (count > 0 && height * width === 0) node.fail(`no pixels in ${describeType(node.input(0))}`);
  const [outHeight, outWidth] = [node.int('output_height', 1), node.int('output_width', 1)];
  const sampling = node.int('sampling_ratio', 0);
  if (outHeight < 1 || outWidth < 1) node.fail(`an output of ${outHeight} by ${outWidth}`);
  if (sampling < 0 || sampling > 1024) node.fail(`sampling_ratio ${sampling} is outside [0, 1024]`);
  const mode = node.string('mode', 'avg');
  if (mode !== 'avg' && mode !== 'max') node.fail(`mode ${mode} is neither avg nor max`);
  const transform =
    node.opset < 16 ? 'output_half_pixel' : node.string('coordinate_transformation_mode', 'half_pixel');
  if (transform !== 'half_pixel' && transform !== 'output_half_pixel') {
    node.fail(`coordinate_transformation_mode ${transform} is not known`);
  }
  return {
    batch,
    channels,
    height,
    width,
    outHeight,
    outWidth,
    sampling,
    takesMax: mode === 'max',
    halfPixel: transform === 'half_pixel',
    scale: node.float('spatial_scale', 1),
  };
}

function planRoiAlign(node: NodeContext): Plan {
  const call = readCall(node);
  const { channels, outHeight, outWidth, sampling } = call;
  const count = node.input(1).dims[0]!;
  const samples = outHeight * outWidth * sampling ** 2 * channels;
  const perStep = sampling === 0 ? 1 : Math.max(1, Math.floor(STEP_SAMPLES / Math.max(1, samples)));
  return {
    outputs: [{ dtype: 'float32', dims: [count, channels, outHeight, outWidth] }],
    reads: [0, 1, 2],
    scratch: roiAlignScratch(call),
    bind: (at) => {
      const inputs = { x: at.input(0), rois: at.input(1), images: at.input(2) };
      const places = { ...inputs, out: at.output(0), scratch: at.scratch };
      const steps: Step[] = [() => requireRegions(node, call, places, count)];
      for (let from = 0; from < count; from += perStep) {
        const to = Math.min(count, from + perStep);
        steps.push(() => roiAlign(node.engine, call, places, from, to));
      }
      return steps;
    },
  };
}

function requireRegions(
  node: NodeContext,
  call: RoiAlignCall,
  at: Parameters<typeof checkRegions>[2],
  count: number,
): void {
  const wrong = checkRegions(node.engine, call, at, count);
  if (wrong?.why === 'image') node.fail(`region ${wrong.region} is of an image outside [0, ${call.batch})`);
  if (wrong !== undefined) node.fail(`region ${wrong.region} is not finite, or too large to be sampled`);
}

export const ROI_ALIGNS: readonly Operator[] = [{ opType: 'RoiAlign', domain: '', plan: planRoiAlign }];
