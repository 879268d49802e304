// Operators that move elements, or pick the largest, do so with codes as with floats: DequantizeLinear comes after them.
//
//   y = move(DQ(c))  =  DQ(move(c))
//
// So codes travel on to the next operator that can use them, and fewer bytes are moved.

import { float } from '../../../ir/attributes.js';
import { CODE_RANGE } from '../../../ir/dtype.js';
import type { Node } from '../../../ir/model.js';
import { isSame } from './parameters.js';
import { type ByteCodes, type Codes, integerNode, pair, type Site } from './site.js';

/** The node on codes, or undefined where it cannot have them: inputs and attributes for codes in place of input 0. */
type Move = (site: Site, node: Node, codes: ByteCodes) => Promise<Node | undefined> | Node | undefined;

const plain: Move = (_, node) => node;
const nearest: Move = (_, node) => {
  const mode = text(node, 'mode', 'nearest');
  const crops = text(node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize';
  return mode === 'nearest' && !crops ? node : undefined;
};

const MOVES: ReadonlyMap<string, Move> = new Map<string, Move>([
  ...`Reshape Flatten Transpose Squeeze Unsqueeze Slice Split Gather GatherElements GatherND Identity DepthToSpace
    SpaceToDepth Expand Tile MaxPool ReduceMax ReduceMin`
    .split(/\s+/)
    .map((opType): [string, Move] => [opType, plain]),
  ['Resize', nearest],
  ['Upsample', nearest],
  ['Pad', pad],
]);

const text = (node: Node, name: string, fallback: string): string => {
  const found = node.attributes.get(name);
  return found?.kind === 'string' ? new TextDecoder().decode(found.value) : fallback;
};

/** The value that is padded with must be a code. */
async function pad(site: Site, node: Node, codes: ByteCodes): Promise<Node | undefined> {
  if (text(node, 'mode', 'constant') !== 'constant') return node;
  const asInput = site.opset >= 11;
  const name = node.inputs[2] ?? '';
  const value = !asInput ? float(node, 'value', 0) : name === '' ? 0 : await site.float(name);
  const [scale, zeroPoint] = [codes.scales[0]!, codes.zeroPoints[0]!];
  const steps = Math.fround((value ?? Number.NaN) / scale);
  const code = steps + zeroPoint;
  const [least, most] = CODE_RANGE[codes.dtype];
  const isCode = Number.isInteger(steps) && code >= least && code <= most;
  if (!isCode || Math.fround(steps * scale) !== value) return undefined;
  if (!asInput)
    return { ...node, attributes: new Map([...node.attributes, ['value', { kind: 'float', value: code }]]) };
  const bytes = codes.dtype === 'int8' ? Int8Array.of(code) : Uint8Array.of(code);
  const constant = site.constant('pad_code', { dtype: codes.dtype, dims: [] }, bytes);
  return { ...node, inputs: [node.inputs[0]!, node.inputs[1]!, constant, ...node.inputs.slice(3)] };
}

/** The nodes in place of one that moves elements; undefined for all others, and where it cannot. */
export async function move(site: Site, id: string, node: Node): Promise<readonly Node[] | undefined> {
  if (node.domain !== '') return undefined;
  if (node.opType === 'Concat') return concat(site, id, node);
  const codes = site.codes.get(node.inputs[0]!);
  const how = MOVES.get(node.opType);
  if (codes === undefined || how === undefined || codes.dtype === 'int32') return undefined;
  const axis = movedAxis(node, codes);
  if (axis === 'lost') return undefined;
  const moved = await how(site, node, codes as ByteCodes);
  if (moved === undefined) return undefined;
  const isSplit = node.opType === 'Split';
  const outputs = node.outputs.map((name, at) =>
    name === '' || (at > 0 && !isSplit) ? name : site.tools.fresh(`${name}_codes`),
  );
  const nodes: Node[] = [{ ...moved, name: id, inputs: [codes.codes, ...moved.inputs.slice(1)], outputs }];
  for (const [at, name] of node.outputs.entries()) {
    if (outputs[at] !== name)
      nodes.push(dequantized(site, name, { ...codes, codes: outputs[at]!, dims: undefined, ...axis }));
  }
  return nodes;
}

/** Scales along an axis survive a Transpose. */
function movedAxis(node: Node, { axis, dims }: Codes): 'lost' | { axis?: number; dims?: readonly number[] } {
  if (node.opType === 'Transpose' && dims !== undefined) {
    const listed = node.attributes.get('perm');
    const perm = listed?.kind === 'ints' ? listed.value.map(Number) : dims.map((_, i) => dims.length - 1 - i);
    const turned = perm.map((from) => dims[from]!);
    if (axis === undefined) return { dims: turned };
    return { axis: perm.indexOf((axis + dims.length) % dims.length), dims: turned };
  }
  return axis === undefined ? {} : 'lost';
}

/** A Concat of codes under one scale. */
function concat(site: Site, id: string, node: Node): readonly Node[] | undefined {
  const parts = node.inputs.map((name) => site.codes.get(name));
  const [first] = parts;
  if (first === undefined || !parts.every((part) => part !== undefined && isSame(part, first)))
    return undefined;
  const name = node.outputs[0]!;
  const codes = site.tools.fresh(`${name}_codes`);
  const moved = { ...node, name: id, inputs: parts.map((part) => part!.codes), outputs: [codes] };
  return [moved, dequantized(site, name, { ...first, codes, dims: undefined })];
}

/** The DequantizeLinear that makes `name`, which are codes from now on. */
function dequantized(site: Site, name: string, codes: Codes): Node {
  site.codes.set(name, codes);
  site.codeTypes.set(codes.codes, codes.dtype);
  const axis = codes.axis === undefined ? {} : { axis: { kind: 'int', value: BigInt(codes.axis) } as const };
  return integerNode('', ['', 'DequantizeLinear'], [codes.codes, ...pair(codes)], [name], axis);
}
