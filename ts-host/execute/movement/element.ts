// One number as an element of any dtype.

import { DTYPE_BITS, type DType } from '../../ir/dtype.js';
import { castElements } from '../../wasm/kernels/execute/cast.js';
import { isElementType } from '../../wasm/kernels/execute/types.js';
import type { NodeContext } from '../node.js';

/** Bytes of `value` as an element. */
export function elementOf(node: NodeContext, dtype: DType, value: number): Uint8Array {
  const bytes = DTYPE_BITS[dtype] / 8;
  if (value === 0) return new Uint8Array(bytes);
  if (!isElementType(dtype))
    node.fail(`${node.node.opType} of ${dtype} with ${value} is not supported`, 'UNSUPPORTED_DTYPE');
  const { heap, kernels } = node.engine;
  const address = heap.copyIn(Float32Array.of(value, 0, 0, 0));
  try {
    castElements(kernels, 'float32', dtype, address, address + 8, 1);
    return heap.copyOut(address + 8, bytes);
  } finally {
    heap.free(address);
  }
}
