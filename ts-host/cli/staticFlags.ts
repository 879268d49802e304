// The options of mode static: where the ranges of activations come from, how they are chosen, and for which engine.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { QuantizeOptions } from '../quantize/options.js';
import { UsageError } from './errors.js';
import { addSampleOptions, SAMPLE_FLAGS, type SampleFlags } from './sampleFlags.js';

/** Flags of {@link addStaticOptions}. Names are checked by quantize(), which suggests the nearest one. */
export interface StaticFlags extends SampleFlags {
  readonly calibrate?: string;
  readonly stats?: string;
  readonly recover?: 'none' | 'fast' | 'best';
  readonly method?: string;
  readonly compat?: string;
  readonly percentile?: number;
  readonly rate?: number;
  readonly target?: string;
  readonly representation?: 'qdq' | 'operator';
  readonly activationType?: 'int8' | 'uint8' | 'int16' | 'uint16';
  readonly activationSymmetric?: boolean;
  readonly biasCorrection?: boolean;
}

/** The flags that only mode static knows. */
export const STATIC_FLAGS = [
  'calibrate',
  'stats',
  'recover',
  'method',
  'compat',
  'percentile',
  'rate',
  'target',
  'representation',
  'activationType',
  'activationSymmetric',
  'biasCorrection',
  ...SAMPLE_FLAGS,
] as const satisfies readonly (keyof StaticFlags)[];

export function addStaticOptions(command: Command): Command {
  const choice = (flags: string, description: string, values: readonly string[]): Option =>
    new Option(flags, description).choices(values);
  command
    .option('--calibrate <folder>', 'mode static: samples: images, .npy, .npz and .bin files')
    .option('--stats <file>', 'mode static: what octavo calibrate made of samples')
    .addOption(
      choice('--recover <level>', 'mode static: steps that bring it nearer, judged on samples held out', [
        'none',
        'fast',
        'best',
      ]),
    )
    .option('--method <name>', 'mode static: how ranges are chosen; default mse')
    .option('--compat <system>', 'ranges as paddle, mindspore or onnxruntime computes them')
    .option('--percentile <percent>', 'share of values that method percentile keeps; default 99.999', decimal)
    .option('--rate <share>', 'weight of a new sample in method movingAverage; default 0.01', decimal)
    .option('--target <name>', 'mode static: engine that will run it; default onnxruntime-web')
    .addOption(choice('--representation <form>', 'mode static: how codes are written', ['qdq', 'operator']))
    .addOption(
      choice('--activation-type <type>', 'mode static: type of activations', [
        'int8',
        'uint8',
        'int16',
        'uint16',
      ]),
    )
    .option('--activation-symmetric', 'mode static: activations around one fixed zero point')
    .option('--no-activation-symmetric', 'mode static: a zero point for each activation')
    .option(
      '--bias-correction',
      'mode static: biases make up for means that normalizations tell; the default',
    )
    .option('--no-bias-correction', 'mode static: biases stay as they are');
  return addSampleOptions(command);
}

/** The options that need no file. */
export function staticOptions(flags: StaticFlags): QuantizeOptions {
  const { method, compat, target, recover, ...given } = flags;
  const { percentile, rate, representation, activationType, activationSymmetric, biasCorrection } = given;
  // Names are checked by quantize().
  const named = { method, compat, target } as Pick<QuantizeOptions, 'method' | 'compat' | 'target'>;
  const codes = { representation, activationType, activationSymmetric, biasCorrection };
  return { ...named, percentile, rate, ...codes, recover };
}

/** @throws UsageError for mode static without statistics or with two kinds, and for flags of samples without samples */
export function checkStaticFlags(flags: StaticFlags & { readonly report?: readonly string[] }): void {
  const { calibrate, stats, recover = 'none', report = [] } = flags;
  if (calibrate === undefined && stats === undefined) {
    throw new UsageError('mode static needs samples: --calibrate FOLDER, or --stats FILE', '--calibrate');
  }
  if (calibrate !== undefined && stats !== undefined && recover === 'none' && report.length === 0) {
    const message =
      '--calibrate makes statistics, --stats gives them: take one, or add --recover or --report';
    throw new UsageError(message, '--stats');
  }
  if (calibrate === undefined && recover !== 'none') {
    throw new UsageError('--recover runs the model over samples: --calibrate FOLDER', '--recover');
  }
  const lone = calibrate === undefined ? SAMPLE_FLAGS.find((key) => flags[key] !== undefined) : undefined;
  if (lone === undefined) return;
  const option = `--${lone.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UsageError(`${option} is for the samples of --calibrate`, option);
}

function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number.');
}
