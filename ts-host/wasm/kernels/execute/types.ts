// Element types by the numbers that elementwise kernels know them by (assembly/num/elementwise/types.ts).

/** In the order of the kernels' list. */
export const ELEMENT_TYPES = [
  'bool',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'uint64',
  'int64',
  'float32',
  'float64',
  'float16',
  'bfloat16',
] as const;

export type ElementType = (typeof ELEMENT_TYPES)[number];

/** Whether elementwise kernels know this type. */
export function isElementType(dtype: string): dtype is ElementType {
  return (ELEMENT_TYPES as readonly string[]).includes(dtype);
}

/** What a kernel calls this type. */
export function typeNumber(dtype: ElementType): number {
  return ELEMENT_TYPES.indexOf(dtype);
}
