// Quantizes a model in every mode, runs what comes out in both engines and holds it against the float model there.
// Each figure is printed, met or missed.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { buildWasm } from '../../scripts/build-wasm.js';
import { init, quantize } from '../../ts-host/index.js';
import { type Comparison, compareIn } from '../consumers/compare.js';
import { ENGINES } from '../consumers/job.js';
import type { RealModel } from '../consumers/models.js';
import { enginesMissing } from '../consumers/run.js';
import { logitsOf, withOutput } from './logits.js';
import { type Missed, MODES, type Mode } from './modes.js';

export interface Expectations {
  /** By mode name: the bars this model misses. */
  readonly missed?: Readonly<Record<string, Missed>>;
  /** By mode name: largest output as a share of the float file. */
  readonly size?: Readonly<Record<string, number>>;
  readonly modes?: readonly Mode[];
}

/** Registers a test for each mode. */
export function testModel(name: string, model: RealModel | undefined, expected: Expectations = {}): void {
  const skip = model === undefined ? `${name}: the model's file is not here` : enginesMissing();
  describe(name, { skip: skip ?? false }, () => {
    let logits: Logits | undefined;
    before(async () => {
      await prepareEngine();
      logits = prepareLogits(model!);
    });
    after(() => logits && rmSync(logits.folder, { recursive: true, force: true }));
    for (const mode of expected.modes ?? MODES) {
      const bar = expected.missed?.[mode.name]?.atLeast ?? mode.bar;
      const aim = bar === undefined ? 'loads and runs' : `cosine >= ${bar}`;
      test(`${name} ${mode.name} -> ${aim} in both engines`, (t) =>
        runMode(t, model!, mode, expected, logits));
    }
  });
}

/** Makes the kernels of this checkout the ones that the public API uses. */
export async function prepareEngine(): Promise<void> {
  await buildWasm();
  await init(readFileSync(new URL('../../dist/simd.wasm', import.meta.url)));
}

/** The float model once more, ending in front of its last softmax or sigmoid. */
interface Logits {
  readonly name: string;
  readonly folder: string;
  readonly reference: string;
}

function prepareLogits({ path }: RealModel): Logits | undefined {
  const bytes = readFileSync(path);
  const name = logitsOf(bytes);
  if (name === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'octavo-logits-'));
  const reference = join(folder, 'float.onnx');
  writeFileSync(reference, withOutput(bytes, name));
  return { name, folder, reference };
}

/** SQNR in front of the last softmax or sigmoid, in onnxruntime-node. */
async function logitsCell(model: RealModel, output: Uint8Array, logits: Logits | undefined): Promise<string> {
  if (logits === undefined) return '';
  const candidate = withOutput(output, logits.name);
  const { sqnrDb } = await compareIn('node', logits.reference, candidate, model.runs, model.decision);
  return ` | logits ${sqnrDb.toFixed(1)} dB`;
}

async function runMode(
  t: TestContext,
  model: RealModel,
  mode: Mode,
  expected: Expectations,
  logits: Logits | undefined,
): Promise<void> {
  const bytes = readFileSync(model.path);
  const result = await quantize(bytes, mode.options);
  const output = await result.bytes();
  const share = output.byteLength / bytes.byteLength;
  const compared: Comparison[] = [];
  for (const engine of ENGINES) {
    compared.push(await compareIn(engine, model.path, output, model.runs, model.decision));
  }
  const missed = expected.missed?.[mode.name];
  const met = mode.bar !== undefined && compared.every(({ cosine }) => cosine >= mode.bar!);
  const why =
    missed === undefined
      ? ''
      : met
        ? ' | met after all: take it out of missed.ts'
        : ` | missed ${mode.bar}: ${missed.reason}`;
  const deeper = mode.bar === undefined ? '' : await logitsCell(model, output, logits);
  t.diagnostic(row(model.name, mode.name, share, compared) + deeper + why);
  const limit = expected.size?.[mode.name];
  if (limit !== undefined)
    assert.ok(share <= limit, `size ${share.toFixed(4)} of the float file, at most ${limit}`);
  check(compared, missed?.atLeast ?? mode.bar);
}

/** Numbers everywhere, and close enough where a bar is given. */
export function check(compared: readonly Comparison[], bar: number | undefined): void {
  for (const { engine, outputs } of compared) {
    for (const { output, nonFinite, cosine } of outputs) {
      assert.equal(nonFinite, 0, `${output} holds NaN or infinity in onnxruntime-${engine}`);
      if (bar !== undefined) assert.ok(cosine >= bar, `${output}: cosine ${cosine} in onnxruntime-${engine}`);
    }
  }
}

/** One line of the table: size share, then cosine, worst run, SQNR and agreement for each engine. */
export function row(model: string, mode: string, share: number, compared: readonly Comparison[]): string {
  const cells = compared.map(
    ({ engine, cosine, worstCosine, sqnrDb, agreement }) =>
      `${engine} ${cosine.toFixed(5)} worst ${worstCosine.toFixed(5)} ${sqnrDb.toFixed(1)} dB ${(agreement * 100).toFixed(1)} %`,
  );
  return [model.padEnd(12), mode.padEnd(19), share.toFixed(4), ...cells].join(' | ');
}
