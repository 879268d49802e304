// CalibrationStats: what calibration has seen of a model's values, ready to be merged, written and read. The file:
//
//   sealed "OCTSTATS" version 1:  hash of the model, 32 bytes | samples: set of numbers | number of values u32
//                                 per value, by name: name | state of the tensor
//
// Sets, names and states have one form each, so equal statistics are equal bytes, however they came together.

import { OctavoError } from '../errors.js';
import { DIGEST_BYTES, equalBytes, shortHash } from '../io/digest.js';
import { FieldWriter } from '../io/fields.js';
import { EMPTY_STATE, mergeStates, statsOf, type TensorState } from '../observers/activation/state.js';
import { stateFromBytes, stateToBytes } from '../observers/activation/stateBytes.js';
import type { TensorStats } from '../observers/activation/stats.js';
import { SampleSet } from './sampleSet.js';
import { type Envelope, seal, unseal } from './sealed.js';

const ENVELOPE: Envelope = { magic: 'OCTSTATS', version: 1, what: 'stats file' };

export interface StatsParts {
  readonly modelHash: Uint8Array;
  readonly samples: SampleSet;
  /** By name of the value, sorted. A value that was never seen has an empty state. */
  readonly states: ReadonlyMap<string, TensorState>;
}

/** Statistics of a model's values over samples, see `calibrate`. Statistics of parts of the samples (shards) merge to
 *  those of all, in any order, to the byte. */
export class CalibrationStats {
  readonly #parts: StatsParts;

  /** @param parts - taken over, not copied */
  constructor({ modelHash, samples, states }: StatsParts) {
    const sorted = [...states].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#parts = { modelHash, samples, states: new Map(sorted) };
  }

  /** Reads a stats file.
   *  @param file - its name, for messages
   *  @throws OctavoError `STATS_INVALID`, `STATS_VERSION` */
  static async fromBytes(bytes: Uint8Array, file?: string): Promise<CalibrationStats> {
    const reader = await unseal(ENVELOPE, bytes, file);
    const modelHash = reader.raw(DIGEST_BYTES, 'the hash of the model').slice();
    const samples = SampleSet.from(reader.bytes('the samples'));
    if (samples === undefined) throw reader.error('the samples are no set of numbers');
    const states = new Map<string, TensorState>();
    let last: string | undefined;
    for (let left = reader.u32('the number of values'); left > 0; left--) {
      const name = reader.text('the name of a value');
      if (last !== undefined && name <= last) throw reader.error(`the value ${name} is not in its place`);
      last = name;
      states.set(name, readState(reader.bytes(`the value ${name}`), name, file));
    }
    reader.end();
    return new CalibrationStats({ modelHash, samples, states });
  }

  /** Samples seen. */
  get sampleCount(): number {
    return this.#parts.samples.count;
  }

  /** Names of the values that were observed, sorted. */
  get values(): readonly string[] {
    return [...this.#parts.states.keys()];
  }

  /** Names of the values that no sample made: of branches not taken, or of other types than float32. */
  get unseen(): readonly string[] {
    return this.#named(({ count }) => count === 0);
  }

  /** Names of the values that were one and the same number throughout. */
  get constant(): readonly string[] {
    return this.#named(({ count, min, max }) => count > 0 && min === max);
  }

  /** Hash of the prepared model. */
  get modelHash(): Uint8Array {
    return this.#parts.modelHash;
  }

  /** @returns undefined for a value that was not observed, or never seen */
  get(value: string): TensorStats | undefined {
    const state = this.#parts.states.get(value);
    return state === undefined || state.count === 0 ? undefined : statsOf(state);
  }

  /** For those who go on counting. */
  get parts(): StatsParts {
    return this.#parts;
  }

  /** The stats file. */
  bytes(): Promise<Uint8Array> {
    const { modelHash, samples, states } = this.#parts;
    const fields = new FieldWriter().raw(modelHash).bytes(samples.bytes()).u32(states.size);
    for (const [name, state] of states) fields.text(name).bytes(stateToBytes(state));
    return seal(ENVELOPE, fields.take());
  }

  /** Both together.
   *  @throws OctavoError `STATS_MISMATCH` when they are of different models or values, or share a sample */
  merge(other: CalibrationStats): CalibrationStats {
    const [a, b] = [this.#parts, other.#parts];
    requireSameModel(a.modelHash, b.modelHash);
    this.requireValues(other.values);
    const shared = a.samples.firstCommon(b.samples);
    if (shared !== undefined) throw mismatch(`both have seen sample ${shared}`);
    const states = [...a.states].map(([name, state]): [string, TensorState] => [
      name,
      mergeStates(state, b.states.get(name) ?? EMPTY_STATE),
    ]);
    return new CalibrationStats({
      modelHash: a.modelHash,
      samples: a.samples.union(b.samples),
      states: new Map(states),
    });
  }

  /** @param modelHash - of the model these should be statistics of
   *  @throws OctavoError `STATS_MISMATCH` */
  requireModel(modelHash: Uint8Array): void {
    requireSameModel(this.#parts.modelHash, modelHash);
  }

  /** @throws OctavoError `STATS_MISMATCH` unless exactly these values were observed */
  requireValues(names: Iterable<string>): void {
    const wanted = new Set(names);
    const { states } = this.#parts;
    const missing = [...wanted].find((name) => !states.has(name));
    const extra = [...states.keys()].find((name) => !wanted.has(name));
    if (missing === undefined && extra === undefined) return;
    throw mismatch('they are of different values: not both have', missing ?? extra);
  }

  #named(holds: (state: TensorState) => boolean): string[] {
    return [...this.#parts.states].flatMap(([name, state]) => (holds(state) ? [name] : []));
  }
}

/** Statistics of parts of the samples made one. Associative and commutative: the same bytes in any order.
 *  @throws OctavoError `STATS_MISMATCH`; `STATS_INVALID`, `STATS_VERSION` for bytes; `INVALID_ARGUMENT` for none
 *  @example
 *  ```ts
 *  const stats = await mergeStats([await calibrate(model, samples, { shard: { index: 0, count: 2 } }), otherBytes]);
 *  ``` */
export async function mergeStats(
  list: readonly (CalibrationStats | Uint8Array)[],
): Promise<CalibrationStats> {
  let all: CalibrationStats | undefined;
  for (const each of list) {
    const stats = each instanceof CalibrationStats ? each : await CalibrationStats.fromBytes(each);
    all = all === undefined ? stats : all.merge(stats);
  }
  if (all === undefined) throw new OctavoError('INVALID_ARGUMENT', 'there are no statistics to merge');
  return all;
}

function readState(bytes: Uint8Array, name: string, file: string | undefined): TensorState {
  try {
    return stateFromBytes(bytes);
  } catch (error) {
    if (!(error instanceof OctavoError)) throw error;
    throw error.within(file === undefined ? { tensor: name } : { tensor: name, file });
  }
}

function requireSameModel(a: Uint8Array, b: Uint8Array): void {
  if (equalBytes(a, b)) return;
  throw mismatch(`they are of different models (${shortHash(a)}…, ${shortHash(b)}…)`);
}

function mismatch(problem: string, tensor?: string): OctavoError {
  const message = `statistics that do not belong together: ${problem}`;
  return new OctavoError('STATS_MISMATCH', message, tensor === undefined ? {} : { tensor });
}
