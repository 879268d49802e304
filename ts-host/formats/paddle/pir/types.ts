// Types of PIR's values: dense tensors, lists of them, and nothing where an output is absent.

import type { DType } from '../../../ir/dtype.js';
import type { JsonPlace } from './json.js';
import { fullName } from './names.js';

export interface PirTensorType {
  readonly kind: 'tensor';
  /** undefined for element types that Octavo has not. */
  readonly dtype?: DType;
  /** -1 is a dim that is not known before the model is run; undefined for values that are no dense tensors. */
  readonly dims?: readonly number[];
}

/** A tensor, a list of tensors, or the absence of an optional result. */
export type PirType =
  | PirTensorType
  | { readonly kind: 'list'; readonly items: readonly PirTensorType[] }
  | { readonly kind: 'none' };

const ELEMENTS = new Map<string, DType>([
  ['builtin.t_bool', 'bool'],
  ['builtin.t_i8', 'int8'],
  ['builtin.t_ui8', 'uint8'],
  ['builtin.t_i16', 'int16'],
  ['builtin.t_i32', 'int32'],
  ['builtin.t_i64', 'int64'],
  ['builtin.t_f16', 'float16'],
  ['builtin.t_bf16', 'bfloat16'],
  ['builtin.t_f32', 'float32'],
  ['builtin.t_f64', 'float64'],
]);

/** The whole name of an element type; undefined for those that PIR's files have no name for here. */
export function elementName(dtype: DType): string | undefined {
  return [...ELEMENTS].find(([, known]) => known === dtype)?.[0];
}

/** A value's type: `{"#": "0.t_dtensor", "D": [element type, dims, layout, lod, offset]}`.
 *  @throws OctavoError `MALFORMED` */
export function pirType(place: JsonPlace): PirType {
  const name = fullName(place.member('#').text());
  if (name === 'NULL') return { kind: 'none' };
  if (name !== 'builtin.t_vec') return tensorType(name, place);
  const items = place.member('D').list();
  return { kind: 'list', items: items.map((item) => tensorType(fullName(item.member('#').text()), item)) };
}

function tensorType(name: string, place: JsonPlace): PirTensorType {
  // Sparse tensors, tensor arrays and what may come: values without a description, which few operators can use.
  if (name !== 'builtin.t_dtensor') return { kind: 'tensor' };
  const [element, dims] = place.member('D').list();
  if (element === undefined || dims === undefined) throw place.fail('is a tensor type without dims');
  const dtype = ELEMENTS.get(fullName(element.member('#').text()));
  return { kind: 'tensor', dims: dims.list().map(dim), ...(dtype === undefined ? {} : { dtype }) };
}

/** Unknown dims are negative: -1, or a multiple of it where Paddle computed with one. */
function dim(place: JsonPlace): number {
  const value = place.whole();
  if (!Number.isSafeInteger(value)) throw place.fail(`is the dim ${value}`);
  return Math.max(value, -1);
}
