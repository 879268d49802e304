// Graphs as text: `outputs = Op<attributes>(inputs)`, constants the model did not have before spelled out.

import type { Attribute, Graph, Node } from '../../ts-host/ir/model.js';
import type { Tensor } from '../../ts-host/ir/tensor.js';

/** One line a node of `after`; initializers that `before` lacks appear as dtype[dims]{values}. */
export async function show(after: Graph, before: Graph): Promise<string[]> {
  const constants = new Map<string, string>();
  for (const [name, tensor] of after.initializers) {
    if (!before.initializers.has(name)) constants.set(name, await showTensor(tensor));
  }
  return after.nodes.map((node) => showNode(node, constants));
}

function showNode(node: Node, constants: ReadonlyMap<string, string>): string {
  const attributes = [...node.attributes].map(([name, attribute]) => `${name}=${showAttribute(attribute)}`);
  const inputs = node.inputs.map((name) => constants.get(name) ?? name);
  const between = attributes.length === 0 ? '' : `<${attributes.join(',')}>`;
  return `${node.outputs.join(', ')} = ${node.opType}${between}(${inputs.join(', ')})`;
}

function showAttribute(attribute: Attribute): string {
  if (attribute.kind === 'string') return new TextDecoder().decode(attribute.value);
  return 'value' in attribute ? String(attribute.value) : attribute.kind;
}

async function showTensor({ dtype, dims, data }: Tensor): Promise<string> {
  const bytes = new Uint8Array(data.byteLength);
  for await (const chunk of data.chunks({ throwIfAborted: () => {} } as never)) bytes.set(chunk);
  const view = new DataView(bytes.buffer);
  const width = { int64: 8, float64: 8, float32: 4, float16: 2 }[dtype as 'int64'];
  const values = Array.from({ length: bytes.length / width }, (_, index) => {
    const at = index * width;
    if (dtype === 'int64') return view.getBigInt64(at, true);
    if (dtype === 'float16') return `0x${view.getUint16(at, true).toString(16)}`;
    return dtype === 'float32' ? view.getFloat32(at, true) : view.getFloat64(at, true);
  });
  return `${dtype}[${dims.join()}]{${values.join()}}`;
}
