// The numbers of small constants: scales and zero points.

import type { RunContext } from '../../context.js';
import { asElements } from '../../execute/elements.js';
import { readAll, type Tensor } from '../../ir/tensor.js';
import type { Links } from './links.js';

const PLAIN = ['float32', 'int8', 'uint8', 'int16', 'uint16', 'int32'];

/** Elements of a scalar or list; none where it is absent, has more dims, or a type that is no plain number. */
export async function numbersOf(tensor: Tensor | undefined, context: RunContext): Promise<number[]> {
  if (tensor === undefined || tensor.dims.length > 1 || !PLAIN.includes(tensor.dtype)) return [];
  return Array.from(asElements(tensor.dtype, await readAll(tensor.data, context)), Number);
}

/** An initializer, or the tensor of a Constant node. */
export function storedTensor(links: Links, name: string): Tensor | undefined {
  const value = links.maker(name)?.attributes.get('value');
  return links.graph.initializers.get(name) ?? (value?.kind === 'tensor' ? value.value : undefined);
}
