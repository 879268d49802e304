// A graph as Graphviz text: a box a node, an arrow a value, a frame around each nested graph. Constants are not drawn:
// a box tells their shapes.

import type { Graph, Node, ValueInfo } from '../ir/model.js';
import { nodeIds } from '../ir/model.js';

type Dims = readonly (number | string | null)[];

/** What the enclosing graphs know: who makes a value, and its shape. */
interface Scope {
  readonly makers: Map<string, string>;
  readonly dims: Map<string, Dims>;
  readonly constants: Map<string, readonly number[]>;
}

class Writer {
  readonly lines: string[] = [];
  #next = 0;

  id(): string {
    return `n${this.#next++}`;
  }

  line(depth: number, text: string): void {
    this.lines.push(`${'  '.repeat(depth + 1)}${text}`);
  }
}

/** Text for `dot`: `octavo inspect model.onnx --dot model.dot && dot -Tsvg model.dot`. */
export function graphToDot(graph: Graph): string {
  const writer = new Writer();
  writer.line(0, 'node [shape=box, fontname="Helvetica", fontsize=10]');
  writer.line(0, 'edge [fontname="Helvetica", fontsize=8]');
  drawGraph(writer, graph, { makers: new Map(), dims: new Map(), constants: new Map() }, '', 0);
  return `digraph ${quoted(graph.name)} {\n${writer.lines.join('\n')}\n}\n`;
}

function drawGraph(writer: Writer, graph: Graph, outer: Scope, path: string, depth: number): void {
  const scope: Scope = {
    makers: new Map(outer.makers),
    dims: new Map(outer.dims),
    constants: new Map(outer.constants),
  };
  for (const { name, dims } of [...graph.inputs, ...graph.valueInfos, ...graph.outputs]) {
    if (dims !== undefined) scope.dims.set(name, dims);
  }
  for (const [name, { dims }] of graph.initializers) scope.constants.set(name, dims);
  for (const input of graph.inputs) {
    if (!graph.initializers.has(input.name)) drawBorder(writer, input, scope, depth);
  }
  const ids = nodeIds(graph, path);
  for (const [index, node] of graph.nodes.entries()) drawNode(writer, node, ids[index]!, scope, depth);
  for (const { name } of graph.outputs) {
    const id = writer.id();
    writer.line(depth, `${id} [label=${quoted(name)}, shape=ellipse]`);
    drawEdge(writer, name, id, scope, depth);
  }
}

function drawBorder(writer: Writer, { name }: ValueInfo, scope: Scope, depth: number): void {
  const id = writer.id();
  writer.line(depth, `${id} [label=${quoted(name)}, shape=ellipse]`);
  scope.makers.set(name, id);
}

function drawNode(writer: Writer, node: Node, name: string, scope: Scope, depth: number): void {
  const constant = node.opType === 'Constant' ? node.attributes.get('value') : undefined;
  if (constant?.kind === 'tensor') {
    for (const output of node.outputs) scope.constants.set(output, constant.value.dims);
    return;
  }
  const id = writer.id();
  const shapes = node.inputs.flatMap((input) => {
    const dims = scope.constants.get(input);
    return dims === undefined ? [] : [`[${dims.join(', ')}]`];
  });
  const domain = node.domain === '' ? '' : `${node.domain}.`;
  const label = [`${domain}${node.opType}`, name, ...(shapes.length > 0 ? [shapes.join(' ')] : [])].join(
    '\n',
  );
  writer.line(depth, `${id} [label=${quoted(label)}]`);
  for (const input of node.inputs) if (input !== '') drawEdge(writer, input, id, scope, depth);
  for (const output of node.outputs) if (output !== '') scope.makers.set(output, id);
  for (const [key, attribute] of node.attributes) {
    const graphs =
      attribute.kind === 'graph' ? [attribute.value] : attribute.kind === 'graphs' ? attribute.value : [];
    for (const [index, inner] of graphs.entries()) {
      writer.line(depth, `subgraph cluster_${id}_${index}_${writer.id()} {`);
      writer.line(depth + 1, `label=${quoted(`${name}: ${key}`)}`);
      drawGraph(writer, inner, scope, `${name}/${key}`, depth + 1);
      writer.line(depth, '}');
    }
  }
}

function drawEdge(writer: Writer, value: string, to: string, scope: Scope, depth: number): void {
  const from = scope.makers.get(value);
  if (from === undefined) return;
  const dims = scope.dims.get(value);
  const shape = dims === undefined ? '' : ` [${dims.map((dim) => dim ?? '?').join(', ')}]`;
  writer.line(depth, `${from} -> ${to} [label=${quoted(`${value}${shape}`)}]`);
}

/** A string of the DOT language: quotes and backslashes escaped, line ends as \n. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
