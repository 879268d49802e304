// An attribute of an operator, from its message: the kind it is stored as, and the value of that kind.

import type { PaddleAttribute, PaddleScalar } from './program.js';
import type { OpAttr, Scalar } from './proto/framework_pb.js';

/** Numbers of the kinds of attributes (AttrType). */
export const ATTRIBUTE_TYPE = {
  int: 0,
  float: 1,
  string: 2,
  ints: 3,
  floats: 4,
  strings: 5,
  bool: 6,
  bools: 7,
  block: 8,
  long: 9,
  blocks: 10,
  longs: 11,
  float64s: 12,
  var: 13,
  vars: 14,
  float64: 15,
  scalar: 16,
  scalars: 17,
} as const satisfies Record<Exclude<PaddleAttribute['kind'], 'opaque'>, number>;

type Kind = keyof typeof ATTRIBUTE_TYPE;

const READERS: { readonly [K in Kind]: (attr: OpAttr) => PaddleAttribute } = {
  int: ({ i }) => ({ kind: 'int', value: i }),
  float: ({ f }) => ({ kind: 'float', value: f }),
  string: ({ s }) => ({ kind: 'string', value: s }),
  ints: ({ ints }) => ({ kind: 'ints', value: ints }),
  floats: ({ floats }) => ({ kind: 'floats', value: floats }),
  strings: ({ strings }) => ({ kind: 'strings', value: strings }),
  bool: ({ b }) => ({ kind: 'bool', value: b }),
  bools: ({ bools }) => ({ kind: 'bools', value: bools }),
  block: ({ blockIdx }) => ({ kind: 'block', value: blockIdx }),
  long: ({ l }) => ({ kind: 'long', value: l }),
  blocks: ({ blocksIdx }) => ({ kind: 'blocks', value: blocksIdx }),
  longs: ({ longs }) => ({ kind: 'longs', value: longs }),
  float64s: ({ float64s }) => ({ kind: 'float64s', value: float64s }),
  var: ({ varName }) => ({ kind: 'var', value: varName }),
  vars: ({ varsName }) => ({ kind: 'vars', value: varsName }),
  float64: ({ float64 }) => ({ kind: 'float64', value: float64 }),
  scalar: (attr) => scalars(attr, attr.scalar === undefined ? [] : [attr.scalar], 'scalar'),
  scalars: (attr) => scalars(attr, attr.scalars, 'scalars'),
};

const BY_TYPE = new Map(
  (Object.keys(READERS) as Kind[]).map((kind) => [ATTRIBUTE_TYPE[kind] as number, READERS[kind]]),
);

/** Reads an attribute. What has no kind here, or more than its kind says, is `opaque`. */
export function readPaddleAttribute(attr: OpAttr): PaddleAttribute {
  const read = BY_TYPE.get(attr.type);
  return read === undefined || attr.$unknown !== undefined ? { kind: 'opaque', origin: attr } : read(attr);
}

function scalars(attr: OpAttr, held: readonly Scalar[], kind: 'scalar' | 'scalars'): PaddleAttribute {
  const values = held.map(scalarValue);
  const known = values.filter((value) => value !== undefined);
  if (known.length < values.length) return { kind: 'opaque', origin: attr };
  if (kind === 'scalars') return { kind, value: known };
  const [value] = known;
  return value === undefined ? { kind: 'opaque', origin: attr } : { kind, value };
}

function scalarValue({ type, b, i, r }: Scalar): PaddleScalar | undefined {
  if (type === 1) return b;
  if (type === 2) return i;
  return type === 3 ? r : undefined;
}
