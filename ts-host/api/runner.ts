// What a session runs a model on: our executor, or another engine behind the same surface.

import type { RunContext } from '../context.js';
import type { CheckedFeed, Tensor } from '../data/tensor.js';
import type { NodeTime } from '../execute/program.js';
import type { NodeDecision } from '../execute/rewrite/fuseQuantized/decisions.js';
import type { ValueInfo } from '../ir/model.js';
import type { KernelChoice } from '../wasm/execution.js';

/** Memory of a session, in bytes. */
export interface SessionMemory {
  /** Weights, packed weights and values held now. */
  readonly held: number;
  /** Most held at one time. */
  readonly peak: number;
}

/** Threads of a session. */
export interface SessionThreads {
  /** How many share the work, the caller's included. */
  readonly used: number;
  /** Why these are fewer than were asked for. */
  readonly reason?: string;
}

export interface RunnerRun {
  /** Names of outputs to return. */
  readonly wanted: ReadonlySet<string>;
  /** Told the time of each node, where the engine can. */
  readonly onNode?: ((time: NodeTime) => void) | undefined;
}

export interface Runner {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Whether last bits may depend on the machine. */
  readonly precision: 'strict' | 'fast';
  /** How each node of a quantized model runs; undefined where the engine does not tell. */
  readonly nodes?: readonly NodeDecision[];
  /** Which kernels serve each family that has several; undefined where the engine does not tell. */
  readonly kernels?: Readonly<Record<string, KernelChoice>>;
  /** undefined where the engine does not tell. */
  readonly threads?: SessionThreads;
  /** undefined where the engine does not tell. */
  readonly memory: SessionMemory | undefined;
  /** Of how many weights the packed bytes came from a packed file; undefined for any other. */
  readonly savedPacks?: number | undefined;
  /** One run at a time; the session sees to it. */
  run(
    feeds: ReadonlyMap<string, CheckedFeed>,
    options: RunnerRun,
    context: RunContext,
  ): Promise<Map<string, Tensor>>;
  dispose(): void | Promise<void>;
}
