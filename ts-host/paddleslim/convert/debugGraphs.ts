// The graphs of a conversion for people: told as they come, or written into a folder when it ends, be it with an error.

import { RunContext } from '../../context.js';
import type { OutputFile } from '../../io/output.js';
import type { Graph } from '../../ir/model.js';
import { bytesData } from '../../ir/tensor.js';
import { graphToDot } from '../../report/dot.js';
import type { ConvertOptions, DebugGraph } from '../options/convert.js';
import { writeFolder } from '../paths.js';

export class DebugGraphs {
  readonly #debug: ConvertOptions['debug'];
  readonly #graphs: DebugGraph[] = [];
  #count = 0;

  constructor(debug: ConvertOptions['debug']) {
    this.#debug = debug;
  }

  /** Shows the graph behind a step. */
  async show(step: string, graph: Graph): Promise<void> {
    const name = `${String(this.#count++).padStart(2, '0')}-${step}.dot`;
    if (this.#debug === undefined) return;
    const shown = { name, text: graphToDot(graph) };
    if (typeof this.#debug === 'function') await this.#debug(shown);
    else this.#graphs.push(shown);
  }

  /** Writes what is to be written. */
  async end(context: RunContext): Promise<void> {
    if (typeof this.#debug !== 'string') return;
    // An aborted conversion is worth looking at, too.
    const writing = context.signal?.aborted ? new RunContext({}) : context;
    await writeFolder(this.#debug, this.#graphs.map(asFile), writing);
  }
}

function asFile({ name, text }: DebugGraph): OutputFile {
  return { name, ...bytesData(new TextEncoder().encode(text)) };
}
