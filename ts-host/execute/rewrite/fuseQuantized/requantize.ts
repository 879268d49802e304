// QuantizeLinear of what comes from DequantizeLinear: nothing where the codes stay as they are, else a table of 256 codes.
//
//   Q(DQ(c)) = c     under equal scales: |c − z| ≤ 255, so both roundings together move it by less than 2⁻¹⁴ of a step

import type { Node } from '../../../ir/model.js';
import { isByte, isSame, type Parameters } from './parameters.js';
import { type Codes, integerNode, pair, triple } from './site.js';

/** The node in place of a QuantizeLinear; undefined where codes of another type are made. */
export function requantize(id: string, from: Codes, to: Parameters, output: string): Node | undefined {
  if (isByte(from.dtype) && isSame(from, to))
    return integerNode(id, ['', 'Identity'], [from.codes], [output]);
  if (!isByte(from.dtype) || from.dtype !== to.dtype) return undefined;
  if (from.axis !== undefined || to.axis !== undefined) return undefined;
  const inputs = [...pair(to), ...triple(from)];
  const axis = { axis: { kind: 'int', value: 0n } } as const;
  return integerNode(id, ['com.microsoft', 'QLinearConcat'], inputs, [output], axis);
}
