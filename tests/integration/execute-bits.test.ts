// Whole models on the shipped SIMD modules and on the scalar, normative ones: the same bytes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { buildWasm } from '../../scripts/build-wasm.js';
import { init, Session } from '../../ts-host/index.js';
import type { Feeds } from '../consumers/job.js';
import { prepareOctavo } from '../support/octavo.js';
import { bytesOf, makeFeeds, type WholeModel } from './whole.js';
import {
  CONTROL_FLOW,
  ENCODER,
  MOBILENET,
  OCR_CLASSIFIER,
  OCR_DETECTOR,
  OCR_RECOGNIZER,
  RECURRENT,
  RETINAFACE_512,
  SQUEEZENET,
} from './wholeModels.js';

const cached = (name: string): Uint8Array =>
  readFileSync(new URL(`../../.cache/${name}.wasm`, import.meta.url));

/** Makes sessions run on the scalar modules. */
async function prepareReference(): Promise<void> {
  await buildWasm();
  await init({ simd: cached('reference'), execute: cached('reference-execute') });
}

/** The bytes of a model's outputs by name. */
async function outputsOf(model: string | Uint8Array, specs: Feeds): Promise<Record<string, Buffer>> {
  const session = await Session.create(bytesOf(model));
  try {
    const outputs = await session.run(await makeFeeds(specs));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => [
        name,
        Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      ]),
    );
  } finally {
    await session.dispose();
  }
}

function testBits({ name, model, absent, cases }: WholeModel): void {
  const [title, specs] = Object.entries(cases)[0]!;
  test(`${name}, ${title} -> SIMD and scalar give the same bytes`, { skip: absent ?? false }, async () => {
    await prepareOctavo();
    const simd = await outputsOf(model, specs);
    await prepareReference();
    const scalar = await outputsOf(model, specs);
    assert.deepEqual(Object.keys(simd), Object.keys(scalar));
    for (const [output, bytes] of Object.entries(simd)) {
      assert.ok(bytes.byteLength > 0, output);
      assert.ok(bytes.equals(scalar[output]!), `${output}: bytes differ`);
    }
  });
}

before(() => buildWasm());

for (const model of [RECURRENT, ENCODER, CONTROL_FLOW]) testBits(model);
for (const model of [OCR_CLASSIFIER, OCR_RECOGNIZER, OCR_DETECTOR]) testBits(model);
for (const model of [MOBILENET, SQUEEZENET, RETINAFACE_512]) testBits(model);
