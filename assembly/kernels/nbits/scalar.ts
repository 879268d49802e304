// GatherBlockQuantized: slices of a tensor of small codes, dequantized while they are gathered. Scalar: it fetches rows
// of an embedding.
//
//   data is seen as [outer, gathered, inner] and as [before, depth, after] around the quantized axis; element e has the
//   scale ((before · ceil(depth / block) + floor(depth / block)) · after + after) of its coordinates

import { takeCode } from '../../num/bits';

/** An argument block of 13 integers of 32 bits. */
@unmanaged
export class GatherBlocks {
  gathered: u32;
  inner: u32;
  indexCount: u32;
  /** 4 or 8 bytes an index. */
  indexBytes: u32;
  depth: u32;
  after: u32;
  block: u32;
  bits: u32;
  /** 1 when codes are two's complement. */
  signed: u32;
  /** Zero points: address (0: `middle` for all), and how many codes a row of them, `zeroPointRow` scales, takes. */
  zeroPointsPtr: usize;
  middle: i32;
  zeroPointRow: u32;
  zeroPointRowCodes: u32;
}

@inline
function codeAt(ptr: usize, index: usize, shape: GatherBlocks): i32 {
  const code = <i32>takeCode(ptr, index, shape.bits);
  const sign = 1 << (shape.bits - 1);
  return shape.signed == 1 ? (code ^ sign) - sign : code;
}

@inline
function zeroPointAt(scale: usize, shape: GatherBlocks): i32 {
  if (shape.zeroPointsPtr == 0) return shape.middle;
  const row = scale / shape.zeroPointRow;
  return codeAt(shape.zeroPointsPtr, row * shape.zeroPointRowCodes + (scale % shape.zeroPointRow), shape);
}

/** Slices [from, to) of the outer · indexCount ones. Answers −1, or the place in `indices` of one outside its axis. */
export function gather_blocks_f32(
  dataPtr: usize, indicesPtr: usize, scalesPtr: usize, outPtr: usize, from: usize, to: usize, shape: GatherBlocks,
): i32 {
  const gathered = <i64>shape.gathered;
  const inner = <usize>shape.inner;
  const after = <usize>shape.after;
  const depth = <usize>shape.depth;
  const blocks = (depth + shape.block - 1) / shape.block;
  for (let slice = from; slice < to; slice++) {
    const place = slice % shape.indexCount;
    let index = shape.indexBytes == 8
      ? load<i64>(indicesPtr + (place << 3))
      : <i64>load<i32>(indicesPtr + (place << 2));
    if (index < -gathered || index >= gathered) return <i32>place;
    if (index < 0) index += gathered;
    const first = ((slice / shape.indexCount) * <usize>shape.gathered + <usize>index) * inner;
    for (let i: usize = 0; i < inner; i++) {
      const element = first + i;
      const row = element / after;
      const scale = ((row / depth) * blocks + (row % depth) / shape.block) * after + (element % after);
      const code = codeAt(dataPtr, element, shape) - zeroPointAt(scale, shape);
      store<f32>(outPtr + ((slice * inner + i) << 2), <f32>code * load<f32>(scalesPtr + (scale << 2)));
    }
  }
  return -1;
}
