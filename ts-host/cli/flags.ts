// From the flags that decide a plan to the options of quantize(). Flags that a mode would not look at are refused here:
// quantize() ignores them, but a person who typed one expects something of it.

import type { ExecutorName } from '../api/session.js';
import type { VariantFamily } from '../api/variants.js';
import type { Shard } from '../calibrate/shard.js';
import type { QuantMode } from '../ir/plan.js';
import type { WeightObserver } from '../observers/index.js';
import type { Bits, GranularityName, QuantizeOptions } from '../quantize/options.js';
import { UsageError } from './errors.js';
import type { SampleFlags } from './sampleFlags.js';
import { STATIC_FLAGS, type StaticFlags, staticOptions } from './staticFlags.js';
import type { NamedShape } from './values.js';

/** Flags of every command that takes a model. */
export interface ModelFlags {
  readonly inputDims?: readonly NamedShape[];
}

/** Flags of `quantize` and `plan`; those with choices arrive checked, as text. */
export interface PlanFlags extends StaticFlags, ModelFlags {
  readonly mode?: QuantMode | 'auto';
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
}

/** Flags of `plan`. */
export interface PlanCommandFlags extends PlanFlags {
  readonly output?: string;
}

/** Flags of `inspect`. */
export interface InspectFlags extends ModelFlags {
  readonly shape?: readonly NamedShape[];
  readonly dot?: string;
  readonly memoryLimit?: number;
}

/** Flags of a quantized Paddle model in integers. */
export interface IntegerFlags {
  readonly int8?: boolean;
  readonly opsToQuantize?: readonly string[];
  readonly opIdsToSkip?: readonly number[];
  /** A folder. */
  readonly debug?: string;
}

/** Flags of `convert`. */
export interface ConvertFlags extends ModelFlags, IntegerFlags {
  readonly output: string;
  readonly externalData?: 'auto' | 'always' | 'never';
  readonly memoryLimit?: number;
}

/** Flags of `run`. */
export interface RunFlags extends ModelFlags {
  readonly input?: readonly string[];
  readonly outputDir?: string;
  readonly output?: string;
  readonly precision?: 'strict' | 'fast';
  readonly executor?: ExecutorName;
  readonly memoryLimit?: number;
}

/** Flags of `pack`. */
export interface PackFlags extends ModelFlags {
  readonly output: string;
  readonly shape?: readonly NamedShape[];
  readonly precision?: 'strict' | 'fast';
  readonly memoryLimit?: number;
}

/** Flags of `unpack`. */
export interface UnpackFlags {
  readonly output: string;
  readonly memoryLimit?: number;
}

