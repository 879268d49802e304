// The graphs of a conversion for people: told, or written into a folder, as they come, so that those before an error are there.

import type { RunContext } from '../../context.js';
import type { Graph } from '../../ir/model.js';
import { bytesData } from '../../ir/tensor.js';
import { graphToDot } from '../../report/dot.js';
import type { ConvertOptions } from '../options/convert.js';
import { writeFolder } from '../paths.js';

export class DebugGraphs {
  readonly #debug: ConvertOptions['debug'];
  readonly #context: RunContext;
  #count = 0;

  constructor(debug: ConvertOptions['debug'], context: RunContext) {
    this.#debug = debug;
    this.#context = context;
  }

  /** Shows the graph behind a step. */
  async show(step: string, graph: Graph): Promise<void> {
    if (this.#debug === undefined) return;
    const name = `${String(this.#count++).padStart(2, '0')}-${step}.dot`;
    const text = graphToDot(graph);
    if (typeof this.#debug === 'function') return this.#debug({ name, text });
    const file = { name, ...bytesData(new TextEncoder().encode(text)) };
    await writeFolder(this.#debug, [file], this.#context);
  }
}
