// Rows of A: the patches of output positions, [taps, channels of the group], side by side in scratch.
// As i16 less the zero point, zeros outside x; or as u8, the zero point outside x.
// A run of the kernel that lies together in x is copied as one. Vectors may be read over its end, up to that of the image, and
// are written over it: what follows is written later, and behind the last row are 32 bytes of room.

import { ConvShape, isInside } from '../../abi/conv-shape';
import { ProductArgs, shapeOf } from '../../abi/product-args';
import { interleaveTiles } from './interleave';
import { codesPitch, GATHERED_ROWS } from './rows';

/** What every run needs: values in all lanes. */
let flip: u32 = 0;
let zeroPoint: i32 = 0;
/** End of the image in x that is read. */
let imageEnd: usize = 0;

/** Whether the patches are x as it lies. */
export function isPointwise(shape: ConvShape): bool {
  if (shape.kernelDepth != 1 || shape.kernelHeight != 1 || shape.kernelWidth != 1) return false;
  if (shape.strideDepth != 1 || shape.strideHeight != 1 || shape.strideWidth != 1) return false;
  if (shape.outDepth != shape.depth || shape.outHeight != shape.height || shape.outWidth != shape.width) return false;
  return (shape.padDepth | shape.padHeight | shape.padWidth) == 0;
}

/** `count` codes from x. T is i16 or u8. */
@inline
function copyRun<T>(fromPtr: usize, toPtr: usize, count: usize): void {
  const flips = i8x16.splat(<i8>flip);
  const zeros = i16x8.splat(<i16>zeroPoint);
  const fromEnd = fromPtr + count;
  const whole = min(fromEnd, imageEnd - 15);
  for (; fromPtr < whole; fromPtr += 16) {
    const codes = v128.xor(v128.load(fromPtr), flips);
    if (sizeof<T>() == 1) v128.store(toPtr, codes);
    else {
      v128.store(toPtr, i16x8.sub(i16x8.extend_low_i8x16_u(codes), zeros));
      v128.store(toPtr, i16x8.sub(i16x8.extend_high_i8x16_u(codes), zeros), 16);
    }
    toPtr += 16 * sizeof<T>();
  }
  for (; fromPtr < fromEnd; fromPtr++) {
    const code = <i32>(<u32>load<u8>(fromPtr) ^ flip);
    store<T>(toPtr, <T>(sizeof<T>() == 1 ? code : code - zeroPoint));
    toPtr += sizeof<T>();
  }
}

/** `count` positions outside x. */
@inline
function fillRun<T>(toPtr: usize, count: usize): void {
  if (count == 0) return;
  if (sizeof<T>() == 1) memory.fill(toPtr, <u8>zeroPoint, count);
  else memory.fill(toPtr, 0, count << 1);
}

/** One kernel row of a patch that starts at `start` in a row of x. */
function kernelRow<T>(rowPtr: usize, toPtr: usize, start: i32, shape: ConvShape): void {
  const channels = <usize>shape.channels;
  const length = <usize>shape.groupChannels;
  const taps = shape.kernelWidth;
  const step = shape.dilationWidth;
  if (step == 1 && length == channels) {
    // Neighbours in the kernel are neighbours in x: padding, one run, padding.
    const before = min(max(-start, 0), taps);
    const inside = max(min(shape.width - start, taps) - before, 0);
    fillRun<T>(toPtr, <usize>before * length);
    toPtr += (<usize>before * length) * sizeof<T>();
    if (inside > 0) copyRun<T>(rowPtr + <usize>(start + before) * channels, toPtr, <usize>inside * length);
    fillRun<T>(toPtr + (<usize>inside * length) * sizeof<T>(), <usize>(taps - before - inside) * length);
    return;
  }
  for (let tap = 0; tap < taps; tap++) {
    const at = start + tap * step;
    if (isInside(at, shape.width)) copyRun<T>(rowPtr + <usize>at * channels, toPtr, length);
    else fillRun<T>(toPtr, length);
    toPtr += length * sizeof<T>();
  }
}

/** Rows [from, from + rows) of one group as i16, in tiles (interleave.ts). After `rowsEnd` is room for some rows of codes. */
export function gatherTiles(
  args: ProductArgs, group: usize, from: usize, rows: usize, toPtr: usize, rowsEnd: usize, depth: usize,
): void {
  const shape = shapeOf(args);
  const length = <usize>shape.groupChannels;
  if (isPointwise(shape) && (length & 7) == 0) {
    const x = args.x + from * <usize>shape.channels + group * length;
    return interleaveTiles(x, shape.channels, rows, depth, toPtr, args.flip, args.zeroPoint);
  }
  const pitch = codesPitch(depth);
  for (let row: usize = 0; row < rows; row += GATHERED_ROWS) {
    const count = min(GATHERED_ROWS, rows - row);
    gatherRows<u8>(args, group, from + row, count, rowsEnd, pitch);
    interleaveTiles(rowsEnd, pitch, count, depth, toPtr, 0, args.zeroPoint);
    toPtr += (depth << 1) * GATHERED_ROWS;
  }
}

