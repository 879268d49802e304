// Models and operators with codes beside the other engines, one thread, Node 24: each model in all engines in one interleaved run.
// Parts, which --part chooses: the keys of bench/int8/models.ts, shapes, runtimes.

import { fileURLToPath } from 'node:url';
import { installConsumers } from '../../scripts/testing/consumers.js';
import { installNpm } from '../../tests/runtimes/setup/install.js';
import { findNode } from '../../tests/runtimes/setup/locate.js';
import { prepareOctavo, quantizedBytes } from '../../tests/support/octavo.js';
import { runChild } from '../child.js';
import type { Int8Result } from '../children/int8-model.js';
import type { ShapeResult } from '../children/int8-shapes.js';
import { median, speed, type Timing } from '../harness.js';
import { floatBytes, INT8_MODELS, type Int8Model } from '../int8/models.js';
import { inRuntimes } from '../int8/runtimes.js';
import { randomValues } from '../nets/net.js';
import { CODE_OPERATIONS, PEAK_ITERATIONS } from '../peak.js';
import type { Figure, SectionResult } from '../report.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RUNTIME_ROUNDS = 3;
/** The goals of the issue that hold for every model; large ones are compared with our own float only. */
const WEB_GOAL = 4;
const NATIVE_FLOAT_GOAL = 1;
const STRICT_GOAL = 1.7;
const FLOAT_GOALS = { litert: 1.1, web: 1.3 } as const;
const ARENA_GOAL = 1.15;
const DEPTHWISE_GOALS = { 'ort-web int8': 20, 'ort-node int8': 2 } as const;

