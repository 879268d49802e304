// The structure of a PIR file: operators in order, each with numbers of values in and out. Nothing is known of operators here.

import { OctavoError } from '../../../errors.js';
import type { PaddleAttribute } from '../program.js';
import { pirAttribute } from './attributes.js';
import type { JsonPlace } from './json.js';
import { fullName, PARAMETER } from './names.js';
import { type PirType, pirType } from './types.js';

export interface PirResult {
  readonly id: number;
  readonly type: PirType;
}

export interface PirOp {
  /** Place in the list of operators. */
  readonly index: number;
  /** With its dialect: `pd_op.conv2d`. */
  readonly name: string;
  /** Numbers of values by position; 0 where an optional one is absent. */
  readonly operands: readonly number[];
  readonly results: readonly PirResult[];
  readonly attributes: ReadonlyMap<string, PaddleAttribute>;
  /** Where it stands, for errors. */
  readonly place: JsonPlace;
}

/** The attribute of a parameter that tells whether the file of parameters has it. */
export const PERSISTABLE = 'persistable';

/** What Paddle writes of an operator that computes nothing: where it came from, and where it was to run. */
const NOT_MEANT = new Set(['struct_name', 'place', 'op_callstack', 'stop_gradient', 'persistable']);

/** The operators of a program that is one block.
 *  @throws OctavoError `MALFORMED`; `NOT_A_MODEL` for a form of before the releases; `UNSUPPORTED_OP` for programs with control flow */
export function pirOps(root: JsonPlace): PirOp[] {
  checkHead(root);
  const regions = root.member('program').member('regions').list();
  const blocks = regions.flatMap((region) => region.member('blocks').list());
  const [block] = blocks;
  if (block === undefined) throw root.fail('holds no block');
  if (blocks.length > 1) {
    throw new OctavoError(
      'UNSUPPORTED_OP',
      `a PIR program of ${blocks.length} blocks is not read, only of one`,
    );
  }
  return block.member('ops').list().map(pirOp);
}

function checkHead(root: JsonPlace): void {
  const magic = root.member('base_code').member('magic');
  if (magic.text() !== 'pir') throw magic.fail("is not 'pir'");
}

function pirOp(place: JsonPlace, index: number): PirOp {
  refuseLongKeys(place);
  const name = fullName(place.member('#').text());
  if (place.optional('regions') !== undefined) {
    const message = `${name} holds blocks of operators: control flow is not converted (${place.path})`;
    throw new OctavoError('UNSUPPORTED_OP', message, { node: name });
  }
  const parameter = name === PARAMETER;
  return {
    index,
    name,
    operands: place.optional('I')?.list().map(operand) ?? [],
    results: place.member('O').oneOrMore().map(result),
    attributes: parameter ? parameterAttributes(place) : attributesOf(place),
    place,
  };
}

/** Before Paddle 3.0.0-beta2 operators were written with long names of members, and types otherwise. */
function refuseLongKeys(op: JsonPlace): void {
  if (op.optional('#') !== undefined || op.optional('opresults') === undefined) return;
  const message =
    'the program is JSON as builds of Paddle before 3.0.0-beta2 wrote it (operators with id, operands, opresults): save the ' +
    'model with a later one';
  throw new OctavoError('NOT_A_MODEL', message);
}

function operand(place: JsonPlace): number {
  return place.member('%').id();
}

function result(place: JsonPlace): PirResult {
  return { id: place.member('%').id(), type: pirType(place.member('TT')) };
}

/** A parameter's attributes are a list: is_distributed, is_parameter, need_clip, name. Those of its result are persistable,
 *  stop_gradient, trainable; what is not persistable has no record (the state of dropout of an LSTM). */
function parameterAttributes(place: JsonPlace): ReadonlyMap<string, PaddleAttribute> {
  const held = place.member('A');
  const [, , , name] = held.list();
  if (name === undefined) throw held.fail('has no name of a parameter');
  const persistable = place.optional('OA')?.list()[0]?.bool() ?? true;
  return new Map<string, PaddleAttribute>([
    ['name', { kind: 'string', value: name.text() }],
    [PERSISTABLE, { kind: 'bool', value: persistable }],
  ]);
}

function attributesOf(place: JsonPlace): ReadonlyMap<string, PaddleAttribute> {
  const attributes = new Map<string, PaddleAttribute>();
  for (const each of place.optional('A')?.list() ?? []) {
    const name = each.member('N').text();
    if (!NOT_MEANT.has(name)) attributes.set(name, pirAttribute(each.member('AT')));
  }
  return attributes;
}
