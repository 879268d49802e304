// A quantized graph on its way to integers: which values are codes behind a DequantizeLinear, and the nodes made so far. Nodes are
// visited in order, so that all that is said of a node's inputs is known when it is visited. A DequantizeLinear that
// nobody reads any more is left out when the graph is prepared.

import type { DType } from '../../../ir/dtype.js';
import { GraphIndex } from '../../../ir/graphIndex.js';
import { type Attribute, type Graph, type Node, nodeIds } from '../../../ir/model.js';
import { bytesData, elementCount, readAll, type Tensor } from '../../../ir/tensor.js';
import { asBytes, asElements } from '../../elements.js';
import type { Elements } from '../../node.js';
import type { TensorType } from '../../value.js';
import type { RewriteTools } from '../rewrite.js';
import { isByte, MOST_SCALES, type Parameters } from './parameters.js';

/** What a float value is made from. */
export interface Codes extends Parameters {
  readonly codes: string;
  /** Where they are known. */
  readonly dims: readonly number[] | undefined;
}

/** 8-bit codes under one scale. */
export interface ByteCodes extends Codes {
  readonly dtype: 'int8' | 'uint8';
}

/** Thrown by rules: why a node stays in float. */
export class Refusal {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export class Site {
  readonly graph: Graph;
  readonly tools: RewriteTools;
  readonly index: GraphIndex;
  readonly ids: readonly string[];
  readonly nodes: Node[] = [];
  /** By the name of the float value. */
  readonly codes = new Map<string, Codes>();
  /** Why a dequantized value cannot be read as codes. */
  readonly refused = new Map<string, string>();
  /** Types of values that are codes. */
  readonly codeTypes = new Map<string, DType>();
  /** Codes that are looked up: in which others, and in which table. */
  readonly lookups = new Map<string, readonly [string, string]>();
  readonly #added = new Map<string, Tensor>();
  readonly #shared = new Map<string, string>();

  constructor(graph: Graph, tools: RewriteTools) {
    this.graph = graph;
    this.tools = tools;
    this.index = new GraphIndex(graph);
    this.ids = nodeIds(graph);
    for (const { name, dtype } of graph.inputs) if (dtype !== undefined) this.codeTypes.set(name, dtype);
  }

  get opset(): number {
    return this.tools.opsets.get('') ?? 0;
  }

  refuse(reason: string): never {
    throw new Refusal(reason);
  }

  /** A constant of the graph. */
  tensor(name: string | undefined): Tensor | undefined {
    return this.index.constant(name) ?? this.#added.get(name ?? '');
  }

  /** Elements of a small constant, undefined for anything else. */
  async elements(name: string | undefined, most = MOST_SCALES): Promise<Elements | undefined> {
    const tensor = this.tensor(name);
    if (tensor === undefined || elementCount(tensor.dims) > most) return undefined;
    return asElements(tensor.dtype, await readAll(tensor.data, this.tools.context));
  }

  /** The one float32 of a constant. */
  async float(name: string | undefined): Promise<number | undefined> {
    if (this.tensor(name)?.dtype !== 'float32') return undefined;
    const elements = await this.elements(name, 1);
    return elements?.length === 1 ? Number(elements[0]) : undefined;
  }

  /** The codes that input `input` of a node stands for. */
  operand({ inputs }: Node, input: number): Codes {
    const name = inputs[input] ?? '';
    const codes = this.codes.get(name);
    if (codes !== undefined) return codes;
    const why = this.refused.get(name);
    return this.refuse(why === undefined ? `its input ${input} is float` : `its input ${input}: ${why}`);
  }

  /** As {@link operand}, 8-bit codes under one scale. */
  one(node: Node, input: number): ByteCodes {
    const codes = this.operand(node, input);
    if (!isByte(codes.dtype)) this.refuse(`the codes of its input ${input} are ${codes.dtype}`);
    if (codes.axis !== undefined) this.refuse(`its input ${input} has scales along an axis`);
    return codes as ByteCodes;
  }

  /** Adds a constant; returns its name. */
  constant(hint: string, { dtype, dims }: TensorType, elements: Elements): string {
    const name = this.tools.fresh(hint);
    this.#added.set(name, { name, dtype, dims, data: bytesData(asBytes(elements)) });
    return name;
  }

  /** All codes of a type, by their bytes. */
  allCodes(dtype: 'int8' | 'uint8'): string {
    const known = this.#shared.get(dtype);
    if (known !== undefined) return known;
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const name = this.constant('all_codes', { dtype, dims: [256] }, bytes);
    this.#shared.set(dtype, name);
    return name;
  }

  /** The zero points of those that have none. */
  zeros(dtype: DType, dims: readonly number[]): string {
    const key = `${dtype} ${dims.join()}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const count = elementCount(dims);
    const made = dtype === 'int32' ? new Int32Array(count) : new Uint8Array(count);
    const name = this.constant('no_zero_point', { dtype, dims }, made);
    this.#shared.set(key, name);
    return name;
  }

  /** The rank of a value of the graph as it was, where it can be told. */
  rankOf(name: string): number | undefined {
    const constant = this.tensor(name)?.dims.length;
    if (constant !== undefined) return constant;
    const at = this.index.maker(name);
    const node = at === undefined ? undefined : this.graph.nodes[at];
    if (node === undefined) return this.graph.inputs.find((input) => input.name === name)?.dims?.length;
    if (node.opType === 'Conv' || node.opType === 'QLinearConv') {
      const weight = node.inputs[node.opType === 'Conv' ? 1 : 3]!;
      return this.codes.get(weight)?.dims?.length ?? this.tensor(weight)?.dims.length;
    }
    return RANK_OF_INPUT.has(node.opType) ? this.rankOf(node.inputs[0]!) : undefined;
  }

  finish(): Graph {
    const initializers = new Map([...this.graph.initializers, ...this.#added]);
    return { ...this.graph, nodes: this.nodes, initializers };
  }
}

const RANK_OF_INPUT = new Set(
  `QuantizeLinear DequantizeLinear Relu Clip LeakyRelu Sigmoid HardSigmoid HardSwish MaxPool AveragePool
  GlobalAveragePool Resize Upsample Concat BatchNormalization QLinearAdd QLinearMul QLinearAveragePool
  QLinearGlobalAveragePool QLinearSigmoid QLinearLeakyRelu`.split(/\s+/),
);

type Attributes = Readonly<Record<string, Attribute | undefined>>;

/** A node of an integer operator. Attributes that are undefined are left out. */
export function integerNode(
  name: string,
  [domain, opType]: readonly [string, string],
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes = {},
): Node {
  const given = Object.entries(attributes).filter(
    (entry): entry is [string, Attribute] => entry[1] !== undefined,
  );
  return { name, opType, domain, inputs, outputs, attributes: new Map(given) };
}

/** Codes, scale, zero point, as integer operators list them. */
export const triple = ({ codes, scale, zeroPoint }: Codes): string[] => [codes, scale, zeroPoint];
export const pair = ({ scale, zeroPoint }: Parameters): string[] => [scale, zeroPoint];
export const attributesOf = ({ attributes }: Node): Attributes => Object.fromEntries(attributes);
