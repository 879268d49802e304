// x · sigmoid(x), and x · clip(x + 3, 0, 6) / 6 as exporters for old opsets write it, as the one operator they mean: one
// pass over memory instead of two or four.

import { floatAttribute } from '../../ir/attributes.js';
import type { Graph, Node } from '../../ir/model.js';
import { clipRange } from './clipRange.js';
import { Draft, type Rewrite } from './rewrite.js';

/** x · sigmoid(x) -> Swish */
export const fuseSwish: Rewrite = async (graph, tools): Promise<Graph> => {
  const draft = new Draft(graph, tools);
  for (const [index, node] of draft.nodes()) {
    if (node.opType !== 'Mul' || node.domain !== '') continue;
    const [gate, x] = gated(draft, node, 'Sigmoid');
    if (gate === undefined || gate.inputs[0] !== x) continue;
    if (draft.onlyReader(gate.outputs[0])?.index !== index) continue;
    draft.remove(draft.makerIndex(gate.outputs[0]!));
    draft.replace(index, unary('Swish', x!, node, new Map([['alpha', floatAttribute(1)]])));
  }
  return draft.finish();
};

/** x · clip(x + 3, 0, 6) / 6 -> HardSwish */
export const fuseHardSwish: Rewrite = async (graph, tools): Promise<Graph> => {
  const draft = new Draft(graph, tools);
  for (const [index, node] of draft.nodes()) {
    const x = await hardSwishInput(draft, index, node);
    if (x === undefined) continue;
    draft.replace(index, unary('HardSwish', x, node));
  }
  return draft.finish();
};

/** The x of the Div (or Mul by 1/6) that ends a hard swish; its inner nodes are removed. */
async function hardSwishInput(draft: Draft, index: number, node: Node): Promise<string | undefined> {
  if (node.domain !== '' || (await ratioOf(draft, node)) === undefined) return undefined;
  const product = draft.maker(node.inputs[0]);
  if (product?.opType !== 'Mul' || draft.onlyReader(product.outputs[0])?.index !== index) return undefined;
  const [clip, x] = gated(draft, product, 'Clip');
  if (clip === undefined) return undefined;
  const range = await clipRange(draft, clip);
  const sum = draft.maker(clip.inputs[0]);
  if (range?.low !== 0 || range.high !== 6 || sum?.opType !== 'Add') return undefined;
  const three = sum.inputs[0] === x ? sum.inputs[1] : sum.inputs[0];
  if (!sum.inputs.includes(x!) || (await draft.float(three)) !== 3) return undefined;
  const inner = [sum, clip, product].map(({ outputs }) => outputs[0]!);
  const readers = inner.map((name) => draft.onlyReader(name)?.index);
  if (readers.includes(undefined)) return undefined;
  for (const name of inner) draft.remove(draft.makerIndex(name));
  return x;
}

const SIXTH = 0.1666666716337204;

/** Whether a node divides its first input by 6. */
async function ratioOf(draft: Draft, node: Node): Promise<true | undefined> {
  const value = await draft.float(node.inputs[1]);
  if (node.opType === 'Div' && value === 6) return true;
  return node.opType === 'Mul' && value === SIXTH ? true : undefined;
}

/** The input of a product that an operator of type `opType` makes, and the other input. */
function gated(draft: Draft, { inputs }: Node, opType: string): [Node | undefined, string | undefined] {
  for (const [i, name] of inputs.entries()) {
    const maker = draft.maker(name);
    if (maker?.opType === opType && maker.domain === '') return [maker, inputs[1 - i]];
  }
  return [undefined, undefined];
}

function unary(
  opType: string,
  x: string,
  { name, outputs }: Node,
  attributes: Node['attributes'] = new Map(),
): Node {
  return { name, opType, domain: '', inputs: [x], outputs, attributes };
}
