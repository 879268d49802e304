// Scales and zero points of QuantizeLinear and DequantizeLinear, read before anything runs. Only what every integer operator
// can take is read: 8-bit codes (int32 for biases) under constant float32 scales, one for all or one along an axis.

import { OctavoError } from '../../../errors.js';
import { integer } from '../../../ir/attributes.js';
import type { DType } from '../../../ir/dtype.js';
import type { Node } from '../../../ir/model.js';
import { dtypeOf } from '../../../ir/onnxCodes.js';
import { elementCount, type Tensor } from '../../../ir/tensor.js';
import type { Elements } from '../../node.js';

export interface Parameters {
  /** Names of constants. */
  readonly scale: string;
  readonly zeroPoint: string;
  readonly dtype: 'int8' | 'uint8' | 'int32';
  readonly scales: ArrayLike<number>;
  readonly zeroPoints: ArrayLike<number>;
  /** Undefined where one scale serves all. May be negative where the rank is not known. */
  readonly axis: number | undefined;
}

/** What is asked of the graph: constants, and where to say that they do not suit. */
export interface ConstantsOf {
  tensor(name: string | undefined): Tensor | undefined;
  elements(name: string | undefined): Promise<Elements | undefined>;
  /** Name of zero points that a node does not give. */
  zeros(dtype: DType, dims: readonly number[]): string;
  refuse(reason: string): never;
}

/** Most scales along an axis. */
export const MOST_SCALES = 1 << 16;
/** The smallest normal float32. */
const LEAST_SCALE = 2 ** -126;

export const isDequantize = ({ opType, domain }: Node): boolean =>
  opType === 'DequantizeLinear' && (domain === '' || domain === 'com.microsoft');

export const isByte = (dtype: DType | undefined): dtype is 'int8' | 'uint8' =>
  dtype === 'int8' || dtype === 'uint8';

/** Whether codes under one are codes under the other. */
export function isSame(a: Parameters, b: Parameters): boolean {
  const single = a.axis === undefined && b.axis === undefined;
  return single && a.dtype === b.dtype && a.scales[0] === b.scales[0] && a.zeroPoints[0] === b.zeroPoints[0];
}

/** The parameters of a QuantizeLinear or DequantizeLinear.
 *  @param codes - their type where the node itself does not say
 *  @throws OctavoError `SCALE_INVALID`, `SHAPE_MISMATCH`; a Refusal for parameters that integer operators cannot take */
export async function parametersOf(
  site: ConstantsOf,
  id: string,
  node: Node,
  codes: DType | undefined,
): Promise<Parameters> {
  const [, scale = '', zeroPoint = ''] = node.inputs;
  const tensor = site.tensor(scale) ?? site.refuse('its scale is computed');
  if (tensor.dtype !== 'float32') site.refuse(`its scale is ${tensor.dtype}`);
  const count = elementCount(tensor.dims);
  if (count > MOST_SCALES) site.refuse(`it has ${count} scales`);
  const given = site.tensor(zeroPoint);
  if (zeroPoint !== '' && given === undefined) site.refuse('its zero point is computed');
  const dtype = given?.dtype ?? codes;
  const scales = (await site.elements(scale)) as Float32Array;
  if (dtype !== 'int32') checkScales(scales, id, scale);
  if (integer(node, 'block_size', 0) !== 0 || (tensor.dims.length > 1 && count > 1)) {
    site.refuse('it has scales by blocks');
  }
  if (!isByte(dtype) && dtype !== 'int32') site.refuse(`its codes are ${dtype ?? 'of a type told by a run'}`);
  if (given !== undefined && elementCount(given.dims) !== count) {
    const message = `${elementCount(given.dims)} zero points do not fit ${count} scales`;
    throw new OctavoError('SHAPE_MISMATCH', message, { node: id, tensor: zeroPoint });
  }
  const zeroPoints =
    given === undefined ? new Int8Array(count) : ((await site.elements(zeroPoint)) as Int8Array);
  return {
    scale,
    zeroPoint: given === undefined ? site.zeros(dtype as DType, tensor.dims) : zeroPoint,
    dtype: dtype as Parameters['dtype'],
    scales,
    zeroPoints,
    axis: count === 1 ? undefined : integer(node, 'axis', 1),
  };
}

/** The type of codes that a QuantizeLinear without a zero point makes. */
export function quantizedType(node: Node): DType | undefined {
  const code = integer(node, 'output_dtype', 0);
  return code === 0 ? 'uint8' : dtypeOf(code);
}

/** @throws OctavoError `SCALE_INVALID` unless all are normal positive numbers */
export function checkScales(scales: ArrayLike<number>, node: string, tensor: string): void {
  for (let index = 0; index < scales.length; index++) {
    const scale = scales[index]!;
    if (scale >= LEAST_SCALE && scale < Number.POSITIVE_INFINITY) continue;
    const which = scales.length === 1 ? 'the scale' : `scale ${index}`;
    throw new OctavoError('SCALE_INVALID', `${which} is ${scale}`, { node, tensor });
  }
}

/** @throws OctavoError `SHAPE_MISMATCH` unless scales along an axis are as many as the elements along it
 *  @param dims - of the codes, where they are known */
export function requireFit(
  { axis, scales, scale }: Parameters,
  dims: readonly number[] | undefined,
  node: string,
): void {
  if (axis === undefined || dims === undefined) return;
  const extent = dims[axis < 0 ? axis + dims.length : axis];
  if (extent === scales.length) return;
  const message = `${scales.length} scales do not fit ${extent ?? 'no'} elements along axis ${axis}`;
  throw new OctavoError('SHAPE_MISMATCH', message, { node, tensor: scale });
}