export async function int8(parts?: readonly string[]): Promise<SectionResult> {
  const known = [...Object.keys(INT8_MODELS), 'shapes', 'runtimes'];
  const unknown = parts?.filter((part) => !known.includes(part)) ?? [];
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}: ${known.join(' ')}`);
  const [figures, skipped]: [Figure[], string[]] = [[], []];
  for (const folder of ['tests/consumers', 'bench/peers/js']) {
    const problem = await installConsumers(`${ROOT}${folder}`, (line) => console.error(line));
    if (problem !== '') skipped.push(`npm ci in ${folder}: ${problem}`);
  }
  const problem = await installNpm();
  if (problem !== '') skipped.push(problem);
  const node = findNode(24);
  if (node === undefined) skipped.push(`no Node 24: everything runs in ${process.version}`);
  for (const part of parts ?? known) {
    try {
      if (part === 'shapes') figures.push(...(await shapes(node, skipped)));
      else if (part === 'runtimes') figures.push(...(await runtimes(skipped)));
      else figures.push(...(await ofModel(part, node, skipped)));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      skipped.push(`${part}: ${/^\w*Error: .*$/m.exec(text)?.[0] ?? text}`);
    }
  }
  const where = node === undefined ? process.version : 24;
  return { section: `int8 (one thread, Node ${where}; x: times as fast)`, figures, skipped };
}

async function ofModel(key: string, node: string | undefined, skipped: string[]): Promise<Figure[]> {
  const model = INT8_MODELS[key]!;
  const measured = await runChild<Int8Result>('int8-model.ts', [key], node);
  skipped.push(...measured.problems.map((each) => `${model.title}, ${each}`));
  const times = measured.timings.map(
    (timing): Figure => ({
      name: `${model.title}, ${timing.name}`,
      value: timing.median,
      unit: 'ms',
      note: `min ${timing.min.toFixed(2)} mad ${timing.mad.toFixed(2)}${kernelsOf(measured, timing)}`,
    }),
  );
  return [
    ...times,
    ...ratios(model, measured.timings),
    ...memory(model, measured),
    ...first(model, measured),
  ];
}

/** Which kernels served integer products. */
function kernelsOf({ diagnostics }: Int8Result, { name }: Timing): string {
  const choices = Object.values(diagnostics[name]?.kernels ?? {});
  const isInteger = diagnostics[name]?.counts !== undefined;
  return isInteger ? choices.map(({ variant, reason }) => `, ${variant} (${reason})`).join('') : '';
}

/** The faster of those that ran. */
function best(timings: readonly Timing[], ...names: readonly string[]): Timing | undefined {
  const found = timings.filter(({ name }) => names.includes(name));
  return found.sort((a, b) => a.median - b.median)[0];
}

function ratios(model: Int8Model, timings: readonly Timing[]): Figure[] {
  const { title, isLarge = false, overFloat, overLitert } = model;
  const figures: Figure[] = [];
  const put = (what: string, subject: Timing | undefined, base: Timing | undefined, atLeast?: number) => {
    if (subject === undefined || base === undefined) return;
    const goal = atLeast === undefined ? {} : { goal: { atLeast } };
    figures.push({ name: `${title}, ${what}`, value: speed(subject, base), unit: 'x', ...goal });
  };
  const of = (...names: readonly string[]) => best(timings, ...names);
  const [codes, ownFloat] = [of('int8', 'int8 strict'), of('float strict', 'float fast')];
  put('int8 / our best float', codes, ownFloat, overFloat);
  put('int8 strict / our float strict', of('int8 strict'), of('float strict'), STRICT_GOAL);
  put('int8 / ort-web best', codes, of('ort-web float', 'ort-web int8'), isLarge ? undefined : WEB_GOAL);
  put('int8 / ort-node float', codes, of('ort-node float'), isLarge ? undefined : NATIVE_FLOAT_GOAL);
  put('int8 / ort-node int8', codes, of('ort-node int8'));
  put('int8 / LiteRT int8', codes, of('LiteRT int8'), overLitert);
  put('float / ort-web float', ownFloat, of('ort-web float'), FLOAT_GOALS.web);
  const isV1 = model === INT8_MODELS['mobilenet-v1'];
  put(
    'float fast / LiteRT float',
    of('float fast'),
    of('LiteRT float'),
    isV1 ? FLOAT_GOALS.litert : undefined,
  );
  put('float fast / tfjs-wasm float', of('float fast'), of('tfjs-wasm float'));
  return figures;
}

function memory({ title }: Int8Model, { memory: held, floatBytes: before, int8Bytes }: Int8Result): Figure[] {
  const { arenaBytes, largestLiveSet, weightBytes } = held;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
  const note = `${megabytes(arenaBytes)}, weights ${megabytes(weightBytes)}, file ${megabytes(before)} to ${megabytes(int8Bytes)}`;
  const value = arenaBytes / largestLiveSet;
  return [
    { name: `${title}, arena / largest live set`, value, unit: 'x', goal: { atMost: ARENA_GOAL }, note },
  ];
}

function first({ title, firstMs, firstPackedMs }: Int8Model, result: Int8Result): Figure[] {
  const figure = (what: string, times: readonly number[], atMost: number | undefined): Figure[] => {
    if (atMost === undefined || times.length === 0) return [];
    const note = `each ${times.map((each) => each.toFixed(1)).join(' ')}`;
    return [{ name: `${title}, ${what}`, value: median(times), unit: 'ms', goal: { atMost }, note }];
  };
  return [
    ...figure('bytes to first result', result.first, firstMs),
    ...figure('the same from a packed file', result.firstPacked, firstPackedMs),
  ];
}

async function shapes(node: string | undefined, skipped: string[]): Promise<Figure[]> {
  const measured = await runChild<readonly ShapeResult[]>('int8-shapes.ts', [], node);
  skipped.push(...measured.flatMap(({ problems }) => problems));
  return measured.flatMap(ofShape);
}

function ofShape({ title, kind, multiplyAdds, timings }: ShapeResult): Figure[] {
  const peaks = timings.filter(({ name }) => name.startsWith('peak '));
  const rate = (timing: Timing, name: 'strict' | 'relaxed'): number =>
    (PEAK_ITERATIONS * CODE_OPERATIONS[name]) / timing.median / 1e6;
  const limits = peaks.map((timing) => rate(timing, timing.name === 'peak relaxed' ? 'relaxed' : 'strict'));
  const limit = Math.max(...limits);
  const gops = ({ median: ms }: Timing): number => (2 * multiplyAdds) / ms / 1e6;
  const own = best(timings, 'int8', 'int8 strict');
  if (own === undefined) return [];
  const others = timings.filter((timing) => timing !== own && !peaks.includes(timing));
  const note = [
    `${((100 * gops(own)) / limit).toFixed(0)} % of the peak ${limit.toFixed(0)}`,
    ...others.map((timing) => `${timing.name} ${gops(timing).toFixed(1)}`),
  ].join(', ');
  const figures: Figure[] = [{ name: `${title}, ${own.name}`, value: gops(own), unit: 'GOPS', note }];
  for (const [name, atLeast] of Object.entries(DEPTHWISE_GOALS)) {
    const peer = timings.find((timing) => timing.name === name);
    if (kind !== 'depthwise' || peer === undefined) continue;
    const ratio = { name: `${title}, int8 / ${name}`, value: speed(own, peer), unit: 'x' };
    figures.push({ ...ratio, goal: { atLeast } });
  }
  return figures;
}

/** MobileNetV1 with codes, everywhere. */
async function runtimes(skipped: string[]): Promise<Figure[]> {
  const model = INT8_MODELS['mobilenet-v1']!;
  const { input, dims, title } = model;
  const float = floatBytes(model);
  if (float === undefined) {
    skipped.push(`runtimes: ${model.path} is not here`);
    return [];
  }
  await prepareOctavo();
  const count = dims.reduce((a, b) => a * b, 1);
  const calibration = [{ dims, data: randomValues(count, 1, 2) }];
  const codes = await quantizedBytes(float, { mode: 'static', calibration });
  const { results, missing } = await inRuntimes(codes, { input, dims }, RUNTIME_ROUNDS);
  skipped.push(...missing);
  const hashes = new Set(Object.values(results).flatMap((rounds) => rounds.map(({ sha256 }) => sha256)));
  const figures = Object.entries(results).map(([name, rounds]): Figure => {
    const least = Math.min(...rounds.map(({ minMs }) => minMs));
    const opened = median(rounds.map(({ firstMs }) => firstMs));
    const note = `min ${least.toFixed(2)}, first result of the process ${opened.toFixed(0)}`;
    return {
      name: `${title} int8, ${name}`,
      value: median(rounds.map((each) => each.medianMs)),
      unit: 'ms',
      note,
    };
  });
  const equal = {
    name: 'different outputs among runtimes',
    value: hashes.size,
    unit: '',
    goal: { atMost: 1 },
  };
  return [...figures, equal];
}
