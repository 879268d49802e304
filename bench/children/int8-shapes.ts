// int8-shapes.ts: the operators of bench/int8/shapes.ts in all engines, with the peak loops in the same rounds. Prints JSON.

import type * as Octavo from '../../ts-host/index.js';
import { type Subject, type Timing, time } from '../harness.js';
import { operatorShapes } from '../int8/shapes.js';
import { octavoSession, octavoSubject, ortSubject, type Picture } from '../int8/subjects.js';
import { randomValues } from '../nets/net.js';
import { PEAK_ITERATIONS, peakLoop } from '../peak.js';

/** 10^9 operations a second by subject. */
export interface ShapeResult {
  readonly title: string;
  readonly kind: string;
  readonly multiplyAdds: number;
  readonly timings: readonly Timing[];
  readonly problems: readonly string[];
}

const octavo = (await import(new URL('../../dist/index.js', import.meta.url).href)) as typeof Octavo;
const peaks: Subject[] = [];
for (const name of ['strict', 'relaxed'] as const) {
  const peak = await peakLoop(name === 'relaxed', 'codes');
  if (peak !== undefined) peaks.push({ name: `peak ${name}`, run: () => peak(PEAK_ITERATIONS) });
}

const results: ShapeResult[] = [];
for (const { title, kind, multiplyAdds, dims, float, codes } of operatorShapes()) {
  const count = dims.reduce((a, b) => a * b, 1);
  const values = randomValues(count, 1, 1);
  const picture: Picture = { input: 'x', dims, data: values };
  const coded: Picture = { ...picture, data: Uint8Array.from(values, (each) => 128 + 127 * each) };
  const problems: string[] = [];
  const subjects: Subject[] = [];
  const add = async (name: string, make: (name: string) => Promise<Subject>): Promise<void> => {
    try {
      const subject = await make(name);
      await subject.run(0);
      subjects.push(subject);
    } catch (error) {
      problems.push(`${title}, ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const ours = async (
    name: string,
    ...rest: Parameters<typeof octavoSession> extends [unknown, ...infer R] ? R : never
  ) => octavoSubject(name, await octavoSession(octavo, ...rest), rest[0] === float ? picture : coded);
  await add('int8', (name) => ours(name, codes, 'all', 'fast'));
  await add('int8 strict', (name) => ours(name, codes, 'simd', 'strict'));
  await add('float fast', (name) => ours(name, float, 'all', 'fast'));
  for (const engine of ['onnxruntime-web', 'onnxruntime-node'] as const) {
    const short = engine.replace('onnxruntime', 'ort');
    await add(`${short} float`, (name) => ortSubject(name, engine, float, picture));
    await add(`${short} int8`, (name) => ortSubject(name, engine, codes, coded));
  }
  const timings = await time([...peaks, ...subjects], { rounds: 7, roundMs: 12, warmup: 2 });
  results.push({ title, kind, multiplyAdds, timings, problems });
}
console.log(JSON.stringify(results));
process.exit(0);
