// Static quantization beside onnxruntime's quantize_static: nearness of the output to the float model's, time and memory. Both
// read the same .npy samples. Nearness of the peer's models is recorded (peers/results.json); time and memory are of
// this run, where OCTAVO_PYTHON names a python with onnxruntime.

import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enginesMissing } from '../../tests/consumers/run.js';
import { prepareFidelity } from '../../tests/integration/fidelity.js';
import { runChild } from '../child.js';
import { median } from '../harness.js';
import { PEER_MODELS, type PeerModel, type SampleFolders, writeSamples } from '../peers/models.js';
import { PEER_METHODS, type PeerResults, type PeerRun, peerPython, runPeer } from '../peers/python.js';
import { Reference } from '../peers/quality.js';
import type { Figure, SectionResult } from '../report.js';

const MB = 1e6;
const ROUNDS = 3;
/** Pairs of processes whose high-water marks are compared: a collector's moods move a single one by some percent. */
const PAIRS = 5;
const SAMPLES = 100;
const [FEW, MANY] = [10, 1000];
/** The goals of the issue. */
const TIME_GOAL = 3;
const MEMORY_GOAL = 10;
const GROWTH_GOAL = 1.05;

type Cost = Pick<PeerRun, 'seconds' | 'peakBytes'>;

const recorded = JSON.parse(
  readFileSync(new URL('../peers/results.json', import.meta.url), 'utf8'),
) as PeerResults;

export async function staticSection(): Promise<SectionResult> {
  const skipped: string[] = [];
  const figures: Figure[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'octavo-static-'));
  await prepareFidelity();
  try {
    for (const model of PEER_MODELS) {
      if (!existsSync(model.path)) {
        skipped.push(`${model.name}: ${model.path} is not here`);
        continue;
      }
      const samples = await writeSamples(model, join(folder, model.name));
      figures.push(...(await nearness(model, samples, folder, skipped)));
      if (model === PEER_MODELS[0]) figures.push(...(await costs(model, samples, folder, skipped)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { section: 'static quantization (onnxruntime figures: one process each)', figures, skipped };
}

function quantized(model: PeerModel, samples: string, output: string, count: number): Promise<Cost> {
  return runChild<Cost>('quantize-static.mjs', [model.path, samples, output, String(count)]);
}

/** Mean SQNR of the output over samples that were not calibrated with, beside the best of the peer's methods. */
async function nearness(
  model: PeerModel,
  { calibration, evaluation }: SampleFolders,
  folder: string,
  skipped: string[],
): Promise<Figure[]> {
  const missing = enginesMissing();
  if (missing !== undefined) {
    skipped.push(`${model.name}'s output: ${missing}`);
    return [];
  }
  const output = join(folder, 'ours.onnx');
  await quantized(model, calibration, output, readdirSync(calibration).length);
  const { sqnr, cosine } = await (await Reference.of(model, evaluation)).figures(output);
  const peers = recorded.models[model.name] ?? {};
  const best = Math.max(...Object.values(peers).map((each) => each.sqnr));
  const note = PEER_METHODS.map((method) => `${method} ${peers[method]?.sqnr.toFixed(2)}`).join(', ');
  return [
    { name: `${model.name}, SQNR`, value: sqnr, unit: 'dB', note: `cosine ${cosine.toFixed(5)}` },
    {
      name: `${model.name}, SQNR above quantize_static`,
      value: sqnr - best,
      unit: 'dB',
      note: `recorded: ${note}`,
      goal: { atLeast: 0 },
    },
  ];
}

async function costs(
  model: PeerModel,
  samples: SampleFolders,
  folder: string,
  skipped: string[],
): Promise<Figure[]> {
  const all = join(folder, 'all');
  linkAll(all, samples);
  const python = peerPython();
  if (python === undefined) skipped.push('time and memory of quantize_static: OCTAVO_PYTHON names no python');
  const output = join(folder, 'cost.onnx');
  const [ours, theirs]: [Cost[], Cost[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await quantized(model, all, output, SAMPLES));
    if (python !== undefined) theirs.push(await runPeer(python, model.path, all, 'Entropy', output, SAMPLES));
  }
  const figures = costFigures(model, ours, theirs);
  return [...figures, await growth(model, (count) => quantized(model, all, output, count))];
}

async function growth({ name }: PeerModel, run: (count: number) => Promise<Cost>): Promise<Figure> {
  const [few, many]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < PAIRS; pair++) {
    few.push((await run(FEW)).peakBytes / MB);
    many.push((await run(MANY)).peakBytes / MB);
  }
  const ratios = many.map((bytes, pair) => bytes / few[pair]!);
  const list = ratios.map((ratio) => ratio.toFixed(3)).join(' ');
  return {
    name: `${name}, peak memory ${MANY} / ${FEW} samples`,
    value: median(ratios),
    unit: 'x',
    note: `${median(many).toFixed(1)} and ${median(few).toFixed(1)} MB; pairs ${list}`,
    goal: { atMost: GROWTH_GOAL },
  };
}

function costFigures({ name }: PeerModel, ours: readonly Cost[], theirs: readonly Cost[]): Figure[] {
  const figure = (what: string, unit: string, of: (cost: Cost) => number, goal: number): Figure[] => {
    const own = median(ours.map(of));
    const figures: Figure[] = [{ name: `${name}, ${SAMPLES} samples, ${what}`, value: own, unit }];
    if (theirs.length === 0) return figures;
    const ratios = theirs.map((cost, round) => of(cost) / of(ours[round]!));
    const note = `${median(theirs.map(of)).toFixed(1)} ${unit}; rounds ${ratios.map((x) => x.toFixed(2)).join(' ')}`;
    return [
      ...figures,
      {
        name: `${what} of quantize_static, Entropy / ours`,
        value: median(ratios),
        unit: 'x',
        note,
        goal: { atLeast: goal },
      },
    ];
  };
  return [
    ...figure('time', 's', ({ seconds }) => seconds, TIME_GOAL),
    ...figure('peak memory', 'MB', ({ peakBytes }) => peakBytes / MB, MEMORY_GOAL),
  ];
}

/** All samples in one folder, as links. */
function linkAll(folder: string, { calibration, evaluation }: SampleFolders): void {
  mkdirSync(folder);
  for (const from of [calibration, evaluation]) {
    for (const name of readdirSync(from)) linkSync(join(from, name), join(folder, name));
  }
}
