// A model in our own executor, on a given engine. Whatever the run takes of the engine's memory must be given back.

import assert from 'node:assert/strict';
import { RunContext } from '../../ts-host/context.js';
import { Executor } from '../../ts-host/execute/executor.js';
import { readOnnx } from '../../ts-host/formats/onnx/reader.js';
import { toSource } from '../../ts-host/io/any-source.js';
import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import type { Feed } from './feeds.js';

export async function runLocally(
  bytes: Uint8Array,
  feeds: ReadonlyMap<string, Feed>,
  engine: ExecutionEngine,
): Promise<Map<string, Feed>> {
  const context = new RunContext();
  const model = await readOnnx(await toSource(bytes, context), {}, context);
  const held = engine.heap.held;
  const executor = await Executor.create(model, engine, {}, context);
  try {
    return await executor.run(feeds, context);
  } finally {
    executor.dispose();
    assert.equal(engine.heap.held, held, 'the run leaves memory behind');
  }
}
