// Small tensors in attributes, read while planning.

import type { Tensor } from '../../ir/tensor.js';
import type { NodeContext } from '../node.js';

/** The bytes of a tensor attribute.
 *  @throws OctavoError `IO_FAILED` when its source can only be waited for, or has it in a form that must be decoded */
export function attributeBytes(node: NodeContext, name: string, { data }: Tensor): Uint8Array {
  const { slice } = data;
  const read = slice?.source.readSync?.(slice.offset, data.byteLength);
  return read ?? node.fail(`attribute ${name} is not at hand`, 'IO_FAILED');
}
