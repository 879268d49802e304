// Integer operators that a model has already: they run as they are. Their constant scales are looked at here, as those of
// QuantizeLinear are.

import type { Node } from '../../../ir/model.js';
import { checkScales } from './parameters.js';
import type { Site } from './site.js';

interface Form {
  readonly scales: readonly number[];
  /** Index of the zero point of the result, which has its type. */
  readonly result: number | undefined;
}

const UNARY: Form = { scales: [1, 3], result: 4 };
const BINARY: Form = { scales: [1, 4, 6], result: 7 };
const NONE: Form = { scales: [], result: undefined };

/** By `domain:opType`. */
const FORMS: ReadonlyMap<string, Form> = new Map([
  [':QLinearConv', BINARY],
  [':QLinearMatMul', BINARY],
  ['com.microsoft:QGemm', { scales: [1, 4, 7], result: 8 }],
  ['com.microsoft:QLinearAdd', BINARY],
  ['com.microsoft:QLinearMul', BINARY],
  ['com.microsoft:QLinearConcat', { scales: [0], result: 1 }],
  ['com.microsoft:QLinearSigmoid', UNARY],
  ['com.microsoft:QLinearLeakyRelu', UNARY],
  ['com.microsoft:QLinearSoftmax', UNARY],
  ['com.microsoft:QLinearAveragePool', UNARY],
  ['com.microsoft:QLinearGlobalAveragePool', UNARY],
  ['com.microsoft:MatMulIntegerToFloat', { scales: [2, 3], result: undefined }],
  ['com.microsoft:DynamicQuantizeMatMul', NONE],
  ['com.microsoft:MatMulNBits', NONE],
  ['com.microsoft:GatherBlockQuantized', NONE],
  [':ConvInteger', NONE],
  [':MatMulInteger', NONE],
  [':DynamicQuantizeLinear', NONE],
]);

const formOf = ({ domain, opType }: Node): Form | undefined => FORMS.get(`${domain}:${opType}`);

export const isIntegerOperator = (node: Node): boolean => formOf(node) !== undefined;

/** @throws OctavoError `SCALE_INVALID` */
export async function checkOperatorForm(site: Site, id: string, node: Node): Promise<void> {
  const form = formOf(node);
  if (form === undefined) return;
  const type = form.result === undefined ? undefined : site.tensor(node.inputs[form.result])?.dtype;
  if (type !== undefined) site.codeTypes.set(node.outputs[0]!, type);
  const parts = node.opType === 'QLinearConcat' ? Math.floor((node.inputs.length - 2) / 3) : 0;
  for (const index of [...form.scales, ...Array.from({ length: parts }, (_, part) => 3 + 3 * part)]) {
    const name = node.inputs[index] ?? '';
    const scales = site.tensor(name)?.dtype === 'float32' ? await site.elements(name) : undefined;
    if (scales !== undefined) checkScales(scales as Float32Array, id, name);
  }
}
