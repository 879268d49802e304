// Attributes of PIR, `{"#": kind, "D": data}`, as the attributes of legacy operators; floats that JSON has no word for stand
// in `VD`.

import { paddleCode } from '../dtypes.js';
import type { PaddleAttribute } from '../program.js';
import type { JsonPlace } from './json.js';
import { fullName } from './names.js';

const NOT_FINITE = new Map([
  ['INF', Number.POSITIVE_INFINITY],
  ['-INF', Number.NEGATIVE_INFINITY],
  ['NAN', Number.NaN],
]);
const INT64_MAX = 2n ** 63n - 1n;

/** The attribute that a value of PIR's means to a legacy operator: element types are Paddle's numbers there. Kinds that mean
 *  nothing to one are `opaque`.
 *  @throws OctavoError `MALFORMED` */
export function pirAttribute(place: JsonPlace): PaddleAttribute {
  const kind = fullName(place.member('#').text());
  const read = READERS.get(kind);
  return read === undefined ? { kind: 'opaque', origin: place.value } : read(place);
}

const READERS = new Map<string, (place: JsonPlace) => PaddleAttribute>([
  ['builtin.a_bool', (place) => ({ kind: 'bool', value: place.member('D').bool() })],
  ['builtin.a_i32', (place) => ({ kind: 'int', value: place.member('D').whole() })],
  ['builtin.a_i64', (place) => ({ kind: 'long', value: long(place.member('D')) })],
  ['builtin.a_f32', (place) => ({ kind: 'float', value: float(place) })],
  ['builtin.a_f64', (place) => ({ kind: 'float64', value: float(place) })],
  ['builtin.a_str', (place) => ({ kind: 'string', value: place.member('D').text() })],
  ['builtin.a_array', array],
  ['pd_op.a_intarray', (place) => ({ kind: 'longs', value: place.member('D').list().map(long) })],
  ['pd_op.a_dtype', dtype],
]);

/** JSON's numbers are doubles: the largest int64 arrives as 2^63, and means the largest. */
function long(place: JsonPlace): bigint {
  const value = BigInt(place.whole());
  if (value > INT64_MAX) return INT64_MAX;
  return value < -INT64_MAX ? -INT64_MAX - 1n : value;
}

function float(place: JsonPlace): number {
  const word = place.optional('VD');
  if (word === undefined) return place.member('D').number();
  const value = NOT_FINITE.get(word.text());
  if (value === undefined) throw word.fail('is no float');
  return value;
}

const LISTS: Partial<Record<PaddleAttribute['kind'], PaddleAttribute['kind']>> = {
  bool: 'bools',
  int: 'ints',
  long: 'longs',
  float: 'floats',
  float64: 'float64s',
  string: 'strings',
};

/** A list of attributes of one kind; an empty one has no kind, and `ints` passes for each. */
function array(place: JsonPlace): PaddleAttribute {
  const items = place.member('D').list().map(pirAttribute);
  const kind = items[0]?.kind ?? 'int';
  const list = LISTS[kind];
  if (list === undefined) return { kind: 'opaque', origin: place.value };
  if (items.some((item) => item.kind !== kind)) throw place.fail('mixes kinds of attributes');
  // Each item was read as of this kind, so the list is of the kind's list.
  return { kind: list, value: items.map((item) => 'value' in item && item.value) } as PaddleAttribute;
}

const NO_DTYPE = -1;

/** Element types are numbers in legacy operators, -1 where the operator decides. PIR calls them as NumPy does. */
function dtype(place: JsonPlace): PaddleAttribute {
  const name = place.member('D').text();
  if (name.startsWith('Undefined')) return { kind: 'int', value: NO_DTYPE };
  const code = paddleCode(name as Parameters<typeof paddleCode>[0]);
  return code === undefined ? { kind: 'opaque', origin: name } : { kind: 'int', value: code };
}
