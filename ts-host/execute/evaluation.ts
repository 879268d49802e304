// An evaluated operator at work: its inputs are there, its outputs are allocated as it finds them out.

import type { Graph } from '../ir/model.js';
import { asElements } from './elements.js';
import type { Frame } from './frame.js';
import { tensorsOf } from './frame.js';
import { type Elements, NodeContext } from './node.js';
import type { EvaluationContext } from './operator.js';
import type { PreparedNode } from './prepare.js';
import type { RunState } from './runState.js';
import { type Address, bytesOf, type TensorType, type TensorValue, type Value } from './value.js';
import type { Walk } from './walk.js';

/** How a nested graph is run: its results are held by `frame`. */
export type GraphRunner = (graph: Graph, inputs: readonly Value[], frame: Frame) => Promise<readonly Value[]>;

export class Evaluation extends NodeContext implements EvaluationContext {
  /** What the operator made, by output. */
  readonly outputs: (Value | undefined)[] = [];
  readonly #values: readonly (Value | undefined)[];
  readonly #frame: Frame;
  readonly #state: RunState;
  readonly #runGraph: GraphRunner;
  /** Addresses of temporary tensors and of what graphs returned, held until the evaluation ends. */
  readonly #returned: Address[] = [];

  constructor(
    { node, id }: PreparedNode,
    walk: Walk,
    values: readonly (Value | undefined)[],
    frame: Frame,
    state: RunState,
    runGraph: GraphRunner,
  ) {
    const facts = values.map((value) =>
      value?.kind === 'tensor' ? { dtype: value.dtype, dims: value.dims, constant: false } : undefined,
    );
    super(node, id, walk.opsets.get(node.domain) ?? walk.opsets.get('') ?? 0, walk.engine, facts);
    this.#values = values;
    this.#frame = frame;
    this.#state = state;
    this.#runGraph = runGraph;
  }

  override has(index: number): boolean {
    return this.#values[index] !== undefined;
  }

  override values(index: number): Elements {
    const value = this.value(index);
    if (value.kind !== 'tensor') this.fail(`input ${index} is no tensor`, 'UNSUPPORTED_DTYPE');
    return asElements(value.dtype, this.engine.heap.copyOut(value.address, bytesOf(value)));
  }

  value(index: number): Value {
    return this.#values[index] ?? this.fail(`${this.node.opType} needs an input ${index}`, 'GRAPH_INVALID');
  }

  allocate(index: number, type: TensorType): Address {
    const value = this.#frame.allocate(type);
    this.outputs[index] = value;
    return value.address;
  }

  assign(index: number, value: Value): void {
    for (const { address } of tensorsOf(value)) this.#frame.retain(address);
    this.outputs[index] = value;
  }

  temporary(type: TensorType): TensorValue {
    const value = this.#frame.allocate(type);
    this.#returned.push(value.address);
    return value;
  }

  scratch<T>(byteLength: number, body: (address: Address) => T): T {
    return this.#frame.scratch(byteLength, body);
  }

  async runGraph(graph: Graph, inputs: readonly Value[]): Promise<readonly Value[]> {
    const values = await this.#runGraph(graph, inputs, this.#frame);
    for (const value of values) this.#returned.push(...tensorsOf(value).map(({ address }) => address));
    return values;
  }

  release(value: Value): void {
    for (const { address } of tensorsOf(value)) {
      const at = this.#returned.lastIndexOf(address);
      if (at < 0) continue;
      this.#returned.splice(at, 1);
      this.#frame.release(address);
    }
  }

  breathe(): Promise<void> {
    return this.#state.breathe();
  }

  /** Lets go of what is temporary and no output took. */
  end(): void {
    for (const address of this.#returned) this.#frame.release(address);
    this.#returned.length = 0;
  }
}
