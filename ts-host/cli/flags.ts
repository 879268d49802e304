// From the flags that decide a plan to the options of quantize(). Flags that a mode would not look at are refused here:
// quantize() ignores them, but a person who typed one expects something of it.

import type { ExecutorName } from '../api/session.js';
import type { VariantFamily } from '../api/variants.js';
import type { Shard } from '../calibrate/shard.js';
import type { WeightMode } from '../ir/plan.js';
import type { WeightObserver } from '../observers/index.js';
import type { Bits, GranularityName, QuantizeOptions } from '../quantize/options.js';
import { UsageError } from './errors.js';
import type { SampleFlags } from './sampleFlags.js';
import type { NamedShape } from './values.js';

/** Flags of `quantize` and `plan`; those with choices arrive checked, as text. */
export interface PlanFlags {
  readonly mode?: WeightMode | 'auto';
  readonly bits?: string;
  readonly granularity?: GranularityName;
  readonly blockSize?: string;
  readonly symmetric?: boolean;
  readonly observer?: WeightObserver | 'auto';
  readonly blockForm?: 'contrib' | 'qdq';
  readonly weightType?: 'int8' | 'uint8';
  readonly reduceRange?: boolean;
  readonly convInteger?: boolean;
  readonly skip?: readonly string[];
  readonly opTypes?: readonly string[];
  readonly minElements?: number;
  readonly minChannels?: number;
  readonly memoryLimit?: number;
}

/** Flags of `plan`. */
export interface PlanCommandFlags extends PlanFlags {
  readonly output?: string;
}

/** Flags of `inspect`. */
export interface InspectFlags {
  readonly shape?: readonly NamedShape[];
  readonly dot?: string;
  readonly memoryLimit?: number;
}

/** Flags of `run`. */
export interface RunFlags {
  readonly input?: readonly string[];
  readonly outputDir?: string;
  readonly output?: string;
  readonly precision?: 'strict' | 'fast';
  readonly executor?: ExecutorName;
  readonly memoryLimit?: number;
}

/** Flags of `calibrate`. */
export interface CalibrateFlags extends SampleFlags {
  readonly calibrate: string;
  readonly output: string;
  readonly shard?: Shard;
  readonly checkpoint?: string;
  readonly checkpointSeconds?: number;
  readonly checkpointSamples?: number;
  readonly target?: string;
  readonly skip?: readonly string[];
  readonly opTypes?: readonly string[];
  readonly minElements?: number;
  readonly minChannels?: number;
}

/** Flags of `merge`. */
export interface MergeFlags {
  readonly output: string;
}

/** Flags of `quantize`. */
export interface QuantizeFlags extends PlanFlags {
  readonly output?: string;
  readonly force?: boolean;
  readonly plan?: string;
  readonly planOut?: string;
  readonly externalData?: 'auto' | 'always' | 'never';
  readonly measure?: boolean;
  readonly variants?: VariantFamily;
}

const STORED: readonly WeightMode[] = ['weights', 'embedding'];
const CODED: readonly WeightMode[] = ['weights', 'dynamic', 'embedding'];

/** Flags that only some modes know, and those modes. The others suit every mode. */
const MODES_OF = {
  bits: STORED,
  granularity: CODED,
  blockSize: STORED,
  symmetric: STORED,
  observer: CODED,
  blockForm: STORED,
  weightType: ['dynamic'],
  reduceRange: ['dynamic'],
  convInteger: ['dynamic'],
} as const satisfies Partial<Record<keyof PlanFlags, readonly WeightMode[]>>;

type ModeFlag = keyof typeof MODES_OF;

/** The flags given that decide a plan, as typed. */
export function planFlagsGiven(flags: PlanFlags): string[] {
  const others = ['mode', 'skip', 'opTypes', 'minElements', 'minChannels'] as const;
  const keys = [...(Object.keys(MODES_OF) as ModeFlag[]), ...others];
  return keys.filter((key) => flags[key] !== undefined).map((key) => asTyped(key, flags[key]));
}

/** A family fixes the mode and all that belongs to it.
 *  @throws UsageError for a flag that would be without effect. */
