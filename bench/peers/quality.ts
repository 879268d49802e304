// How near a quantized model's output is to the float model's, in onnxruntime-node, over the samples of a folder.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Feeds } from '../../tests/consumers/job.js';
import { toNumbers } from '../../tests/consumers/measures.js';
import { runModel } from '../../tests/consumers/run.js';
import { type Figures, figuresOf } from '../../tests/integration/fidelity.js';
import type { PeerModel } from './models.js';

/** Outputs of the float model, which candidates are compared with. */
export class Reference {
  readonly #runs: readonly Feeds[];
  readonly #float: readonly Float64Array[];

  private constructor(runs: readonly Feeds[], float: readonly Float64Array[]) {
    this.#runs = runs;
    this.#float = float;
  }

  static async of({ path, input, dims }: PeerModel, evaluation: string): Promise<Reference> {
    const runs = readdirSync(evaluation)
      .sort()
      .map((name): Feeds => ({ [input]: { kind: 'file', file: join(evaluation, name), dims: [...dims] } }));
    return new Reference(runs, await outputsOf(path, runs));
  }

  async figures(candidate: string): Promise<Figures> {
    return figuresOf({ float: this.#float, quantized: await outputsOf(candidate, this.#runs) });
  }
}

async function outputsOf(path: string, runs: readonly Feeds[]): Promise<Float64Array[]> {
  const { runs: results } = await runModel('node', path, runs);
  return results.map(([first]) => toNumbers(first!));
}
