// Octavo over whole models of Paddle's: npx tsx tests/golden/paddle/real/check.ts FOLDER NAME [STAGE ...]
// One model a process, so that memory is its own.
//
// Stages: float (read, run, as ONNX in onnxruntime), static and dynamic (quantized, written to FOLDER/NAME/LABEL for run.py), int8
// (converted, timed). What is found is merged into FOLDER/NAME/result.json.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { RunContext } from '../../../../ts-host/context.js';
import { type ModelInput, Session } from '../../../../ts-host/index.js';
import { type PaddleModel, type PaddleOutput, toOnnx } from '../../../../ts-host/paddle.js';
import { convert, quantPostDynamic, quantPostStatic } from '../../../../ts-host/paddleslim.js';
import { prepareOctavo } from '../../../support/octavo.js';
import {
  dataOf,
  distance,
  type Feeds,
  type Run,
  readCase,
  recordedRuns,
  sameDecisions,
  type Values,
} from './cases.js';

const [folder, name, ...wanted] = process.argv.slice(2);
if (folder === undefined || name === undefined) throw new Error('usage: check.ts FOLDER NAME [STAGE ...]');
const place = join(folder, name);

type Facts = Record<string, unknown>;

const digits = (value: number): number => Number(value.toPrecision(3));

async function seconds<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, digits((performance.now() - start) / 1000)];
}

async function withSession<T>(model: ModelInput, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.create(model);
  try {
    return await use(session);
  } finally {
    session.dispose();
  }
}

/** Outputs of all feeds. */
const outputsOf = (model: ModelInput, runs: readonly Run[]): Promise<Values[]> =>
  withSession(model, async (session) => {
    const found: Values[] = [];
    for (const { feeds } of runs) found.push(await session.run(feeds));
    return found;
  });

async function onnxruntimeError(bytes: Uint8Array, runs: readonly Run[]): Promise<number> {
  const require = createRequire(new URL('../../../consumers/package.json', import.meta.url));
  const ort = require('onnxruntime-node');
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  let worst = 0;
  for (const { feeds, outputs } of runs) {
    const tensors = Object.entries(feeds).map(([key, { data, dims, dtype }]) => [
      key,
      new ort.Tensor(dtype ?? 'float32', data, dims),
    ]);
    const result: Record<string, { data: ArrayLike<unknown> }> = await session.run(
      Object.fromEntries(tensors),
    );
    const ours = session.outputNames.map((output: string) => result[output]!.data);
    worst = Math.max(worst, distance(ours, outputs));
  }
  return digits(worst);
}

async function float(model: PaddleModel, runs: readonly Run[]): Promise<Facts> {
  const types = model.net.program.blocks.flatMap(({ ops }) => ops.map(({ type }) => type));
  const { model: opened } = await model.open(new RunContext());
  const unknown = opened.graph.nodes.flatMap(({ domain, opType }) => (domain === 'paddle' ? [opType] : []));
  const facts: Facts = { ops: types.length, types: new Set(types).size, nodes: opened.graph.nodes.length };
  if (unknown.length > 0) return { ...facts, unknown: [...new Set(unknown)] };
  const outputs = await outputsOf(model, runs);
  facts.errors = outputs.map((values, i) => digits(distance(dataOf(values), runs[i]!.outputs)));
  const [bytes, time] = await seconds(async () => (await toOnnx(model)).bytes());
  facts.onnx = { bytes: bytes.length, seconds: time, error: await onnxruntimeError(bytes, runs) };
  return facts;
}

/** Writes a quantized model for run.py. */
async function write(label: string, output: PaddleOutput): Promise<void> {
  const target = join(place, label);
  mkdirSync(target, { recursive: true });
  for (const file of output.files) {
    const ending = file.name.endsWith('params') || file.name === '__params__' ? 'pdiparams' : 'pdmodel';
    writeFileSync(join(target, `model.${ending}`), await output.bytes(file.name));
  }
  writeFileSync(join(target, 'case.json'), readFileSync(join(place, 'case.json')));
}

const STATIC = {
  'KL-onnx': { algo: 'KL' },
  'avg-onnx-folded': { algo: 'avg', optimizeModel: true },
  'avg-fake': { algo: 'avg', onnxFormat: false },
  'KL-fake-folded': { algo: 'KL', onnxFormat: false, optimizeModel: true },
} as const;

async function fixed(model: PaddleModel, runs: readonly Run[]): Promise<Facts> {
  const facts: Facts = {};
  const exact = runs.map(({ outputs }) => outputs);
  for (const [label, options] of Object.entries(STATIC)) {
    const dataLoader = runs.map(({ feeds }) => feeds);
    const [result, time] = await seconds(() => quantPostStatic({ modelDir: model, dataLoader, ...options }));
    const memory = Math.round(process.resourceUsage().maxRSS / 1024);
    await write(`static-${label}`, result);
    const values = await outputsOf(result.model, runs);
    const error = Math.max(...values.map((each, i) => distance(dataOf(each), exact[i]!)));
    facts[`static-${label}`] = {
      ...sizes(result.size),
      seconds: time,
      memory,
      error: digits(error),
      same: sameAsFloat(values, runs),
      quantized: result.quantized.length,
      skipped: result.skipped.length,
    };
    saveOutputs(`static-${label}`, values);
  }
  return facts;
}