export function suitsVariants(flags: QuantizeFlags): void {
  const decided = ['mode', ...(Object.keys(MODES_OF) as ModeFlag[]), 'plan', 'planOut', 'measure'] as const;
  const given = decided.find((key) => flags[key] !== undefined);
  if (given === undefined) return;
  const value = given === 'plan' || given === 'planOut' ? undefined : flags[given];
  throw new UsageError(`${asTyped(given, value)} does not go with --variants`, asTyped(given));
}

export interface PlanChoice {
  readonly options: QuantizeOptions;
  /** Why the mode, where the flags narrow it down. */
  readonly modeReason?: string;
}

/** @throws UsageError for a flag that does not suit the mode or another flag. */
export function planOptions(flags: PlanFlags): PlanChoice {
  const { mode, modeReason } = chooseMode(flags);
  const granularity = flags.granularity ?? (flags.blockSize === undefined ? undefined : 'block');
  const isBlock = granularity === 'block' || (granularity === undefined && Number(flags.bits ?? 8) <= 4);
  for (const key of ['blockSize', 'blockForm'] as const) {
    if (flags[key] !== undefined && !isBlock) {
      throw new UsageError(`${asTyped(key, flags[key])} is for --granularity block`, asTyped(key));
    }
  }
  const options: QuantizeOptions = {
    mode,
    bits: flags.bits === undefined ? undefined : (Number(flags.bits) as Bits),
    granularity,
    blockSize: flags.blockSize === undefined ? undefined : Number(flags.blockSize),
    symmetric: flags.symmetric,
    observer: flags.observer,
    blockForm: flags.blockForm,
    weightType: flags.weightType,
    reduceRange: flags.reduceRange,
    convInteger: flags.convInteger,
    skip: flags.skip,
    opTypes: flags.opTypes,
    minElements: flags.minElements,
    minChannels: flags.minChannels,
    memoryLimit: flags.memoryLimit,
  };
  return modeReason === undefined ? { options } : { options, modeReason };
}

/** The mode asked for, after a check that every flag suits it; without one, the mode that the flags leave. */
function chooseMode(flags: PlanFlags): { mode: WeightMode | 'auto'; modeReason?: string } {
  const { mode = 'auto' } = flags;
  if (mode !== 'auto') {
    for (const { typed, option, modes } of narrowing(flags)) {
      if (!modes.includes(mode)) throw unsuited(typed, option, modes, mode);
    }
    return { mode };
  }
  let left: readonly WeightMode[] = ['weights', 'dynamic'];
  let by: string | undefined;
  for (const { typed, option, modes } of narrowing(flags)) {
    const both = left.filter((candidate) => modes.includes(candidate));
    if (both.length === 0) throw new UsageError(`${by} and ${typed} are for different modes`, option);
    if (both.length < left.length) by = typed;
    left = both;
  }
  const only = left.length === 1 ? left[0] : undefined;
  return only === undefined ? { mode } : { mode: only, modeReason: `${by} is for mode ${only}` };
}

/** The flags given that not every mode knows. */
function narrowing(flags: PlanFlags): { typed: string; option: string; modes: readonly WeightMode[] }[] {
  return (Object.keys(MODES_OF) as ModeFlag[])
    .filter((key) => flags[key] !== undefined)
    .map((key) => ({ typed: asTyped(key, flags[key]), option: asTyped(key), modes: modesOf(key, flags) }));
}

/** Mode dynamic has 8-bit codes and no blocks, so it takes --bits 8 and --granularity channel. */
function modesOf(key: ModeFlag, flags: PlanFlags): readonly WeightMode[] {
  if (key === 'bits' && flags.bits === '8') return CODED;
  if (key === 'granularity' && flags.granularity === 'block') return STORED;
  return MODES_OF[key];
}

function unsuited(typed: string, option: string, modes: readonly WeightMode[], mode: WeightMode): Error {
  return new UsageError(`${typed} does not suit mode ${mode}, it is for ${modes.join(' and ')}`, option);
}

/** `blockSize` → `--block-size`, with its value `--block-size 64`, false `--no-symmetric`. */
function asTyped(key: keyof QuantizeFlags, value?: unknown): string {
  const option = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (value === false) return `--no-${option}`;
  if (value === undefined || value === true) return `--${option}`;
  return `--${option} ${Array.isArray(value) ? value.join(',') : value}`;
}
