// Element types that are attributes: numbers of Paddle's.

import type { DType } from '../../../ir/dtype.js';
import { paddleDType } from '../dtypes.js';
import type { OpScope } from './opScope.js';

/** The type that an attribute names; undefined where it is absent or negative ("as the input").
 *  @throws OctavoError `UNSUPPORTED_DTYPE` for a number that is no type of elements */
export function dtypeAttribute(op: OpScope, name: string): DType | undefined {
  const code = op.attributes.int(name, -1);
  if (code < 0) return undefined;
  const dtype = paddleDType(code);
  if (dtype === undefined) throw op.fail('UNSUPPORTED_DTYPE', `${name} is the element type ${code}`);
  return dtype;
}
