// A small interpreter for operator cases, as long as there is no executor: node after node, each value in a block of
// its own. Casts halves and transposes for channels-last operators in TypeScript.

import { RunContext } from '../../ts-host/context.js';
import { OctavoError } from '../../ts-host/errors.js';
import { type Elements, type InputFact, NodeContext } from '../../ts-host/execute/node.js';
import type {
  EvaluatedOperator,
  EvaluationContext,
  Operator,
  Plan,
  PlannedOperator,
} from '../../ts-host/execute/operator.js';
import { findOperator } from '../../ts-host/execute/operators/index.js';
import { bytesOf, type TensorType, type TensorValue, type Value } from '../../ts-host/execute/value.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { toSource } from '../../ts-host/io/any-source.js';
import { type Graph, type Model, type Node, nodeIds } from '../../ts-host/ir/model.js';
import { readAll } from '../../ts-host/ir/tensor.js';
import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import { countOf, elementsOf, type Feed, feed, numbersOf } from './feeds.js';

interface Held {
  readonly value: Value;
  readonly constant: boolean;
}
type Scope = Map<string, Held>;

const isHalf = (dtype: string): boolean => dtype === 'float16' || dtype === 'bfloat16';
const bytes = ({ data }: Feed): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export async function runLocally(
  model: Uint8Array,
  feeds: ReadonlyMap<string, Feed>,
  engine: ExecutionEngine,
): Promise<Map<string, Feed>> {
  const context = new RunContext();
  const source = await toSource(model, context);
  const read = await readOnnx(source, {}, context);
  return new Interpreter(read, engine).run(feeds);
}

class Interpreter {
  readonly #model: Model;
  readonly #engine: ExecutionEngine;
  readonly #blocks = new Set<number>();

  constructor(model: Model, engine: ExecutionEngine) {
    this.#model = model;
    this.#engine = engine;
  }

  async run(feeds: ReadonlyMap<string, Feed>): Promise<Map<string, Feed>> {
    try {
      const scope: Scope = new Map();
      for (const [name, each] of feeds) scope.set(name, { value: this.#put(each), constant: false });
      const outputs = await this.#graph(this.#model.graph, scope, '');
      const { outputs: infos } = this.#model.graph;
      return new Map(infos.map(({ name }, i) => [name, this.#get(outputs[i]!)]));
    } finally {
      for (const block of this.#blocks) this.#engine.heap.free(block);
    }
  }

  alloc(type: TensorType): TensorValue {
    const address = this.#engine.heap.alloc(bytesOf(type));
    this.#blocks.add(address);
    return { kind: 'tensor', dtype: type.dtype, dims: type.dims, address };
  }

  async runGraph(graph: Graph, scope: Scope, inputs: readonly Value[], path: string): Promise<Value[]> {
    const inner: Scope = new Map(scope);
    for (const [i, { name }] of graph.inputs.entries()) {
      inner.set(name, { value: inputs[i]!, constant: false });
    }
    return this.#graph(graph, inner, path);
  }

  async #graph(graph: Graph, scope: Scope, path: string): Promise<Value[]> {
    for (const [name, { dtype, dims, data }] of graph.initializers) {
      const all = (await readAll(data, new RunContext())).slice();
      scope.set(name, {
        value: this.#put({ dtype, dims, data: elementsOf(dtype, all.buffer) }),
        constant: true,
      });
    }
    const ids = nodeIds(graph, path);
    for (const [i, node] of graph.nodes.entries()) await this.#node(node, ids[i]!, scope);
    return graph.outputs.map(({ name }) => scope.get(name)!.value);
  }

  async #node(node: Node, id: string, scope: Scope): Promise<void> {
    const plain = findOperator(node.domain, node.opType);
    const nhwc = plain === undefined ? findOperator('octavo.nhwc', node.opType) : undefined;
    const operator = plain ?? nhwc;
    if (operator === undefined) throw new OctavoError('UNSUPPORTED_OP', node.opType, { node: id });
    const widened = new Map<number, string>();
    const inputs = node.inputs.map((name, i): Held | undefined => {
      if (name === '') return undefined;
      let held = scope.get(name)!;
      if (held.value.kind !== 'tensor') return held;
      if (isHalf(held.value.dtype) && operator.acceptsHalf !== true) {
        widened.set(i, held.value.dtype);
        const wide = this.#get(held.value);
        held = { ...held, value: this.#put(feed('float32', wide.dims, numbersOf(wide))) };
      }
      const moved = nhwc !== undefined && (i === 0 || (node.opType === 'FusedConv' && i === 3));
      if (moved) held = { ...held, value: this.#put(moveChannels(this.#get(held.value), true)) };
      return held;
    });
    const half = [...widened.values()][0];
    const outputs = await this.#operate(operator, node, id, inputs, scope);
    for (const [i, name] of node.outputs.entries()) {
      let value = outputs[i];
      if (name === '' || value === undefined) continue;
      if (value.kind === 'tensor' && nhwc !== undefined)
        value = this.#put(moveChannels(this.#get(value), false));
      if (value.kind === 'tensor' && value.dtype === 'float32' && half !== undefined) {
        const wide = this.#get(value);
        value = this.#put(feed(half as 'float16', wide.dims, numbersOf(wide)));
      }
      const constant = inputs.every((each) => each === undefined || each.constant);
      scope.set(name, { value, constant });
    }
  }

  async #operate(
    operator: Operator,
    node: Node,
    id: string,
    inputs: readonly (Held | undefined)[],
    scope: Scope,
  ): Promise<(Value | undefined)[]> {
    const opset = this.#model.opsets.get(node.domain === 'ai.onnx' ? '' : node.domain) ?? 1;
    const facts = inputs.map((held): InputFact | undefined =>
      held?.value.kind !== 'tensor'
        ? undefined
        : {
            dtype: held.value.dtype,
            dims: held.value.dims,
            constant: held.constant,
            elements: this.#get(held.value).data,
          },
    );
    if ('plan' in operator) {
      const context = new NodeContext(node, id, opset, this.#engine, facts);
      return this.#execute(operator.plan(context), context, inputs, operator);
    }
    return this.#evaluate(
      operator,
      new Evaluation(this, node, id, opset, this.#engine, facts, inputs, scope),
    );
  }

  async #evaluate(operator: EvaluatedOperator, context: Evaluation): Promise<(Value | undefined)[]> {
    await operator.evaluate(context as EvaluationContext);
    return context.outputs;
  }

  #execute(
    plan: Plan,
    context: NodeContext,
    inputs: readonly (Held | undefined)[],
    { opType }: PlannedOperator,
  ): Value[] {
    const addressOf = (index: number): number => (inputs[index]!.value as TensorValue).address;
    if (plan.outputs.length < context.outputCount) throw new Error(`${opType} plans too few outputs`);
    const outputs = plan.outputs.map((type) => this.alloc(type));
    const heap = this.#engine.heap;
    if (plan.alias !== undefined) {
      heap.bytes.copyWithin(
        outputs[0]!.address,
        addressOf(plan.alias),
        addressOf(plan.alias) + bytesOf(outputs[0]!),
      );
      return outputs;
    }
    if (plan.known !== undefined) {
      const { buffer, byteOffset, byteLength } = plan.known;
      heap.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), outputs[0]!.address);
      return outputs;
    }
    const reserve = (byteLength: number): number =>
      this.alloc({ dtype: 'uint8', dims: [byteLength] }).address;
    const scratch = reserve(plan.scratch ?? 0);
    const packed = new Set((plan.packs ?? []).map(({ input }) => input));
    const reads = new Set(
      plan.reads ?? [...inputs.keys()].filter((i) => inputs[i] && !packed.has(i) && !context.taken.has(i)),
    );
    const packs = (plan.packs ?? []).map((pack) => {
      const to = reserve(pack.byteLength);
      pack.fill(addressOf(pack.input), to);
      return to;
    });
    const steps = plan.bind!({
      input: (index) => {
        if (!reads.has(index))
          throw new Error(`${opType} reads input ${index}, which its plan does not list`);
        return addressOf(index);
      },
      output: (index) => (context.wants(index) ? outputs[index]!.address : 0),
      scratch,
      pack: (index) => packs[index]!,
    });
    for (const step of typeof steps === 'function' ? [steps] : steps) step();
    return outputs;
  }

  #put({ dtype, dims, data }: Feed): TensorValue {
    const value = this.alloc({ dtype, dims });
    this.#engine.heap.bytes.set(bytes({ dtype, dims, data }), value.address);
    return value;
  }

  #get(value: Value): Feed {
    if (value.kind !== 'tensor') throw new Error(`a ${value.kind} is no output of a case`);
    const copy = this.#engine.heap.copyOut(value.address, bytesOf(value));
    return { dtype: value.dtype, dims: [...value.dims], data: elementsOf(value.dtype, copy.buffer) };
  }
}

