// Models made of literals, run by the executor on one engine.

import { RunContext, type RunOptions } from '../../ts-host/context.js';
import { Executor, type ExecutorOptions, type HostTensor } from '../../ts-host/execute/executor.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { bytesSource } from '../../ts-host/io/source.js';
import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import { type ModelInput, model } from '../support/onnxBuilder.js';

export async function executorOf(
  input: ModelInput,
  engine: ExecutionEngine,
  options: ExecutorOptions = {},
): Promise<Executor> {
  const context = new RunContext();
  const read = await readOnnx(bytesSource(model(input)), {}, context);
  return Executor.create(read, engine, options, context);
}

/** A float32 tensor. */
export function f32(dims: readonly number[], values: ArrayLike<number>): HostTensor {
  return { dtype: 'float32', dims, data: Float32Array.from(values) };
}

/** An int64 tensor of one dim. */
export function i64(...values: number[]): HostTensor {
  return { dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export async function run(
  executor: Executor,
  feeds: Readonly<Record<string, HostTensor>>,
  options: RunOptions = {},
): Promise<Record<string, HostTensor>> {
  return Object.fromEntries(await executor.run(new Map(Object.entries(feeds)), new RunContext(options)));
}

/** Numbers 1, 2, 3, … */
export const counting = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
