// Which layer costs what: quantizes one node at a time and prints the worst, by the SQNR in front of the last softmax
// or sigmoid.
//   npx tsx tests/integration/bisect.ts mobilenet-v1 '{"mode":"weights","bits":8}'

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planQuantization, type QuantizeOptions, quantize } from '../../ts-host/index.js';
import { compareIn } from '../consumers/compare.js';
import { presentModel } from '../consumers/models.js';
import { logitsOf, withOutput } from './logits.js';
import { prepareEngine } from './suite.js';

const SHOWN = 12;

const [name = '', json = '{}'] = process.argv.slice(2);
const model = presentModel(name);
if (model === undefined) throw new Error(`no model ${name} here`);
const options = JSON.parse(json) as QuantizeOptions;
await prepareEngine();
const bytes = readFileSync(model.path);
const logits = logitsOf(bytes);
const exposed = (file: Uint8Array): Uint8Array => (logits === undefined ? file : withOutput(file, logits));
const folder = mkdtempSync(join(tmpdir(), 'octavo-bisect-'));
const reference = join(folder, 'float.onnx');

async function costOf(skip: readonly string[]): Promise<number> {
  const result = await quantize(bytes, { ...options, skip: [...(options.skip ?? []), ...skip] });
  const output = exposed(await result.bytes());
  return (await compareIn('node', reference, output, model!.runs, model!.decision)).sqnrDb;
}

try {
  writeFileSync(reference, exposed(bytes));
  const plan = await planQuantization(bytes, options);
  const nodes = plan.nodes.filter(({ form }) => form !== 'float').map(({ node }) => node);
  console.log(`all ${nodes.length} nodes: ${(await costOf([])).toFixed(1)} dB`);
  const costs: { node: string; sqnrDb: number }[] = [];
  for (const node of nodes) {
    costs.push({ node, sqnrDb: await costOf(nodes.filter((other) => other !== node)) });
  }
  costs.sort((a, b) => a.sqnrDb - b.sqnrDb);
  for (const { node, sqnrDb } of costs.slice(0, SHOWN))
    console.log(`${sqnrDb.toFixed(1).padStart(6)} dB  ${node}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