const sizes = ({ float, quantized }: { float: number; quantized: number }): Facts => ({
  float,
  ratio: digits(quantized / float),
});

/** The least share of decisions, of all feeds, that are the float model's. */
const sameAsFloat = (values: readonly Values[], runs: readonly Run[]): number =>
  digits(
    Math.min(...values.map((each, i) => sameDecisions(last(each), runs[i]!.outputs.at(-1)!, runs[i]!.dims))),
  );

const last = (values: Values): Float32Array => Object.values(values).at(-1)!.data as Float32Array;

/** What the session computes of a quantized model, to be compared with Paddle's run of the files. */
function saveOutputs(label: string, values: readonly Values[]): void {
  values.forEach((each, index) => {
    dataOf(each).forEach((data, output) => {
      const view = data as Float32Array;
      writeFileSync(
        join(place, label, `octavo-${index}-${output}.bin`),
        new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
      );
    });
  });
}

async function dynamic(model: PaddleModel, runs: readonly Run[]): Promise<Facts> {
  const exact = runs.map(({ outputs }) => outputs);
  const quantizableOpType = ['conv2d', 'depthwise_conv2d', 'mul'];
  const options = { modelDir: model, quantizableOpType, generateTestModel: true };
  const [result, time] = await seconds(() => quantPostDynamic(options));
  await write('dynamic-test', result.testModel!);
  const values = await outputsOf(result.model, runs);
  saveOutputs('dynamic-test', values);
  const error = Math.max(...values.map((each, i) => distance(dataOf(each), exact[i]!)));
  return {
    'dynamic-test': {
      ...sizes(result.size),
      seconds: time,
      error: digits(error),
      same: sameAsFloat(values, runs),
      quantized: result.quantized.length,
    },
  };
}

/** The model that the stage `static` wrote, converted. */
async function int8(float: PaddleModel, runs: readonly Run[]): Promise<Facts> {
  const label = 'static-avg-onnx-folded';
  const simulated = await readCase(join(place, label));
  const [converted, time] = await seconds(() => convert(simulated.model));
  const simulation = await outputsOf(simulated.model, runs);
  const values = await outputsOf(converted, runs);
  const error = Math.max(...values.map((each, i) => distance(dataOf(each), dataOf(simulation[i]!))));
  const exact = runs.map(({ outputs }) => outputs);
  const toFloat = Math.max(...values.map((each, i) => distance(dataOf(each), exact[i]!)));
  const bytes = await (await toOnnx(converted)).bytes();
  const speed = await speeds(float, converted, runs[0]!.feeds);
  return {
    int8: {
      seconds: time,
      error: digits(error),
      toFloat: digits(toFloat),
      same: sameAsFloat(values, runs),
      bytes: bytes.length,
      lone: converted.lone.length,
      ...speed,
    },
  };
}

/** Milliseconds a run of both, in turn: medians of pairs. */
async function speeds(float: ModelInput, codes: ModelInput, feeds: Feeds): Promise<Facts> {
  return withSession(float, (first) =>
    withSession(codes, async (second) => {
      const times: [number, number][] = [];
      await first.run(feeds);
      await second.run(feeds);
      for (let round = 0; round < 9; round++) {
        const [, a] = await seconds(() => first.run(feeds));
        const [, b] = await seconds(() => second.run(feeds));
        times.push([a * 1000, b * 1000]);
      }
      const median = (numbers: number[]): number =>
        digits(numbers.sort((a, b) => a - b)[numbers.length >> 1]!);
      return {
        floatMs: median(times.map(([a]) => a)),
        int8Ms: median(times.map(([, b]) => b)),
        speed: median(times.map(([a, b]) => a / b)),
      };
    }),
  );
}

const STAGES = { float, static: fixed, dynamic, int8 };

await prepareOctavo();
const record = join(place, 'result.json');
const results: Facts = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : {};
const runs = recordedRuns(place);
if (typeof runs === 'string') throw new Error(`${name}: Paddle did not run it: ${runs}`);
const { model, program, parameters } = await readCase(place);
results.files = { program, parameters, paddleMs: digits(1000 * runs[0]!.seconds) };
for (const [stage, work] of Object.entries(STAGES)) {
  if (wanted.length > 0 && !wanted.includes(stage)) continue;
  try {
    Object.assign(results, stage === 'float' ? { float: await work(model, runs) } : await work(model, runs));
  } catch (error) {
    results[stage] = { failed: error instanceof Error ? error.message : String(error) };
    if (process.env.STACK) console.error(error);
  }
  writeFileSync(record, JSON.stringify(results, null, 1));
}
console.log(name, JSON.stringify(results));
