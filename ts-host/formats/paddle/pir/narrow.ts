// Kinds of attributes: the older operators have 32 bits where the newer have 64, and Paddle refuses what is wider than it asks
// for; narrower ones it widens.

import type { PaddleAttribute } from '../program.js';

const fits = (value: bigint): boolean => BigInt.asIntN(32, value) === value;

/** The attribute as int, ints, float or floats. Whole numbers that need 64 bits keep them. */
export function narrowed(attribute: PaddleAttribute): PaddleAttribute {
  switch (attribute.kind) {
    case 'long':
      return fits(attribute.value) ? { kind: 'int', value: Number(attribute.value) } : attribute;
    case 'longs':
      return attribute.value.every(fits) ? { kind: 'ints', value: attribute.value.map(Number) } : attribute;
    case 'float64':
      return { kind: 'float', value: attribute.value };
    case 'float64s':
      return { kind: 'floats', value: attribute.value };
    default:
      return attribute;
  }
}
