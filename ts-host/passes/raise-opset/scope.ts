// A graph being raised, as rules see it: facts, constants and fresh names, with the graphs around it behind it.

import { ConstantScope } from '../../ir/constants.js';
import type { Graph } from '../../ir/model.js';
import type { NameGenerator } from '../../ir/names.js';
import { NewConstants } from './constants.js';
import { type Facts, GraphFacts } from './facts.js';
import type { RuleContext } from './rule.js';

/** Constants up to this size are looked at while rewriting: a shape or scales, never a weight. */
const SMALL_BYTES = 1024;

export class GraphScope implements RuleContext {
  readonly fresh: NameGenerator;
  readonly constant: RuleContext['constant'];
  readonly #added: NewConstants;
  readonly #stored: ConstantScope;
  readonly #facts: GraphFacts;
  readonly #used: ReadonlySet<string>;

  /** `used` holds every value some node or graph output of the model reads. */
  constructor(graph: Graph, fresh: NameGenerator, used: ReadonlySet<string>, outer?: GraphScope) {
    this.fresh = fresh;
    this.#used = used;
    this.#facts = new GraphFacts(graph, outer === undefined ? undefined : outer.#facts);
    this.#stored = new ConstantScope(graph, '', outer === undefined ? undefined : outer.#stored);
    this.#added = new NewConstants(fresh);
    this.constant = (hint, dtype, dims, values) => this.#added.add(hint, dtype, dims, values);
  }

  facts(value: string): Facts {
    return this.#facts.of(value);
  }

  isUsed(value: string): boolean {
    return this.#used.has(value);
  }

  constantBytes(value: string): Uint8Array | undefined {
    const added = this.#added.bytesOf(value);
    const stored = this.#stored.find(value);
    if (added !== undefined || stored === undefined) return added;
    // An initializer that is also an input is only a default: the caller may feed another value.
    if (stored.scope.graph.inputs.some(({ name }) => name === value)) return undefined;
    const { byteLength, slice } = stored.tensor.data;
    return byteLength > SMALL_BYTES ? undefined : slice?.source.readSync?.(slice.offset, byteLength);
  }

  /** The initializers of the graph and those rules have added. */
  initializers(graph: Graph): Graph['initializers'] {
    return this.#added.after(graph.initializers);
  }
}
