// The bias of a convolution or product as integer operators want it: int32 at the scale of the products, sx · sw[channel].
//
//   int32 codes at that scale        as they are
//   codes at another, or floats      rounded to it, where half a step of it is at most 2⁻⁷ steps of the result: then a
//                                    result is at most one code from the one with the bias as it was, and seldom that

import { elementCount } from '../../../ir/tensor.js';
import type { Codes, Site } from './site.js';
import { MOST_BIAS } from './sums.js';

/** How far a scale may be from the product of the others, relatively: tools round it in different precisions. */
const NEAR = 2 ** -20;
/** Most steps of the result that a step of the products may be, where a bias is rounded to it. */
const MOST_STEPS = 2 ** -6;

/** Name of the codes of a bias; '' where there is none.
 *  @param scale - of the result, where that is codes
 *  @throws Refusal */
export async function biasCodes(
  site: Site,
  name: string,
  x: Codes,
  weight: Codes,
  scale: number | undefined,
): Promise<string> {
  if (name === '') return '';
  const known = site.codes.get(name);
  const count = weight.scales.length;
  const products = Float32Array.from({ length: count }, (_, i) => x.scales[0]! * weight.scales[i]!);
  if (known !== undefined && isAtScale(known, products)) return known.codes;
  const values = await valuesOf(site, name, known);
  if (count !== 1 && values.length !== count)
    site.refuse(`its bias has ${values.length} elements, not ${count}`);
  if (scale === undefined || !products.every((product) => product <= scale * MOST_STEPS)) {
    site.refuse('its bias is not at the scale of its products, which are too coarse for it');
  }
  const codes = Int32Array.from(values, (value, i) => {
    const code = value / products[count === 1 ? 0 : i]!;
    return Math.abs(code) < MOST_BIAS ? Math.floor(code + 0.5) : site.refuse('its bias is too large');
  });
  return site.constant(`${name}_codes`, { dtype: 'int32', dims: [codes.length] }, codes);
}

function isAtScale({ dtype, scales, zeroPoints }: Codes, products: Float32Array): boolean {
  if (dtype !== 'int32' || Array.from(zeroPoints).some((each) => each !== 0)) return false;
  if (scales.length !== 1 && scales.length !== products.length) return false;
  return products.every((product, i) => {
    const scale = scales[scales.length === 1 ? 0 : i]!;
    return Math.abs(scale - product) <= product * NEAR;
  });
}

/** A bias of a few numbers as floats. */
async function valuesOf(site: Site, name: string, known: Codes | undefined): Promise<Float64Array> {
  const tensor = site.tensor(known?.codes ?? name);
  const elements = await site.elements(known?.codes ?? name);
  if (tensor === undefined || elements === undefined) return site.refuse('its bias is computed');
  if (known === undefined && tensor.dtype !== 'float32') site.refuse(`its bias is ${tensor.dtype}`);
  const numbers = Float64Array.from(elements as Iterable<number>);
  if (known === undefined) return numbers;
  const { scales, zeroPoints } = known;
  const each = elementCount(tensor.dims) === scales.length ? 1 : 0;
  if (each === 0 && scales.length !== 1) site.refuse('the scales of its bias do not fit it');
  return numbers.map((code, i) => Math.fround((code - zeroPoints[i * each]!) * scales[i * each]!));
}
