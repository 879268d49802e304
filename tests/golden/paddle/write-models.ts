// Writes Paddle models with Octavo for check_written.py, which runs them in Paddle: npx tsx tests/golden/paddle/write-models.ts FOLDER [GROUP]
//
// FOLDER/NAME/model.pdmodel (or model.json) and model.pdiparams are the model, case.json beside them holds inputs, what Octavo's session
// computes of the model, what it computes of the float model that it was made of, and the hash of the files.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorArray } from '../../../ts-host/data/tensor.js';
import { Session } from '../../../ts-host/index.js';
import type { PaddleModel } from '../../../ts-host/paddle.js';
import { prepareOctavo } from '../../support/octavo.js';
import { type Feeds, hashOf, WRITTEN, type Written } from './writtenModels.js';

const [folder, only] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: write-models.ts FOLDER [GROUP]');

type Values = Awaited<ReturnType<Session['run']>>;

async function run(model: PaddleModel, feeds: Feeds): Promise<Values> {
  const session = await Session.create(model);
  try {
    return await session.run(feeds);
  } finally {
    session.dispose();
  }
}

function stored(tensors: Feeds | Values): unknown {
  const base64 = (data: TensorArray) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  return Object.entries(tensors).map(([name, { dtype, dims, data }]) => ({
    name,
    dtype,
    dims,
    data: base64(data as TensorArray),
  }));
}

async function write(place: string, each: Written): Promise<void> {
  const { name, output, model, float, feeds } = each;
  mkdirSync(place, { recursive: true });
  for (const file of output.files) writeFileSync(join(place, file.name), await output.bytes(file.name));
  const facts = {
    name,
    sha256: await hashOf(each),
    inputs: stored(feeds),
    octavo: stored(await run(model, feeds)),
    float: stored(await run(float, feeds)),
  };
  writeFileSync(join(place, 'case.json'), JSON.stringify(facts));
}

await prepareOctavo();
for (const [group, models] of Object.entries(WRITTEN)) {
  if (only !== undefined && group !== only && !group.startsWith(`${only}/`)) continue;
  for await (const each of models()) await write(join(folder, each.name.replaceAll('/', '+')), each);
}
