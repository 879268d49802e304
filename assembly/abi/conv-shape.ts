// The shape of a convolution over channels-last tensors, always with three spatial axes: x [n, depth, height, width,
// channels] gives out [n, outDepth, outHeight, outWidth, groups · groupOutputs]. Fewer axes have leading sizes of 1.
// For a transposed convolution x and out keep their roles: x is the operator's input.

/** An argument block of 22 integers of 32 bits. */
@unmanaged
export class ConvShape {
  depth: i32;
  height: i32;
  width: i32;
  channels: i32;
  outDepth: i32;
  outHeight: i32;
  outWidth: i32;
  kernelDepth: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideDepth: i32;
  strideHeight: i32;
  strideWidth: i32;
  dilationDepth: i32;
  dilationHeight: i32;
  dilationWidth: i32;
  /** Padding before the first element of each axis; may be negative. */
  padDepth: i32;
  padHeight: i32;
  padWidth: i32;
  groups: i32;
  groupChannels: i32;
  groupOutputs: i32;
}

/** Positions of the kernel. */
// @ts-ignore: decorator
@inline
export function tapsOf(shape: ConvShape): usize {
  return shape.kernelDepth * shape.kernelHeight * shape.kernelWidth;
}

/** Whether 0 <= position < size. */
// @ts-ignore: decorator
@inline
export function isInside(position: i32, size: i32): bool {
  return <u32>position < <u32>size;
}
