// Pieces of a PIR file as text, spelled as Paddle spells them: no spaces, members in the order of their names.

import { OctavoError } from '../../../../errors.js';
import type { DType } from '../../../../ir/dtype.js';
import type { PaddleAttribute, PaddleVar } from '../../program.js';
import { writtenName } from '../names.js';
import { elementName } from '../types.js';

/** Kinds of attributes in PIR by ours; lists are arrays of one of them. */
const KINDS: Partial<Record<PaddleAttribute['kind'], string>> = {
  bool: 'builtin.a_bool',
  int: 'builtin.a_i32',
  long: 'builtin.a_i64',
  float: 'builtin.a_f32',
  float64: 'builtin.a_f64',
  string: 'builtin.a_str',
};
const ITEMS: Partial<Record<PaddleAttribute['kind'], PaddleAttribute['kind']>> = {
  bools: 'bool',
  ints: 'int',
  longs: 'long',
  floats: 'float',
  float64s: 'float64',
  strings: 'string',
};

/** `{"#":kind,"D":data}`; floats that JSON has no word for stand in `VD`.
 *  @returns undefined for kinds that PIR does not have */
export function attributeText(attribute: PaddleAttribute): string | undefined {
  const { kind } = attribute;
  const item = ITEMS[kind];
  if (item !== undefined && 'value' in attribute) {
    const items = (attribute.value as readonly unknown[]).map((value) =>
      attributeText({ kind: item, value } as PaddleAttribute),
    );
    return textOf('builtin.a_array', `[${items.join()}]`);
  }
  const name = KINDS[kind];
  if (name === undefined || !('value' in attribute)) return undefined;
  const { value } = attribute;
  const isFloat = kind === 'float' || kind === 'float64';
  if (!isFloat) return textOf(name, typeof value === 'bigint' ? `${value}` : JSON.stringify(value));
  const word = wordOf(value as number);
  return word === undefined
    ? textOf(name, floatText(value as number))
    : `{"#":"${writtenName(name)}","VD":"${word}"}`;
}

/** Attributes as an operator's list has them.
 *  @throws OctavoError `UNSUPPORTED_OP` for kinds that PIR does not have */
export function attributeTexts(
  attributes: readonly (readonly [string, PaddleAttribute])[],
  node: string,
): string[] {
  return attributes.map(([name, attribute]) => {
    const text = attributeText(attribute);
    if (text !== undefined) return namedText(name, text);
    const message = `PIR has no attribute of the kind ${attribute.kind}: ${name}`;
    throw new OctavoError('UNSUPPORTED_OP', message, { node });
  });
}

/** An attribute of a kind of PIR's own, by its whole name. */
export function textOf(kind: string, data: string): string {
  return `{"#":"${writtenName(kind)}","D":${data}}`;
}

/** The attribute of an element type, which is called as NumPy calls it. */
export const dtypeText = (dtype: DType): string => textOf('pd_op.a_dtype', JSON.stringify(dtype));

export const namedText = (name: string, attribute: string): string =>
  `{"AT":${attribute},"N":${JSON.stringify(name)}}`;

function wordOf(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NAN';
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? 'INF' : '-INF';
}

/** A float is told from a whole number by its point. */
function floatText(value: number): string {
  const digits = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}

/** The type of an absent value. */
export const NO_TYPE = `{"#":"NULL"}`;

/** The type of a dense tensor.
 *  @throws OctavoError `UNSUPPORTED_DTYPE` for a variable that is none, or of a type that Paddle has no name for */
export function tensorType({ name, kind, dtype, dims, lodLevel }: PaddleVar): string {
  const element = dtype && elementName(dtype);
  if (kind !== 'tensor' || element === undefined || dims === undefined || lodLevel > 0) {
    const message = `PIR's programs have no value of ${dtype ?? 'an unknown type'} here`;
    throw new OctavoError('UNSUPPORTED_DTYPE', message, { tensor: name });
  }
  const elementType = `{"#":"${writtenName(element)}"}`;
  return `{"#":"${writtenName('builtin.t_dtensor')}","D":[${elementType},[${dims.join()}],"NCHW",[],0]}`;
}

export const listType = (types: readonly string[]): string => textOf('builtin.t_vec', `[${types.join()}]`);

export const operandsText = (ids: readonly number[]): string => `[${ids.map((id) => `{"%":${id}}`).join()}]`;

export interface NewResult {
  readonly id: number;
  readonly type: string;
}

/** An operator.
 *  @param hasValueAttributes - whether it says of its results that gradients stop there, as the file does */
export function opText(
  name: string,
  attributes: readonly string[],
  operands: readonly number[],
  results: readonly NewResult[],
  hasValueAttributes: boolean,
): string {
  const made = results.map(({ id, type }) => `{"%":${id},"TT":${type}}`);
  const stops = results.map(() => textOf('builtin.a_bool', 'true'));
  const values = namedText('stop_gradient', textOf('builtin.a_array', `[${stops.join()}]`));
  const tail = hasValueAttributes ? `,"OA":[${values}]` : '';
  const head = `{"#":"${writtenName(name)}","A":[${attributes.join()}]`;
  return `${head},"I":${operandsText(operands)},"O":[${made.join()}]${tail}}`;
}

/** A parameter: not distributed, a parameter, not clipped, its name; persistable, without gradient, not trained. */
export function parameterText(variable: PaddleVar, id: number, hasValueAttributes: boolean): string {
  const attributes = `[0,1,0,${JSON.stringify(variable.name)}]`;
  const result = `{"%":${id},"TT":${tensorType(variable)}}`;
  const values = hasValueAttributes ? ',"OA":[1,1,0]' : '';
  return `{"#":"p","A":${attributes},"DA":[],"O":${result}${values},"QA":[]}`;
}
