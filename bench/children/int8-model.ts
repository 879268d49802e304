// int8-model.ts KEY: one model of bench/int8/models.ts in all engines, interleaved, float and with codes. The model with codes is
// made here, by static quantization over made up samples: for our sessions with the target octavo, for onnxruntime with its own,
// each what that engine has integer operators for. Prints JSON.

import type { BenchMemory } from '../../ts-host/api/benchSubject.js';
import type * as Octavo from '../../ts-host/index.js';
import type * as Packing from '../../ts-host/packing.js';
import type * as Reporting from '../../ts-host/reporting.js';
import { type Subject, type Timing, time } from '../harness.js';
import { floatBytes, INT8_MODELS } from '../int8/models.js';
import {
  litertSubjects,
  octavoSession,
  octavoSubject,
  ortSubject,
  type Picture,
  tfjsSubject,
} from '../int8/subjects.js';
import { randomValues } from '../nets/net.js';

export interface Int8Result {
  readonly timings: readonly Timing[];
  /** What our sessions say of themselves, by subject. */
  readonly diagnostics: Readonly<Record<string, Octavo.SessionDiagnostics>>;
  /** Milliseconds from bytes to the first result, of sessions made one after the other: from the model, and packed. */
  readonly first: readonly number[];
  readonly firstPacked: readonly number[];
  readonly memory: BenchMemory;
  readonly floatBytes: number;
  readonly int8Bytes: number;
  /** Engines that could not run the model, and why. */
  readonly problems: readonly string[];
}

const FIRST_RESULTS = 9;
const model = INT8_MODELS[process.argv[2] ?? '']!;
const float = floatBytes(model);
if (float === undefined) throw new Error(`${model.path} is not here`);
const { input, dims } = model;
const isSmall = model.isLarge !== true;
const count = dims.reduce((a, b) => a * b, 1);
const picture: Picture = { input, dims, data: randomValues(count, 1, 1) };

const built = (name: string) => import(new URL(`../../dist/${name}.js`, import.meta.url).href);
const octavo = (await built('index')) as typeof Octavo;
const samples = Array.from({ length: isSmall ? 2 : 1 }, (_, i) => ({
  dims,
  data: randomValues(count, 1, 2 + i),
}));
async function quantizedFor(target: Octavo.QuantTarget): Promise<Uint8Array> {
  const result = await octavo.quantize(float!, { mode: 'static', calibration: samples, target });
  const bytes = await result.bytes();
  await result.close();
  return bytes;
}
const int8 = await quantizedFor('octavo');
const int8ForOrt = await quantizedFor('onnxruntime-web');

const problems: string[] = [];
const diagnostics: Record<string, Octavo.SessionDiagnostics> = {};
const sessions = new Map<string, Octavo.Session>();
const ours = async (name: string, ...rest: ArgumentsOf): Promise<Subject> => {
  const session = await octavoSession(octavo, ...rest);
  sessions.set(name, session);
  return octavoSubject(name, session, picture);
};
type ArgumentsOf = [Uint8Array, 'all' | 'simd', 'strict' | 'fast'];

/** An engine that refuses the model is named, and the others go on. */
async function tried(what: string, make: () => Promise<Subject | Subject[]>): Promise<Subject[]> {
  try {
    const made = [await make()].flat();
    for (const subject of made) await subject.run(0);
    return made;
  } catch (error) {
    problems.push(`${what}: ${String(error instanceof Error ? error.message : error).slice(0, 300)}`);
    return [];
  }
}

const net = model.net?.();
const subjects = [
  ...(await tried('int8', () => ours('int8', int8, 'all', 'fast'))),
  ...(await tried('int8 strict', () => ours('int8 strict', int8, 'simd', 'strict'))),
  ...(await tried('float strict', () => ours('float strict', float, 'simd', 'strict'))),
  ...(await tried('float fast', () => ours('float fast', float, 'all', 'fast'))),
  ...(await tried('ort-web float', () => ortSubject('ort-web float', 'onnxruntime-web', float, picture))),
  ...(await tried('ort-web int8', () => ortSubject('ort-web int8', 'onnxruntime-web', int8ForOrt, picture))),
  ...(await tried('ort-node float', () => ortSubject('ort-node float', 'onnxruntime-node', float, picture))),
  ...(await tried('ort-node int8', () =>
    ortSubject('ort-node int8', 'onnxruntime-node', int8ForOrt, picture),
  )),
  ...(await tried('LiteRT', () => litertSubjects(isSmall ? net : undefined, model.litert))),
  ...(net !== undefined && isSmall
    ? await tried('tfjs-wasm', () => tfjsSubject('tfjs-wasm float', net))
    : []),
];
const options = isSmall ? { rounds: 9, roundMs: 60, warmup: 3 } : { rounds: 7, roundMs: 1, warmup: 1 };
const timings = await time(subjects, options);
for (const [name, session] of sessions) diagnostics[name] = session.diagnostics();

/** New sessions of the model with codes, each up to its first result. */
async function firstResults(bytes: Uint8Array): Promise<number[]> {
  if (model.firstMs === undefined) return [];
  const taken: number[] = [];
  for (let i = 0; i < FIRST_RESULTS; i++) {
    const begun = performance.now();
    const session = await octavo.Session.create(bytes, { precision: 'fast' });
    await session.run({ [input]: { data: picture.data, dims } });
    taken.push(performance.now() - begun);
    await session.dispose();
  }
  return taken;
}

async function packed(): Promise<Uint8Array> {
  const { pack } = (await built('pack')) as typeof Packing;
  return pack(int8, { precision: 'fast' });
}

async function memoryOf(bytes: Uint8Array): Promise<BenchMemory> {
  const { benchModel } = (await built('report')) as typeof Reporting;
  const shapes = { [input]: dims };
  const bench = await benchModel(bytes, { now: () => performance.now(), runs: 1, warmup: 0, shapes });
  return bench.memory;
}

const answer: Int8Result = {
  timings,
  diagnostics,
  first: await firstResults(int8),
  firstPacked: model.firstMs === undefined ? [] : await firstResults(await packed()),
  memory: await memoryOf(int8),
  floatBytes: float.byteLength,
  int8Bytes: int8.byteLength,
  problems,
};
console.log(JSON.stringify(answer));
process.exit(0);
