// Types of a model's inputs where nothing is fed: what the model declares, and what the caller says of what it leaves open.

import { OctavoError } from '../errors.js';
import type { TensorType } from '../execute/value.js';
import { chosenDims, type ValueInfo } from '../ir/model.js';
import { elementCount } from '../ir/tensor.js';

/** Types of a model's inputs.
 *  @param shapes - dims by name, where the model leaves some open
 *  @throws OctavoError `FEED_INVALID` where a shape is missing or does not fit */
export function inputTypes(
  inputs: readonly ValueInfo[],
  shapes: Readonly<Record<string, readonly number[]>> = {},
): Map<string, TensorType> {
  const known = inputs.map(({ name }) => name);
  for (const name of Object.keys(shapes)) {
    if (known.includes(name)) continue;
    fail(name, `the model has no input of this name; its inputs are: ${known.join(', ')}`);
  }
  return new Map(inputs.map((input) => [input.name, typeOf(input, shapes)]));
}

function typeOf(input: ValueInfo, shapes: Readonly<Record<string, readonly number[]>>): TensorType {
  const { name, dtype, dims } = input;
  if (dtype === undefined) return fail(name, 'the model does not tell the dtype of this input');
  const given = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  const shown = (each = dims) => (each === undefined ? '' : `: ${each.map((dim) => dim ?? '?').join('x')}`);
  if (given === undefined) {
    const chosen = chosenDims(input);
    const isKnown = chosen?.every((dim) => typeof dim === 'number');
    return isKnown ? { dtype, dims: chosen as number[] } : fail(name, `the shape is open${shown(chosen)}`);
  }
  elementCount(given, name);
  const fits =
    dims === undefined ||
    (dims.length === given.length && dims.every((dim, i) => typeof dim !== 'number' || dim === given[i]));
  return fits ? { dtype, dims: given } : fail(name, `${given.join('x')} does not fit the model${shown()}`);
}

function fail(tensor: string, message: string): never {
  throw new OctavoError('FEED_INVALID', message, { tensor });
}