/** Flags of `calibrate`. */
export interface CalibrateFlags extends SampleFlags, ModelFlags {
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

/** Flags of `compare`. */
export interface CompareFlags extends SampleFlags, ModelFlags {
  readonly data: string;
  readonly labels?: string;
  readonly report?: readonly string[];
  readonly reportSamples?: number;
  readonly precision?: 'strict' | 'fast';
}

/** Flags of `bench`. */
export interface BenchFlags extends SampleFlags, ModelFlags, IntegerFlags {
  readonly runs?: number;
  readonly warmup?: number;
  readonly threads?: number;
  readonly seed?: number;
  readonly shape?: readonly NamedShape[];
  readonly data?: string;
  readonly labels?: string;
  readonly against?: string;
  readonly precision?: 'strict' | 'fast';
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
  readonly report?: readonly string[];
  readonly reportSamples?: number;
}

const STORED: readonly QuantMode[] = ['weights', 'embedding'];
const CODED: readonly QuantMode[] = ['weights', 'dynamic', 'embedding', 'static'];
const STATIC: readonly QuantMode[] = ['static'];

/** Flags that only some modes know, and those modes. The others suit every mode. */
const MODES_OF = {
  bits: STORED,
  granularity: CODED,
  blockSize: STORED,
  symmetric: STORED,
  observer: CODED,
  blockForm: STORED,
  weightType: ['dynamic'],
  reduceRange: ['dynamic', 'static'],
  convInteger: ['dynamic'],
} as const satisfies Partial<Record<keyof PlanFlags, readonly QuantMode[]>>;

type ModeFlag = keyof typeof MODES_OF | (typeof STATIC_FLAGS)[number];

const MODE_FLAGS: readonly ModeFlag[] = [
  ...(Object.keys(MODES_OF) as (keyof typeof MODES_OF)[]),
  ...STATIC_FLAGS,
];

/** The flags given that decide a plan, as typed. */
export function planFlagsGiven(flags: PlanFlags): string[] {
  const others = ['mode', 'skip', 'opTypes', 'minElements', 'minChannels'] as const;
  const keys = [...MODE_FLAGS, ...others];
  return keys.filter((key) => flags[key] !== undefined).map((key) => asTyped(key, flags[key]));
}

/** A family fixes the mode and all that belongs to it.
 *  @throws UsageError for a flag that would be without effect. */
export function suitsVariants(flags: QuantizeFlags): void {
  const decided = ['mode', ...MODE_FLAGS, 'plan', 'planOut', 'measure', 'report'] as const;
  const given = decided.find((key) => flags[key] !== undefined);
  if (given === undefined) return;
  const value = given === 'plan' || given === 'planOut' || given === 'report' ? undefined : flags[given];
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
    ...(mode === 'static' ? staticOptions(flags) : {}),
  };
  return modeReason === undefined ? { options } : { options, modeReason };
}

/** The mode asked for, after a check that every flag suits it; without one, the mode that the flags leave. */
function chooseMode(flags: PlanFlags): { mode: QuantMode | 'auto'; modeReason?: string } {
  const { mode = 'auto' } = flags;
  if (mode !== 'auto') {
    for (const { typed, option, modes } of narrowing(flags)) {
      if (!modes.includes(mode)) throw unsuited(typed, option, modes, mode);
    }
    return { mode };
  }
  const forStatic = STATIC_FLAGS.find((key) => flags[key] !== undefined);
  let left: readonly QuantMode[] = forStatic === undefined ? ['weights', 'dynamic'] : STATIC;
  let by = forStatic && asTyped(forStatic, flags[forStatic]);
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
function narrowing(flags: PlanFlags): { typed: string; option: string; modes: readonly QuantMode[] }[] {
  return MODE_FLAGS.filter((key) => flags[key] !== undefined).map((key) => ({
    typed: asTyped(key, flags[key]),
    option: asTyped(key),
    modes: modesOf(key, flags),
  }));
}

/** Mode dynamic has 8-bit codes and no blocks, so it takes --bits 8 and --granularity channel; mode static fewer bits too. */
function modesOf(key: ModeFlag, flags: PlanFlags): readonly QuantMode[] {
  if (key === 'bits' && flags.bits === '8') return CODED;
  if (key === 'bits' && flags.bits !== '16') return [...STORED, ...STATIC];
  if (key === 'granularity' && flags.granularity === 'block') return STORED;
  return key in MODES_OF ? MODES_OF[key as keyof typeof MODES_OF] : STATIC;
}

function unsuited(typed: string, option: string, modes: readonly QuantMode[], mode: QuantMode): Error {
  const list = [modes.slice(0, -1).join(', '), modes.at(-1)].filter((part) => part !== '').join(' and ');
  return new UsageError(`${typed} does not suit mode ${mode}, it is for ${list}`, option);
}

/** `blockSize` → `--block-size`, with its value `--block-size 64`, false `--no-symmetric`. */
function asTyped(key: keyof QuantizeFlags, value?: unknown): string {
  const option = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (value === false) return `--no-${option}`;
  if (value === undefined || value === true) return `--${option}`;
  return `--${option} ${typeof value === 'object' ? Object.values(value ?? {}).join(',') : value}`;
}
