// Padding of tensors. Paddle lists axes from the last to the first for pads of a volume, from the first for others.

import { intAttribute } from '../../../../ir/attributes.js';
import type { Attribute } from '../../../../ir/model.js';
import { isChannelsLast } from '../layout.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';

/** ONNX's modes by Paddle's. */
const MODES: Readonly<Record<string, string>> = {
  constant: 'constant',
  reflect: 'reflect',
  edge: 'edge',
  replicate: 'edge',
};

/** Begins and ends of the spatial axes in order. */
interface Pads {
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

async function paddings(op: OpScope): Promise<readonly number[]> {
  if (!op.has('Paddings')) return op.attributes.ints('paddings');
  const numbers = (await op.numbers('Paddings')) ?? op.constantOf('Paddings');
  if (numbers === undefined) throw op.unsupported('paddings that are computed');
  return numbers;
}

/** Pads of all axes: none for batch and channels. */
function emitPad(op: OpScope, { begins, ends }: Pads, value: number): void {
  const isLast = isChannelsLast(op, 'data_format');
  const around = (each: readonly number[]) => (isLast ? [0, ...each, 0] : [0, 0, ...each]);
  const pads = [...around(begins), ...around(ends)];
  const name = op.attributes.string('mode', 'constant');
  if (name === 'circular') {
    wrapped(op, { begins: around(begins), ends: around(ends) });
    return;
  }
  const mode = MODES[name];
  if (mode === undefined) throw op.fail('MALFORMED', `the mode ${name}`);
  const attribute: Attribute = { kind: 'string', value: new TextEncoder().encode(mode) };
  const fill = mode === 'constant' ? op.scalar(value, op.dtype('X')) : undefined;
  op.emit('Pad', [op.input('X'), op.ints(pads), fill], { mode: attribute }, op.output('Out'));
}

/** Circular: what is cut off at one end is put before the other. */
function wrapped(op: OpScope, { begins, ends }: Pads): void {
  const end = 2 ** 31 - 1;
  const padded = begins.reduce((value, begin, axis) => {
    const part = (from: number, to: number) =>
      op.emit('Slice', [value, op.ints([from]), op.ints([to]), op.ints([axis])]);
    const front = begin > 0 ? [part(-begin, end)] : [];
    const back = ends[axis]! > 0 ? [part(0, ends[axis]!)] : [];
    if (front.length + back.length === 0) return value;
    return op.emit('Concat', [...front, value, ...back], { axis: intAttribute(axis) });
  }, op.input('X'));
  op.emit('Identity', [padded], {}, op.output('Out'));
}

/** [top, bottom, left, right]. */
async function pad2d(op: OpScope): Promise<void> {
  const [top, bottom, left, right] = (await paddings(op)) as [number, number, number, number];
  emitPad(op, { begins: [top, left], ends: [bottom, right] }, op.attributes.float('pad_value', 0));
}

/** [left, right, top, bottom, front, back]. */
async function pad3d(op: OpScope): Promise<void> {
  const values = await paddings(op);
  if (values.length !== 6) throw op.fail('MALFORMED', `${values.length} paddings of a volume`);
  const [left, right, top, bottom, front, back] = values as [number, number, number, number, number, number];
  const pads = { begins: [front, top, left], ends: [back, bottom, right] };
  emitPad(op, pads, op.attributes.float('value', 0));
}

/** Begin and end of every axis, the first axis first. */
function pad(op: OpScope): void {
  const values = op.attributes.ints('paddings');
  const pads = [0, 1].flatMap((side) => values.filter((_, i) => i % 2 === side));
  const fill = op.scalar(op.attributes.float('pad_value', 0), op.dtype('X'));
  op.emit('Pad', [op.input('X'), op.ints(pads), fill], {}, op.output('Out'));
}

export const PADS: readonly OperatorConverter[] = [
  converter('pad2d', pad2d),
  converter('pad3d', pad3d),
  converter('pad', pad),
];
