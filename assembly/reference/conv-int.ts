// Integer convolutions, scalar and normative: kernels/conv-int says what the arguments are and equals it bit for bit.

import { ConvShape, isInside, tapsOf } from '../abi/conv-shape';

/** The element of x under tap `tap` of output `index`, counted in positions; −1 outside x. */
function positionOf(index: usize, tap: i32, shape: ConvShape): i32 {
  const width = <usize>shape.outWidth;
  const height = <usize>shape.outHeight;
  const depth = <usize>shape.outDepth;
  const plane = index / width / height;
  const kw = tap % shape.kernelWidth;
  const kh = (tap / shape.kernelWidth) % shape.kernelHeight;
  const kd = tap / shape.kernelWidth / shape.kernelHeight;
  const x = <i32>(index % width) * shape.strideWidth - shape.padWidth + kw * shape.dilationWidth;
  const y = <i32>((index / width) % height) * shape.strideHeight - shape.padHeight + kh * shape.dilationHeight;
  const z = <i32>(plane % depth) * shape.strideDepth - shape.padDepth + kd * shape.dilationDepth;
  if (!isInside(x, shape.width) || !isInside(y, shape.height) || !isInside(z, shape.depth)) return -1;
  return ((<i32>(plane / depth) * shape.depth + z) * shape.height + y) * shape.width + x;
}

export function depthwise_sums_i32(
  xPtr: usize, weightsPtr: usize, sumsPtr: usize, from: usize, to: usize,
  flip: u32, zeroPointPtr: usize, listPtr: usize, shape: ConvShape,
): void {
  const taps = <i32>tapsOf(shape);
  const channels = <usize>shape.channels;
  for (let index = from; index < to; index++) {
    for (let channel: usize = 0; channel < channels; channel++) {
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) {
        const position = positionOf(index, tap, shape);
        if (position < 0) continue;
        const code = <u32>load<u8>(xPtr + <usize>position * channels + channel) ^ flip;
        const weight = <i32>load<i16>(weightsPtr + ((<usize>tap * channels + channel) << 1));
        sum += (<i32>code - load<i32>(zeroPointPtr)) * weight;
      }
      store<i32>(sumsPtr, sum);
      sumsPtr += 4;
    }
  }
}
