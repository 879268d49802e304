// Plans as files.

import { basename, dirname } from 'node:path';
import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { fileSource } from '../io/node/file-source.js';
import { folderSink } from '../io/node/folder-sink.js';
import type { Sink } from '../io/sink.js';
import type { QuantPlan } from '../ir/plan.js';
import { planFromJson, planToJson } from '../quantize/planJson.js';

/** A plan of a model with a hundred thousand nodes has some 20 MB. */
const LARGEST_PLAN = 256 * 1024 * 1024;

/** @throws OctavoError `IO_FAILED`, `LIMIT_EXCEEDED`, `PLAN_INVALID`, `PLAN_VERSION`. */
export async function readPlanFile(path: string, signal: AbortSignal): Promise<QuantPlan> {
  const source = await fileSource(path, new RunContext({ signal }));
  try {
    if (source.size > LARGEST_PLAN) {
      throw new OctavoError('LIMIT_EXCEEDED', `a plan has at most ${LARGEST_PLAN} bytes`, { file: path });
    }
    return planFromJson(new TextDecoder().decode(await source.read(0, source.size)));
  } finally {
    await source.close();
  }
}

/** Writes a plan, but does not make it visible: commit() of the sink returned does. */
export async function beginPlanFile(path: string, plan: QuantPlan): Promise<Sink> {
  const sink = folderSink(dirname(path));
  try {
    const bytes = new TextEncoder().encode(planToJson(plan));
    const file = await sink.create(basename(path), bytes.byteLength);
    await file.write(bytes);
    await file.close();
    return sink;
  } catch (error) {
    await sink.abort(error);
    throw error;
  }
}