class Evaluation extends NodeContext {
  readonly outputs: (Value | undefined)[] = [];
  readonly #interpreter: Interpreter;
  readonly #values: readonly (Held | undefined)[];
  readonly #scope: Scope;

  constructor(
    interpreter: Interpreter,
    node: Node,
    id: string,
    opset: number,
    engine: ExecutionEngine,
    facts: readonly (InputFact | undefined)[],
    values: readonly (Held | undefined)[],
    scope: Scope,
  ) {
    super(node, id, opset, engine, facts);
    this.#interpreter = interpreter;
    this.#values = values;
    this.#scope = scope;
  }

  override has(index: number): boolean {
    return this.#values[index] !== undefined;
  }

  value(index: number): Value {
    return (
      this.#values[index]?.value ?? this.fail(`${this.node.opType} needs an input ${index}`, 'GRAPH_INVALID')
    );
  }

  allocate(index: number, type: TensorType): number {
    const value = this.#interpreter.alloc(type);
    this.outputs[index] = value;
    return value.address;
  }

  assign(index: number, value: Value): void {
    this.outputs[index] = value;
  }

  scratch<T>(byteLength: number, body: (address: number) => T): T {
    return body(this.#interpreter.alloc({ dtype: 'uint8', dims: [byteLength] }).address);
  }

  runGraph(graph: Graph, inputs: readonly Value[]): Promise<Value[]> {
    return this.#interpreter.runGraph(graph, this.#scope, inputs, this.id);
  }

  async breathe(): Promise<void> {
    await Promise.resolve();
  }
}

/** [N, C, D…] to [N, D…, C], or back. */
function moveChannels({ dtype, dims, data }: Feed, last: boolean): Feed {
  if (dims.length < 3) return { dtype, dims, data };
  const [batch] = dims as [number];
  const channels = last ? dims[1]! : dims.at(-1)!;
  const space = countOf(dims.slice(1)) / (channels || 1);
  const moved: Elements = data.slice() as Elements;
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let s = 0; s < space; s++) {
        const first = (n * channels + c) * space + s;
        const then = (n * space + s) * channels + c;
        moved[last ? then : first] = data[last ? first : then]!;
      }
  const rest = last ? dims.slice(2) : dims.slice(1, -1);
  return { dtype, dims: last ? [batch, ...rest, channels] : [batch, channels, ...rest], data: moved };
}
