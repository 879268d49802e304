// Depthwise convolution of codes, scalar and normative: kernels/depthwise-int says what the arguments are and equals it
// bit for bit. Packed weights are i16 [channels, taps], their zero point taken off.

import { ConvShape, isInside, tapsOf } from '../abi/conv-shape';
import { DepthwiseCodes } from '../abi/depthwise-codes';
import { requantizeOne } from '../num/requantize';

export function depthwise_u8_packed_bytes(channels: usize, taps: usize, dots: u32): usize {
  return (channels * taps) << 1;
}

export function depthwise_u8_pack(
  wPtr: usize, packedPtr: usize, channels: usize, taps: usize, width: usize, unsigned: u32, zeroPoint: i32, dots: u32,
): void {
  for (let i: usize = 0; i < channels * taps; i++) {
    const code = unsigned != 0 ? <i32>load<u8>(wPtr + i) : <i32>load<i8>(wPtr + i);
    store<i16>(packedPtr + (i << 1), <i16>(code - zeroPoint));
  }
}

export function depthwise_u8_scratch_bytes(channels: usize, taps: usize, width: usize): usize {
  return 0;
}

export function depthwise_u8(
  shapePtr: usize, codesPtr: usize, xPtr: usize, packedPtr: usize, outPtr: usize, scratchPtr: usize,
  first: u32, end: u32,
): void {
  const shape = changetype<ConvShape>(shapePtr);
  const codes = changetype<DepthwiseCodes>(codesPtr);
  const channels = shape.channels;
  for (let pixel = first; pixel < end; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = sumOf(shape, codes, xPtr, packedPtr, pixel, channel);
      if (codes.bias != 0) sum += load<i32>(codes.bias + (channel << 2));
      const multiplier = load<f32>(codes.multiplier + (channel << 2));
      const code = codes.ySigned != 0
        ? requantizeOne<i8>(sum, multiplier, codes.yZeroPoint)
        : requantizeOne<u8>(sum, multiplier, codes.yZeroPoint);
      store<u8>(outPtr + <usize>pixel * channels + channel, <u8>max(codes.codeMin, min(codes.codeMax, code)));
    }
  }
}

function sumOf(shape: ConvShape, codes: DepthwiseCodes, xPtr: usize, wPtr: usize, pixel: u32, channel: i32): i32 {
  const w = <i32>(pixel % shape.outWidth) * shape.strideWidth - shape.padWidth;
  pixel /= shape.outWidth;
  const h = <i32>(pixel % shape.outHeight) * shape.strideHeight - shape.padHeight;
  pixel /= shape.outHeight;
  const d = <i32>(pixel % shape.outDepth) * shape.strideDepth - shape.padDepth;
  const image = <i32>(pixel / shape.outDepth);
  const taps = <i32>tapsOf(shape);
  let sum = 0;
  for (let tap = 0; tap < taps; tap++) {
    const x = w + (tap % shape.kernelWidth) * shape.dilationWidth;
    const y = h + ((tap / shape.kernelWidth) % shape.kernelHeight) * shape.dilationHeight;
    const z = d + (tap / (shape.kernelWidth * shape.kernelHeight)) * shape.dilationDepth;
    if (!isInside(x, shape.width) || !isInside(y, shape.height) || !isInside(z, shape.depth)) continue;
    const at = <usize>(((image * shape.depth + z) * shape.height + y) * shape.width + x) * shape.channels + channel;
    const code = codes.xSigned != 0 ? <i32>load<i8>(xPtr + at) : <i32>load<u8>(xPtr + at);
    sum += (code - codes.xZeroPoint) * <i32>load<i16>(wPtr + ((<usize>channel * taps + tap) << 1));
  }
  return sum;
}
