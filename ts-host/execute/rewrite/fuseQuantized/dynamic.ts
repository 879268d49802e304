// Dynamic quantization as tools write it: the sums of a product of codes become floats by the product of both scales, one
// computed in the run. One node does all of it, in the same order of roundings:
//
//   DynamicQuantizeLinear ─► x, sx, zx        s = sx · sw
//   MatMulInteger(x, w, zx, zw) ─► Cast ─► · s (─► + bias)      ──►   MatMulIntegerToFloat(x, w, sx, sw, zx, zw, bias)
//   ConvInteger(x, w, zx, zw) ─► Cast ─► · s                    ──►   DequantizedConv(x, sx, zx, w, sw, zw)

import { integer } from '../../../ir/attributes.js';
import type { Node } from '../../../ir/model.js';
import { elementCount } from '../../../ir/tensor.js';
import { attributesOf, integerNode, type Site } from './site.js';

/** ONNX's number for float32. */
const FLOAT = 1;

export interface DynamicTail {
  readonly node: Node;
  /** Indices of the nodes it does; it comes in the place of the last. */
  readonly members: readonly number[];
}

interface Follower {
  readonly index: number;
  readonly node: Node;
}

/** The node in place of a product of codes and what makes floats of it; undefined where something else follows. */
export async function dynamicTail(site: Site, at: number): Promise<DynamicTail | undefined> {
  const product = site.graph.nodes[at]!;
  if (product.domain !== '' || !/^(MatMul|Conv)Integer$/.test(product.opType)) return undefined;
  const cast = follower(site, product.outputs[0]!, 'Cast');
  if (cast === undefined || integer(cast.node, 'to', 0) !== FLOAT) return undefined;
  const mul = follower(site, cast.node.outputs[0]!, 'Mul');
  const scales = mul && scalesOf(site, product, other(mul.node, cast.node.outputs[0]!));
  if (mul === undefined || scales === undefined) return undefined;
  const members = [at, cast.index, mul.index];
  const [x = '', w = '', zx = '', zw = ''] = product.inputs;
  const [sx, sw] = scales;
  if (product.opType === 'ConvInteger') {
    const channels = await byChannels(site, sw, w);
    if (channels === undefined) return undefined;
    const inputs = trimmed([x, sx, zx, w, channels, zw]);
    const attributes = attributesOf(product);
    return { node: made(site, at, 'octavo', 'DequantizedConv', inputs, mul.node, attributes), members };
  }
  if (!isByColumns(site, sw, w)) return undefined;
  const add = follower(site, mul.node.outputs[0]!, 'Add');
  const bias = add && other(add.node, mul.node.outputs[0]!);
  const isBias = bias !== undefined && isColumnBias(site, bias, w);
  const inputs = trimmed([x, w, sx, sw, zx, zw, isBias ? bias : '']);
  const last = isBias ? add!.node : mul.node;
  const node = made(site, at, 'com.microsoft', 'MatMulIntegerToFloat', inputs, last);
  return { node, members: isBias ? [...members, add!.index] : members };
}

function made(
  { ids }: Site,
  at: number,
  domain: string,
  opType: string,
  inputs: readonly string[],
  { outputs }: Node,
  attributes = {},
): Node {
  return integerNode(ids[at]!, [domain, opType], inputs, outputs, attributes);
}

/** The one node of type `opType` that reads a value nobody else looks at. */
function follower({ index, tools }: Site, value: string, opType: string): Follower | undefined {
  if (tools.watched.has(value)) return undefined;
  const reader = index.onlyReader(value);
  return reader?.node.opType === opType && reader.node.domain === '' ? reader : undefined;
}

const other = ({ inputs: [a = '', b = ''] }: Node, value: string): string => (a === value ? b : a);

/** The scale of x, which comes from where x comes from, and the constant one of the weights. */
function scalesOf(
  { index, graph }: Site,
  product: Node,
  scale: string,
): readonly [string, string] | undefined {
  const makerOf = (name: string): Node | undefined => {
    const at = index.maker(name);
    return at === undefined ? undefined : graph.nodes[at];
  };
  const quantize = makerOf(product.inputs[0]!);
  const mul = makerOf(scale);
  if (quantize?.opType !== 'DynamicQuantizeLinear' || mul?.opType !== 'Mul') return undefined;
  const given = quantize.outputs[1]!;
  const weight = other(mul, given);
  const isProduct = mul.inputs.includes(given) && index.constant(weight)?.dtype === 'float32';
  return isProduct && product.inputs[2] === quantize.outputs[2] ? [given, weight] : undefined;
}

/** Whether scales are one, or one for each column of w. */
function isByColumns({ index }: Site, scale: string, w: string): boolean {
  const [tensor, weight] = [index.constant(scale), index.constant(w)];
  if (tensor === undefined || weight === undefined || weight.dims.length !== 2) return false;
  const count = elementCount(tensor.dims);
  return count === 1 ? tensor.dims.length <= 1 : tensor.dims.length === 1 && count === weight.dims[1];
}

function isColumnBias({ index }: Site, bias: string, w: string): boolean {
  const tensor = index.constant(bias);
  return (
    tensor?.dtype === 'float32' && tensor.dims.length === 1 && tensor.dims[0] === index.constant(w)?.dims[1]
  );
}

/** The scales of a convolution's weights as one list, which multiply [N, M, …] as [M, 1, …]; or one for all. */
async function byChannels(site: Site, scale: string, w: string): Promise<string | undefined> {
  const [tensor, weight] = [site.index.constant(scale), site.index.constant(w)];
  if (tensor === undefined || weight === undefined) return undefined;
  const count = elementCount(tensor.dims);
  if (count === 1) return tensor.dims.length <= weight.dims.length ? listed(site, scale, 1) : undefined;
  const dims = [
    ...Array<number>(Math.max(0, weight.dims.length - tensor.dims.length)).fill(1),
    ...tensor.dims,
  ];
  const isChannels = dims.length === weight.dims.length && dims[1] === count && count === weight.dims[0];
  return isChannels ? listed(site, scale, count) : undefined;
}

async function listed(site: Site, scale: string, count: number): Promise<string | undefined> {
  const elements = await site.elements(scale);
  if (elements === undefined) return undefined;
  return site.constant(`${scale}_list`, { dtype: 'float32', dims: count === 1 ? [] : [count] }, elements);
}

/** Without absent inputs at the end. */
function trimmed(inputs: string[]): string[] {
  while (inputs.at(-1) === '') inputs.pop();
  return inputs;
}
