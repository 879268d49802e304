// Arithmetic over a whole weight that no kernel of its own does: a small graph of standard operators that our executor runs, so
// that the numbers are the same everywhere.

import type { RunContext } from '../context.js';
import { Executor, type HostTensor } from '../execute/executor.js';
import type { DType } from '../ir/dtype.js';
import type { Attribute, Model, Node, ValueInfo } from '../ir/model.js';
import { bytesData, elementCount, type Tensor } from '../ir/tensor.js';
import { floatChunks } from '../tensor/floatChunks.js';
import type { Engine } from '../wasm/engine.js';
import type { ExecutionEngine } from '../wasm/execution.js';

/** Opset of the graphs: 16-bit codes need 21. */
const OPSET = 21;

export interface Engines {
  /** Reads weights. */
  readonly engine: Engine;
  readonly execution: ExecutionEngine;
}

/** A node that makes one value. It is called as what it makes. */
export function node(
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Node {
  const named = new Map(Object.entries(attributes));
  return { name: output, opType, domain: '', inputs, outputs: [output], attributes: named };
}

/** A constant from the bytes of an array. */
export function constant(
  name: string,
  dtype: DType,
  dims: readonly number[],
  values: ArrayBufferView,
): Tensor {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dtype, dims, data: bytesData(bytes.slice()) };
}

export interface SmallGraph {
  readonly nodes: readonly Node[];
  readonly constants: readonly Tensor[];
  /** What it makes. */
  readonly output: ValueInfo;
}

/** Runs a graph whose input `w` is a weight. The weight is held in memory meanwhile.
 *  @throws OctavoError `MEMORY_LIMIT`, `UNSUPPORTED_DTYPE`, `IO_FAILED`, `ABORTED` */
export async function runOver(
  { engine, execution }: Engines,
  weight: Tensor,
  { nodes, constants, output }: SmallGraph,
  context: RunContext,
): Promise<HostTensor> {
  const { dims } = weight;
  const model: Model = {
    graph: {
      name: weight.name,
      nodes,
      initializers: new Map(constants.map((each) => [each.name, each])),
      inputs: [{ name: 'w', dtype: 'float32', dims }],
      outputs: [output],
      valueInfos: [],
    },
    irVersion: 10,
    opsets: new Map([['', OPSET]]),
    producerName: '',
    producerVersion: '',
    functions: [],
    format: 'onnx',
  };
  const values = new Float32Array(elementCount(dims, weight.name));
  for await (const chunk of floatChunks(engine, weight, context)) values.set(chunk.values, chunk.start);
  const executor = await Executor.create(model, execution, {}, context);
  try {
    const outputs = await executor.run(new Map([['w', { dtype: 'float32', dims, data: values }]]), context);
    return outputs.get(output.name)!;
  } finally {
    executor.dispose();
  }
}

/** The bytes of what a graph made. */
export const bytesOf = ({ data }: HostTensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
