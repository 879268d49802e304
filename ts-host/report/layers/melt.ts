// Values inside what engines run as one: where Conv is followed by Relu or Clip and only then by QuantizeLinear, what Conv
// makes is never stored, and it is no layer's end.

import { isDequantize, type Links } from './links.js';
import type { Twin } from './twins.js';

const ACTIVATIONS = new Set(['Relu', 'Clip']);

/** The twins without those that an activation alone reads, whose own result is codes.
 *  @param coded - names, in the float model, of values that are codes in the other */
export function withoutMelted(
  twins: readonly Twin[],
  float: Links,
  quantized: Links,
  coded: ReadonlySet<string>,
): Twin[] {
  return twins.filter(({ value }) => {
    const maker = float.maker(value);
    if (maker === undefined || coded.has(value) || float.isOutput(value)) return true;
    const readers = float.readers(value);
    const [activation] = readers;
    if (readers.length !== 1 || activation === undefined || !ACTIVATIONS.has(activation.opType)) return true;
    return !coded.has(activation.outputs[0]!) || !readsCodes(quantized, value);
  });
}

/** Whether what makes a value reads codes. */
function readsCodes(links: Links, value: string): boolean {
  const maker = links.maker(value);
  return maker?.inputs.some((name) => isMade(links, name)) ?? false;
}

function isMade(links: Links, name: string): boolean {
  const maker = links.maker(name);
  return maker !== undefined && !links.isConstant(name) && isDequantize(maker);
}
