// inspect(): what a model holds, without reading a single weight.

import { RunContext, type RunOptions } from '../context.js';
import type { ExternalResolver } from '../io/external.js';
import { ConstantScope } from '../ir/constants.js';
import { type Graph, visitGraphs } from '../ir/model.js';
import { elementCount } from '../ir/tensor.js';
import { type ModelInput, openModel } from './open.js';
import { valueMetadata } from './valueMetadata.js';

export interface InspectOptions extends RunOptions {
  /** Where external data is, if the model has any. */
  readonly external?: ExternalResolver | undefined;
}

/** An input or output of the graph. */
export interface InspectedValue {
  readonly name: string;
  /** Absent where the model does not say, or where it is no tensor. */
  readonly dtype?: string;
  /** A number, a symbol, or null when unknown. */
  readonly dims?: readonly (number | string | null)[];
  /** Where any size is taken, but the file names one: of Paddle's inputs. */
  readonly toldDims?: readonly (number | string | null)[];
}

/** A constant: an initializer or a Constant node's tensor. */
export interface InspectedConstant {
  readonly name: string;
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly elements: number;
  readonly bytes: number;
}

export interface Inspection {
  readonly format: 'onnx' | 'paddle';
  readonly irVersion: number;
  /** Version by domain; the standard operators are under the empty name. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  /** Bytes of the model file and its external data. */
  readonly fileBytes: number;
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  /** Nodes of all graphs, nested ones included. */
  readonly nodes: number;
  /** Nodes by operator (`domain.OpType` outside the standard domain), most frequent first, then by name. */
  readonly operators: readonly { readonly opType: string; readonly count: number }[];
  /** Elements of all constants. */
  readonly parameters: number;
  /** Bytes of constants by dtype, largest first. */
  readonly constantBytes: readonly { readonly dtype: string; readonly bytes: number }[];
  /** All constants, largest first. */
  readonly constants: readonly InspectedConstant[];
  readonly functions: readonly string[];
}

/** Reads a model's structure.
 *  @throws OctavoError as the reader: `NOT_A_MODEL`, `TRUNCATED`, `MALFORMED`, `GRAPH_INVALID`, …
 *  @example
 *  ```ts
 *  const { operators, parameters } = await inspect(modelBytes);
 *  ``` */
export async function inspect(input: ModelInput, options: InspectOptions = {}): Promise<Inspection> {
  const opened = await openModel(input, options, new RunContext(options));
  try {
    const { model, byteLength } = opened;
    const counts = new Map<string, number>();
    const constants: InspectedConstant[] = [];
    visitGraphs(model.graph, (graph, path) => {
      countOperators(graph, counts);
      constants.push(...constantsOf(graph, path));
    });
    constants.sort((a, b) => b.bytes - a.bytes || compare(a.name, b.name));
    const bytes = new Map<string, number>();
    for (const constant of constants) {
      bytes.set(constant.dtype, (bytes.get(constant.dtype) ?? 0) + constant.bytes);
    }
    return {
      format: model.format,
      irVersion: model.irVersion,
      opsets: Object.fromEntries(model.opsets),
      producer: [model.producerName, model.producerVersion].filter((part) => part !== '').join(' '),
      fileBytes: byteLength,
      inputs: model.graph.inputs
        .filter((input) => !model.graph.initializers.has(input.name))
        .map(valueMetadata),
      outputs: model.graph.outputs.map(valueMetadata),
      nodes: [...counts.values()].reduce((sum, count) => sum + count, 0),
      operators: descending(counts).map(([opType, count]) => ({ opType, count })),
      parameters: constants.reduce((sum, constant) => sum + constant.elements, 0),
      constantBytes: descending(bytes).map(([dtype, size]) => ({ dtype, bytes: size })),
      constants,
      functions: model.functions.map(({ domain, name }) => (domain === '' ? name : `${domain}.${name}`)),
    };
  } finally {
    await opened.close();
  }
}

function countOperators(graph: Graph, counts: Map<string, number>): void {
  for (const { domain, opType } of graph.nodes) {
    const name = domain === '' ? opType : `${domain}.${opType}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
}

function constantsOf(graph: Graph, path: string): InspectedConstant[] {
  return [...new ConstantScope(graph, path).own()].map(({ tensor, name }) => ({
    name: path === '' ? name : `${path}/${name}`,
    dtype: tensor.dtype,
    dims: tensor.dims,
    elements: elementCount(tensor.dims),
    bytes: tensor.data.byteLength,
  }));
}

function descending(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a, x], [b, y]) => y - x || compare(a, b));
}

/** Code unit order: the same in every locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
