// Binary operators over broadcast tensors, element by element.

import { nextRow, rowLength, rowOffset, rowStep } from '../layout/broadcast';
import { binary, Binary } from '../num/elementwise/binary';
import { shiftOf, Type } from '../num/elementwise/types';
import { binaryRow } from '../num/elementwise/rows';

export function binary_broadcast(op: i32, type: i32, a: usize, b: usize, out: usize, block: usize): void {
  const shift = shiftOf(type);
  const length = rowLength(block);
  const aStep = rowStep(block, 0);
  const bStep = rowStep(block, 1);
  do {
    const aRow = a + (rowOffset(block, 0) << shift);
    const bRow = b + (rowOffset(block, 1) << shift);
    for (let i: u32 = 0; i < length; i++) {
      const x = aRow + (<usize>(i * aStep) << shift);
      const y = bRow + (<usize>(i * bStep) << shift);
      if (type == Type.F32) store<f32>(out, float(op, load<f32>(x), load<f32>(y)));
      else binaryRow(op, type, x, y, out, 1, 1, 1);
      out += 1 << shift;
    }
  } while (nextRow(block));
}

function float(op: i32, a: f32, b: f32): f32 {
  switch (op) {
    case Binary.Add: return binary<f32>(Binary.Add, a, b);
    case Binary.Sub: return binary<f32>(Binary.Sub, a, b);
    case Binary.Mul: return binary<f32>(Binary.Mul, a, b);
    case Binary.Div: return binary<f32>(Binary.Div, a, b);
    case Binary.Min: return binary<f32>(Binary.Min, a, b);
    case Binary.Max: return binary<f32>(Binary.Max, a, b);
    case Binary.PRelu: return binary<f32>(Binary.PRelu, a, b);
    default: return binary<f32>(Binary.Fmod, a, b);
  }
}
