// OCTAVO_PYTHON=/path/to/python npx tsx bench/peers/record.ts: quantizes the models with onnxruntime's quantize_static by each of its
// methods, measures what comes out, and writes results.json. Takes minutes and, for the OCR detector, 10 GB of memory.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareFidelity } from '../../tests/integration/fidelity.js';
import { PEER_MODELS, writeSamples } from './models.js';
import { PEER_METHODS, type PeerResults, peerPython, runPeer } from './python.js';
import { Reference } from './quality.js';

const python = peerPython();
if (python === undefined) throw new Error('OCTAVO_PYTHON must name a python with onnxruntime and onnx');
await prepareFidelity();
const folder = mkdtempSync(join(tmpdir(), 'octavo-peers-'));
const results: PeerResults = { versions: {}, models: {} };
try {
  for (const model of PEER_MODELS) {
    const samples = await writeSamples(model, join(folder, 'samples', model.name));
    const reference = await Reference.of(model, samples.evaluation);
    const count = readdirSync(samples.calibration).length;
    for (const method of PEER_METHODS) {
      const output = join(folder, 'peer.onnx');
      const run = await runPeer(python, model.path, samples.calibration, method, output, count);
      const { sqnr, cosine } = await reference.figures(output);
      results.versions = run.versions;
      results.models[model.name] = { ...results.models[model.name], [method]: { sqnr, cosine } };
      console.log(
        `${model.name} ${method}: SQNR ${sqnr.toFixed(2)} dB, ${run.seconds.toFixed(1)} s, ${(run.peakBytes / 1e6).toFixed(0)} MB`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
