// Depthwise convolutions over channels-last codes: their sums.
// Bit-equal to reference/conv-int.ts. `flip` 128 turns s8 codes into u8 ones (kernels/gemm-int), 0 leaves u8 as they are;
// zero points are those of the u8 codes.

import { ConvShape, isInside } from '../../abi/conv-shape';

/** Output position `index` of the batch, by coordinates. */
let image: usize = 0;
let startDepth: i32 = 0;
let startHeight: i32 = 0;
let startWidth: i32 = 0;

/** Where the window of output `index` begins in x. */
function locate(index: usize, shape: ConvShape): void {
  const width = <usize>shape.outWidth;
  const height = <usize>shape.outHeight;
  const depth = <usize>shape.outDepth;
  const row = index / width;
  const plane = row / height;
  startWidth = <i32>(index % width) * shape.strideWidth - shape.padWidth;
  startHeight = <i32>(row % height) * shape.strideHeight - shape.padHeight;
  startDepth = <i32>(plane % depth) * shape.strideDepth - shape.padDepth;
  image = plane / depth;
}

/** Writes, for each tap inside x, its offset from xPtr and that of its weights; returns the end of the list. */
function listTaps(listPtr: usize, shape: ConvShape): usize {
  const channels = <usize>shape.channels;
  let tap: usize = 0;
  for (let kd = 0; kd < shape.kernelDepth; kd++) {
    const z = startDepth + kd * shape.dilationDepth;
    for (let kh = 0; kh < shape.kernelHeight; kh++) {
      const y = startHeight + kh * shape.dilationHeight;
      const inside = isInside(z, shape.depth) && isInside(y, shape.height);
      const line = (image * <usize>shape.depth + <usize>z) * <usize>shape.height + <usize>y;
      for (let kw = 0; kw < shape.kernelWidth; kw++, tap++) {
        const at = startWidth + kw * shape.dilationWidth;
        if (!inside || !isInside(at, shape.width)) continue;
        store<u32>(listPtr, <u32>((line * <usize>shape.width + <usize>at) * channels));
        store<u32>(listPtr, <u32>((tap * channels) << 1), 4);
        listPtr += 8;
      }
    }
  }
  return listPtr;
}

/** sums[position − from, channel] = Σ over the taps inside x of (x − zero point) · weight, i32.
 *  weights: depthwise_weights_i16; listPtr: scratch of 8 bytes a tap. */
export function depthwise_sums_i32(
  xPtr: usize, weightsPtr: usize, sumsPtr: usize, from: usize, to: usize,
  flip: u32, zeroPointPtr: usize, listPtr: usize, shape: ConvShape,
): void {
  const channels = <usize>shape.channels;
  const zeroPoint = load<i32>(zeroPointPtr);
  for (let index = from; index < to; index++) {
    locate(index, shape);
    const listEnd = listTaps(listPtr, shape);
    let channel: usize = 0;
    for (; channel + 16 <= channels; channel += 16) {
      sixteen(xPtr + channel, weightsPtr + (channel << 1), sumsPtr + (channel << 2), listPtr, listEnd, flip, zeroPoint);
    }
    for (; channel < channels; channel++) {
      let sum = 0;
      for (let at = listPtr; at < listEnd; at += 8) {
        const code = <i32>(<u32>load<u8>(xPtr + load<u32>(at) + channel) ^ flip) - zeroPoint;
        sum += code * <i32>load<i16>(weightsPtr + load<u32>(at, 4) + (channel << 1));
      }
      store<i32>(sumsPtr + (channel << 2), sum);
    }
    sumsPtr += channels << 2;
  }
}

function sixteen(
  xPtr: usize, weightsPtr: usize, sumsPtr: usize, listPtr: usize, listEnd: usize, flip: u32, zeroPoint: i32,
): void {
  const flips = i8x16.splat(<i8>flip);
  const zeroPoints = i16x8.splat(<i16>zeroPoint);
  let sum0 = i32x4.splat(0);
  let sum1 = i32x4.splat(0);
  let sum2 = i32x4.splat(0);
  let sum3 = i32x4.splat(0);
  for (let at = listPtr; at < listEnd; at += 8) {
    const codes = v128.xor(v128.load(xPtr + load<u32>(at)), flips);
    const weights = weightsPtr + load<u32>(at, 4);
    const low = i16x8.sub(i16x8.extend_low_i8x16_u(codes), zeroPoints);
    const high = i16x8.sub(i16x8.extend_high_i8x16_u(codes), zeroPoints);
    const first = v128.load(weights);
    const second = v128.load(weights, 16);
    sum0 = i32x4.add(sum0, i32x4.extmul_low_i16x8_s(low, first));
    sum1 = i32x4.add(sum1, i32x4.extmul_high_i16x8_s(low, first));
    sum2 = i32x4.add(sum2, i32x4.extmul_low_i16x8_s(high, second));
    sum3 = i32x4.add(sum3, i32x4.extmul_high_i16x8_s(high, second));
  }
  v128.store(sumsPtr, sum0);
  v128.store(sumsPtr, sum1, 16);
  v128.store(sumsPtr, sum2, 32);
  v128.store(sumsPtr, sum3, 48);
}
