// Models as literals: names only where types do not matter, `name: dtype[dims]` where they do.

import { bytesSource } from '../../ts-host/io/source.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import type { Attribute, Graph, Model, ModelFunction, Node, ValueInfo } from '../../ts-host/ir/model.js';
import { sliceData, type Tensor } from '../../ts-host/ir/tensor.js';

/** A value info from `x`, or `x: float32[2,3,?]`. */
export function value(text: string): ValueInfo {
  const match = /^(\S+): (\w+)(?:\[(.*)\])?$/.exec(text);
  if (match === null) return { name: text };
  const [, name = '', dtype, dims] = match;
  return {
    name,
    dtype: dtype as DType,
    ...(dims === undefined
      ? {}
      : { dims: dims === '' ? [] : dims.split(',').map((dim) => (dim === '?' ? null : Number(dim))) }),
  };
}

export type AttributeLiteral = Attribute | number | bigint | string | readonly bigint[] | readonly number[];

/** An attribute: bigint is an int, number a float, and so are lists of them. */
export function attribute(literal: AttributeLiteral): Attribute {
  if (typeof literal === 'bigint') return { kind: 'int', value: literal };
  if (typeof literal === 'number') return { kind: 'float', value: literal };
  if (typeof literal === 'string') return { kind: 'string', value: new TextEncoder().encode(literal) };
  if (!Array.isArray(literal)) return literal as Attribute;
  return typeof literal[0] === 'number'
    ? { kind: 'floats', value: literal as readonly number[] }
    : { kind: 'ints', value: literal as readonly bigint[] };
}

export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeLiteral>> = {},
): Node {
  const entries = Object.entries(attributes).map(([name, literal]): [string, Attribute] => [
    name,
    attribute(literal),
  ]);
  return { name: '', opType, domain: '', inputs, outputs, attributes: new Map(entries) };
}

/** A tensor in memory. */
export function tensor(
  name: string,
  dtype: 'float32' | 'int64',
  dims: readonly number[],
  values: readonly number[],
): Tensor {
  const array = dtype === 'int64' ? BigInt64Array.from(values.map(BigInt)) : Float32Array.from(values);
  const bytes = new Uint8Array(array.buffer);
  return { name, dtype, dims, data: sliceData(bytesSource(bytes), 0, bytes.byteLength) };
}

export function graph(parts: {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
  readonly initializers?: readonly Tensor[];
  readonly valueInfos?: readonly string[];
}): Graph {
  return {
    name: 'graph',
    nodes: parts.nodes,
    initializers: new Map((parts.initializers ?? []).map((each) => [each.name, each])),
    inputs: parts.inputs.map(value),
    outputs: parts.outputs.map(value),
    valueInfos: (parts.valueInfos ?? []).map(value),
  };
}

export function model(main: Graph, opset = 7, irVersion = 3): Model {
  return {
    graph: main,
    irVersion,
    opsets: new Map([['', opset]]),
    producerName: 'test',
    producerVersion: '',
    functions: [],
    format: 'onnx',
  };
}

/** A function that does nothing. */
export const EMPTY_FUNCTION: ModelFunction = {
  domain: '',
  name: '',
  overload: '',
  inputs: [],
  outputs: [],
  nodes: [],
  defaults: new Map(),
  opsets: new Map(),
};
