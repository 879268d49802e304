// Transposed convolution, normative: an output starts at the bias and adds, in the order of kernel positions, then
// channels, the products of those positions whose input (o + pad − t · dilation) / stride is whole; outside x it is zero.
// Each product and each sum is rounded to float32. Packed weights are the weights.

import { ConvShape, isInside, tapsOf } from '../abi/conv-shape';
import { activateF32 } from '../num/activate';

export function conv_transpose_f32_packed_bytes(
  groups: usize, groupOutputs: usize, groupChannels: usize, taps: usize,
): usize {
  return (groups * groupOutputs * groupChannels * taps) << 2;
}

export function conv_transpose_f32_pack(shapePtr: usize, wPtr: usize, packedPtr: usize, first: i32, end: i32): void {
  const shape = changetype<ConvShape>(shapePtr);
  const outputBytes = <i32>tapsOf(shape) << 2;
  for (let output = first; output < end; output++) {
    const group = output / shape.groupOutputs;
    for (let channel = group * shape.groupChannels; channel < (group + 1) * shape.groupChannels; channel++) {
      const at = (channel * shape.groupOutputs + output % shape.groupOutputs) * outputBytes;
      memory.copy(packedPtr + at, wPtr + at, outputBytes);
    }
  }
}

export function conv_transpose_f32_scratch_bytes(taps: usize, groupChannels: usize): usize {
  return 0;
}

export function conv_transpose_f32(
  shapePtr: usize, xPtr: usize, packedPtr: usize, outPtr: usize, biasPtr: usize, scratchPtr: usize,
  first: u32, end: u32, activation: i32, p: f32, q: f32,
): void {
  const shape = changetype<ConvShape>(shapePtr);
  const outputs = shape.groups * shape.groupOutputs;
  for (let pixel = first; pixel < end; pixel++) {
    for (let output = 0; output < outputs; output++) {
      const bias: f32 = biasPtr == 0 ? 0 : load<f32>(biasPtr + (output << 2));
      const sum = sumOf(shape, xPtr, packedPtr, pixel, output, bias);
      store<f32>(outPtr + ((pixel * outputs + output) << 2), activateF32(sum, activation, p, q));
    }
  }
}

function sumOf(shape: ConvShape, xPtr: usize, wPtr: usize, pixel: u32, output: i32, sum: f32): f32 {
  const ow = <i32>(pixel % shape.outWidth);
  pixel /= shape.outWidth;
  const oh = <i32>(pixel % shape.outHeight);
  pixel /= shape.outHeight;
  const od = <i32>(pixel % shape.outDepth);
  const image = <i32>(pixel / shape.outDepth);
  const firstChannel = (output / shape.groupOutputs) * shape.groupChannels;
  const taps = <i32>tapsOf(shape);
  for (let tap = 0; tap < taps; tap++) {
    const w = ow + shape.padWidth - (tap % shape.kernelWidth) * shape.dilationWidth;
    const h = oh + shape.padHeight - ((tap / shape.kernelWidth) % shape.kernelHeight) * shape.dilationHeight;
    const d = od + shape.padDepth - (tap / (shape.kernelWidth * shape.kernelHeight)) * shape.dilationDepth;
    if (w % shape.strideWidth != 0 || h % shape.strideHeight != 0 || d % shape.strideDepth != 0) continue;
    const atWidth = w / shape.strideWidth;
    const atHeight = h / shape.strideHeight;
    const atDepth = d / shape.strideDepth;
    const inside = isInside(atWidth, shape.width) && isInside(atHeight, shape.height) && isInside(atDepth, shape.depth);
    const position = ((image * shape.depth + atDepth) * shape.height + atHeight) * shape.width + atWidth;
    for (let index = 0; index < shape.groupChannels; index++) {
      const channel = firstChannel + index;
      const x: f32 = inside ? load<f32>(xPtr + ((position * shape.channels + channel) << 2)) : 0;
      const weight = (channel * shape.groupOutputs + output % shape.groupOutputs) * taps + tap;
      sum += x * load<f32>(wPtr + (weight << 2));
    }
  }
  return sum;
}
