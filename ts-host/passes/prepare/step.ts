// What a step of preparing is: from graph to graph, equal within float rounding, values keeping their names.

import type { RunContext } from '../../context.js';
import type { Graph } from '../../ir/model.js';
import type { NameGenerator } from '../../ir/names.js';
import { bytesData, type Tensor } from '../../ir/tensor.js';
import { floatChunks } from '../../tensor/floatChunks.js';
import type { Engine } from '../../wasm/engine.js';

export interface StepTools {
  readonly engine: Engine;
  readonly context: RunContext;
  readonly fresh: NameGenerator;
}

export type Step = (graph: Graph, tools: StepTools) => Graph | Promise<Graph>;

/** Elements of a parameter that has one for each channel, at most. */
const MAX_CHANNELS = 1 << 20;

/** The values of a small float32 tensor: one for each channel of something. */
export async function vectorOf(tensor: Tensor, { engine, context }: StepTools): Promise<Float32Array> {
  const values = new Float32Array(Math.min(MAX_CHANNELS, tensor.data.byteLength / 4));
  for await (const chunk of floatChunks(engine, tensor, context)) values.set(chunk.values, chunk.start);
  return values;
}

/** A float32 tensor of one dim, in memory. */
export function vectorTensor(name: string, values: Float32Array): Tensor {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dtype: 'float32', dims: [values.length], data: bytesData(bytes) };
}