/** The output position that is gathered next. */
let column: i32 = 0;
let line: i32 = 0;
let plane: i32 = 0;
let image: i32 = 0;

/** Goes to output position `from`: gathering goes on from there. */
export function startRows(args: ProductArgs, from: usize): void {
  const shape = shapeOf(args);
  column = <i32>(from % shape.outWidth);
  from /= shape.outWidth;
  line = <i32>(from % shape.outHeight);
  from /= shape.outHeight;
  plane = <i32>(from % shape.outDepth);
  image = <i32>(from / shape.outDepth);
}

/** Rows of `count` neighbouring windows that lie inside x: runs at equal distances. */
function insideWindows<T>(shape: ConvShape, first: usize, toPtr: usize, pitch: usize, count: i32): void {
  const channels = <usize>shape.channels;
  const runBytes = <usize>shape.kernelWidth * channels;
  const downBytes = <usize>(shape.dilationHeight * shape.width) * channels;
  const height = <usize>shape.kernelHeight;
  const stepBytes = <usize>shape.strideWidth * channels;
  // Short runs, as of the three channels of a picture, are a vector each, if what is read over the last lies in the image.
  const short = sizeof<T>() == 1 && runBytes <= 16;
  const reach = (height - 1) * downBytes + 16;
  const flips = i8x16.splat(<i8>flip);
  for (; count > 0; count--) {
    const end = first + height * downBytes;
    let to = toPtr;
    if (short && first + reach <= imageEnd) {
      for (let run = first; run < end; run += downBytes) {
        v128.store(to, v128.xor(v128.load(run), flips));
        to += runBytes;
      }
    } else {
      for (let run = first; run < end; run += downBytes) {
        copyRun<T>(run, to, runBytes);
        to += runBytes * sizeof<T>();
      }
    }
    first += stepBytes;
    toPtr += pitch;
  }
}

/** Rows [from, from + rows) of one group at toPtr, `pitch` bytes apart. T is i16 or u8. `from` is where startRows went, or where
 *  the rows before end. */
export function gatherRows<T>(
  args: ProductArgs, group: usize, from: usize, rows: usize, toPtr: usize, pitch: usize,
): void {
  const shape = shapeOf(args);
  const channels = <usize>shape.channels;
  const length = <usize>shape.groupChannels;
  const x = args.x + group * length;
  flip = args.flip;
  zeroPoint = args.zeroPoint;
  const lineBytes = <usize>shape.width * channels;
  const imageBytes = <usize>(shape.depth * shape.height) * lineBytes;
  if (isPointwise(shape)) {
    imageEnd = args.x + (from + rows) * channels;
    if (length == channels && pitch == length * sizeof<T>()) return copyRun<T>(x + from * channels, toPtr, rows * length);
    for (let row: usize = 0; row < rows; row++) copyRun<T>(x + (from + row) * channels, toPtr + row * pitch, length);
    return;
  }
  const rowElements = <usize>shape.kernelWidth * length;
  let w = column;
  let h = line;
  imageEnd = args.x + <usize>(image + 1) * imageBytes;
  const joined = shape.depth == 1 && shape.kernelDepth == 1 && shape.padDepth == 0 && length == channels
    && (shape.dilationWidth == 1 || shape.kernelWidth == 1);
  const lastLeft = shape.width - shape.kernelWidth;
  const lastTop = shape.height - 1 - (shape.kernelHeight - 1) * shape.dilationHeight;
  let count = 1;
  for (let row: usize = 0; row < rows; row += count) {
    let to = toPtr + row * pitch;
    const left = w * shape.strideWidth - shape.padWidth;
    const top = h * shape.strideHeight - shape.padHeight;
    count = 1;
    if (joined && left >= 0 && left <= lastLeft && top >= 0 && top <= lastTop) {
      count = min(min(<i32>(rows - row), shape.outWidth - w), (lastLeft - left) / shape.strideWidth + 1);
      const first = x + (<usize>(image * shape.height + top) * <usize>shape.width + <usize>left) * channels;
      insideWindows<T>(shape, first, to, pitch, count);
    } else for (let kd = 0; kd < shape.kernelDepth; kd++) {
      const z = plane * shape.strideDepth - shape.padDepth + kd * shape.dilationDepth;
      for (let kh = 0; kh < shape.kernelHeight; kh++) {
        const y = top + kh * shape.dilationHeight;
        if (isInside(z, shape.depth) && isInside(y, shape.height)) {
          const at = <usize>((image * shape.depth + z) * shape.height + y);
          kernelRow<T>(x + at * lineBytes, to, left, shape);
        } else fillRun<T>(to, rowElements);
        to += rowElements * sizeof<T>();
      }
    }
    w += count;
    if (w == shape.outWidth) {
      w = 0;
      if (++h == shape.outHeight) {
        h = 0;
        if (++plane == shape.outDepth) {
          plane = 0;
          image++;
          imageEnd += imageBytes;
        }
      }
    }
  }
  column = w;
  line = h;
}
