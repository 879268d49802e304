// Which module serves a kernel family that has both a strict and a relaxed variant. Strict until the probe has
// chosen (probe.ts), so a family works at once and nothing is paid before it is used.

import type { KernelExports } from './kernel-exports.js';
import { isSupported, type ModuleInput } from './modules.js';

/** The kernel families that have a relaxed variant. */
export type Family = 'gemm';

/** What became of the relaxed module. */
export type RelaxedState =
  /** No family has asked for it yet. */
  | 'not loaded'
  /** The entry or init() gave none. */
  | 'not given'
  /** The runtime rejects relaxed SIMD. */
  | 'unsupported'
  | 'loaded'
  /** It could not be fetched, compiled or instantiated; the strict kernels serve. */
  | `failed: ${string}`;

/** Why a family is served by the module it is served by. */
export interface FamilyChoice {
  readonly variant: 'simd' | 'relaxed';
  readonly reason: 'not probed' | 'not loaded' | 'refused: inexact' | 'refused: slower' | 'chosen';
}

type Provider = () => ModuleInput | Promise<ModuleInput>;

export class Variants {
  readonly #simd: KernelExports;
  readonly #provider: Provider | undefined;
  readonly #load: (input: ModuleInput) => Promise<KernelExports>;
  readonly #choices = new Map<Family, FamilyChoice>();
  #relaxed: KernelExports | undefined;
  #loading: Promise<KernelExports | undefined> | undefined;
  #state: RelaxedState = 'not loaded';

  constructor(
    simd: KernelExports,
    provider: Provider | undefined,
    load: (input: ModuleInput) => Promise<KernelExports>,
  ) {
    this.#simd = simd;
    this.#provider = provider;
    this.#load = load;
  }

  get state(): RelaxedState {
    return this.#state;
  }

  /** The exports that serve `family` now. */
  kernels(family: Family): KernelExports {
    return this.#choices.get(family)?.variant === 'relaxed' ? this.#relaxed! : this.#simd;
  }

  choice(family: Family): FamilyChoice | undefined {
    return this.#choices.get(family);
  }

  /** Fixes what serves `family`. The relaxed variant needs {@link loadRelaxed} first. */
  choose(family: Family, choice: FamilyChoice): void {
    this.#choices.set(family, choice);
  }

  /** Loads the relaxed module once; undefined where there is none for this runtime, and {@link state} says why. It
   *  only makes things faster, so a failure is a state and no error. */
  loadRelaxed(): Promise<KernelExports | undefined> {
    this.#loading ??= this.#loadOnce();
    return this.#loading;
  }

  async #loadOnce(): Promise<KernelExports | undefined> {
    try {
      const input = await this.#provider?.();
      if (input === undefined) this.#state = 'not given';
      else if (!isSupported(input)) this.#state = 'unsupported';
      else {
        this.#relaxed = await this.#load(input);
        this.#state = 'loaded';
      }
    } catch (error) {
      this.#state = `failed: ${error instanceof Error ? error.message : error}`;
    }
    return this.#relaxed;
  }
}
