// Programs that quantizers do not take: those that are quantized already, those whose operators run blocks of their own, those
// without anything to quantize, and those that lack what the user names.

import { OctavoError } from '../errors.js';
import type { PaddleNet, PaddleOp } from '../formats/paddle/program.js';
import { nearestName } from '../ir/nearest.js';
import type { Structure } from './structure.js';

/** @throws OctavoError `ALREADY_QUANTIZED` naming the operator that tells it */
export function refuseQuantized({ program }: PaddleNet): void {
  for (const [index, op] of program.blocks[0]!.ops.entries()) {
    if (!isQuantized(op)) continue;
    const message = 'the program is quantized already: give the float model that it was made from';
    throw new OctavoError('ALREADY_QUANTIZED', message, { node: `${op.type}#${index}` });
  }
}

function isQuantized({ type, attributes }: PaddleOp): boolean {
  const isQuantizer =
    /^fake_.*quantize/.test(type) ||
    /^(de)?quantize(_linear|_abs_max|_log)?$/.test(type) ||
    type === 'requantize';
  return isQuantizer || attributes.has('quantize_weight_bits');
}

/** @throws OctavoError `UNSUPPORTED_OP` naming the operator that runs another block */
export function refuseInnerBlocks({ program }: PaddleNet): void {
  if (program.blocks.length === 1) return;
  const ops = program.blocks[0]!.ops;
  const kinds = ({ attributes }: PaddleOp) => [...attributes.values()].map(({ kind }) => kind);
  const index = ops.findIndex((op) => kinds(op).some((kind) => kind === 'block' || kind === 'blocks'));
  const place = index < 0 ? {} : { node: `${ops[index]!.type}#${index}` };
  throw new OctavoError(
    'UNSUPPORTED_OP',
    'the program has several blocks: control flow is not quantized',
    place,
  );
}

/** @throws OctavoError `NOTHING_TO_QUANTIZE` */
export function refuseEmpty({ sites }: Structure, types: readonly string[]): void {
  if (sites.length > 0) return;
  const message = `the program has no operator to quantize among ${types.join(', ')}`;
  throw new OctavoError('NOTHING_TO_QUANTIZE', message, { field: 'quantizableOpType' });
}

/** A tensor that is to be skipped and is misspelled would be quantized in silence.
 *  @throws OctavoError `INVALID_ARGUMENT` for a variable that the program does not have, naming the nearest one */
export function refuseUnknownTensors({ program }: PaddleNet, names: readonly string[]): void {
  const { vars } = program.blocks[0]!;
  const unknown = names.find((name) => !vars.has(name));
  if (unknown === undefined) return;
  const near = nearestName(unknown, [...vars.keys()]);
  const hint = near === undefined ? '' : `: did you mean ${near}?`;
  const message = `skipTensorList: the program has no variable ${JSON.stringify(unknown)}${hint}`;
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'skipTensorList' });
}
