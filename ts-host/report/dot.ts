// A graph as Graphviz text: a box a node, an arrow a value, a frame around each nested graph. Constants are not drawn: a box tells
// their shapes, and their types where they are not float32. What follows from inputs goes straight down, what is made of constants
// alone stands beside it.

import type { Graph, Node, ValueInfo } from '../ir/model.js';
import { nodeIds } from '../ir/model.js';
import type { Tensor } from '../ir/tensor.js';

type Dims = readonly (number | string | null)[];

/** What the enclosing graphs know. */
interface Scope {
  /** The box that makes a value. */
  readonly makers: Map<string, string>;
  readonly dims: Map<string, Dims>;
  /** How a box tells a constant: '' for single numbers, which would only fill it. */
  readonly constants: Map<string, string>;
  /** Values that depend on no input. */
  readonly fixed: Set<string>;
}

/** Graphviz keeps an arrow straight as it weighs more than those beside it. Without this, weights that are dequantized push a chain
 *  of layers further to the side with each: the drawing of MobileNetV1 is 12,000 pixels wide instead of 1,300. */
const MAIN_ARROW = 20;

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
  drawGraph(
    writer,
    graph,
    { makers: new Map(), dims: new Map(), constants: new Map(), fixed: new Set() },
    '',
    0,
  );
  return `digraph ${quoted(graph.name)} {\n${writer.lines.join('\n')}\n}\n`;
}

function drawGraph(writer: Writer, graph: Graph, outer: Scope, path: string, depth: number): void {
  const scope: Scope = {
    makers: new Map(outer.makers),
    dims: new Map(outer.dims),
    constants: new Map(outer.constants),
    fixed: new Set(outer.fixed),
  };
  for (const { name, dims } of [...graph.inputs, ...graph.valueInfos, ...graph.outputs]) {
    if (dims !== undefined) scope.dims.set(name, dims);
  }
  for (const [name, tensor] of graph.initializers) scope.constants.set(name, constantText(tensor));
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
    for (const output of node.outputs) scope.constants.set(output, constantText(constant.value));
    return;
  }
  const id = writer.id();
  const shapes = node.inputs.map((input) => scope.constants.get(input) ?? '').filter((text) => text !== '');
  const domain = node.domain === '' ? '' : `${node.domain}.`;
  const label = [`${domain}${node.opType}`, name, ...(shapes.length > 0 ? [shapes.join(' ')] : [])].join(
    '\n',
  );
  writer.line(depth, `${id} [label=${quoted(label)}]`);
  for (const input of node.inputs) if (input !== '') drawEdge(writer, input, id, scope, depth);
  const isFixed = node.inputs.every(
    (input) => input === '' || scope.constants.has(input) || scope.fixed.has(input),
  );
  for (const output of node.outputs.filter((name) => name !== '')) {
    scope.makers.set(output, id);
    if (isFixed) scope.fixed.add(output);
  }
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

function constantText({ dtype, dims }: Tensor): string {
  if (dims.length === 0) return '';
  return `${dtype === 'float32' ? '' : `${dtype} `}[${dims.join(', ')}]`;
}

function drawEdge(writer: Writer, value: string, to: string, scope: Scope, depth: number): void {
  const from = scope.makers.get(value);
  if (from === undefined) return;
  const dims = scope.dims.get(value);
  const shape = dims === undefined ? '' : ` [${dims.map((dim) => dim ?? '?').join(', ')}]`;
  const weight = scope.fixed.has(value) ? '' : `, weight=${MAIN_ARROW}`;
  writer.line(depth, `${from} -> ${to} [label=${quoted(`${value}${shape}`)}${weight}]`);
}

/** A string of the DOT language: quotes and backslashes escaped, line ends as \n, U+FFFD for NUL, at which Graphviz stops reading. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replaceAll('\0', '\ufffd')}"`;
}
