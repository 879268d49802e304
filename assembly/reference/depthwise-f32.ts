// Depthwise convolution, normative: the bias, plus the products of the kernel positions inside x in their order, each
// product and each sum rounded to float32; plus the addend; then the activation. Packed weights are the weights.

import { ConvShape, isInside, tapsOf } from '../abi/conv-shape';
import { activateF32 } from '../num/activate';

export function depthwise_f32_packed_bytes(outputs: usize, taps: usize): usize {
  return (outputs * taps) << 2;
}

export function depthwise_f32_pack(wPtr: usize, packedPtr: usize, outputs: usize, taps: usize): void {
  memory.copy(packedPtr, wPtr, (outputs * taps) << 2);
}

export function depthwise_f32_scratch_bytes(taps: usize): usize {
  return 0;
}

export function depthwise_f32(
  shapePtr: usize, xPtr: usize, packedPtr: usize, outPtr: usize, biasPtr: usize, addendPtr: usize, scratchPtr: usize,
  first: u32, end: u32, activation: i32, p: f32, q: f32,
): void {
  const shape = changetype<ConvShape>(shapePtr);
  const outputs = shape.groups * shape.groupOutputs;
  for (let pixel = first; pixel < end; pixel++) {
    for (let output = 0; output < outputs; output++) {
      const at = <usize>((pixel * outputs + output) << 2);
      const bias: f32 = biasPtr == 0 ? 0 : load<f32>(biasPtr + (output << 2));
      let sum = sumOf(shape, xPtr, packedPtr, pixel, output, bias);
      if (addendPtr != 0) sum += load<f32>(addendPtr + at);
      store<f32>(outPtr + at, activateF32(sum, activation, p, q));
    }
  }
}

function sumOf(shape: ConvShape, xPtr: usize, wPtr: usize, pixel: u32, output: i32, sum: f32): f32 {
  const w = <i32>(pixel % shape.outWidth) * shape.strideWidth - shape.padWidth;
  pixel /= shape.outWidth;
  const h = <i32>(pixel % shape.outHeight) * shape.strideHeight - shape.padHeight;
  pixel /= shape.outHeight;
  const d = <i32>(pixel % shape.outDepth) * shape.strideDepth - shape.padDepth;
  const image = <i32>(pixel / shape.outDepth);
  const taps = <i32>tapsOf(shape);
  for (let tap = 0; tap < taps; tap++) {
    const atWidth = w + (tap % shape.kernelWidth) * shape.dilationWidth;
    const atHeight = h + ((tap / shape.kernelWidth) % shape.kernelHeight) * shape.dilationHeight;
    const atDepth = d + (tap / (shape.kernelWidth * shape.kernelHeight)) * shape.dilationDepth;
    if (!isInside(atWidth, shape.width) || !isInside(atHeight, shape.height) || !isInside(atDepth, shape.depth)) continue;
    const position = ((image * shape.depth + atDepth) * shape.height + atHeight) * shape.width + atWidth;
    const x = load<f32>(xPtr + ((position * shape.channels + output / shape.groupOutputs) << 2));
    sum += x * load<f32>(wPtr + ((output * taps + tap) << 2));
  }
  return sum;
}
