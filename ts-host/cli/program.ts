// The commands and their options, as commander knows them. What a command does is loaded when it runs, so that
// --help, --version and mistakes answer at once.

import { Command, Option } from 'commander';
import type {
  BenchFlags,
  CalibrateFlags,
  CompareFlags,
  ConvertFlags,
  InspectFlags,
  MergeFlags,
  PackFlags,
  PlanCommandFlags,
  PlanFlags,
  QuantizeFlags,
  RunFlags,
  UnpackFlags,
} from './flags.js';
import {
  BENCH_HELP,
  CALIBRATE_HELP,
  COMPARE_HELP,
  CONVERT_HELP,
  INSPECT_HELP,
  MAIN_HELP,
  MERGE_HELP,
  PACK_HELP,
  PLAN_HELP,
  QUANTIZE_HELP,
  RUN_HELP,
  UNPACK_HELP,
} from './help.js';
import { addSampleOptions } from './sampleFlags.js';
import { addStaticOptions } from './staticFlags.js';
import type { Environment } from './terminal.js';
import {
  byteCount,
  count,
  counts,
  names,
  openShapes,
  positive,
  repeated,
  shapes,
  shard,
  words,
} from './values.js';
import { packageVersion } from './version.js';

/** What a command takes as its model. */
const MODEL = 'an ONNX file, a Paddle model (its folder or program), or - for standard input';

export function makeProgram(environment: Environment): Command {
  const program = new Command('octavo')
    .description('Makes neural networks small: quantizes ONNX and Paddle models, and runs them.')
    .version(packageVersion(), '-V, --version', 'prints the version')
    .addHelpText('after', MAIN_HELP)
    .addCommand(quantizeCommand(environment))
    .addCommand(planCommand(environment))
    .addCommand(inspectCommand(environment))
    .addCommand(convertCommand(environment))
    .addCommand(runCommand(environment))
    .addCommand(calibrateCommand(environment))
    .addCommand(mergeCommand(environment))
    .addCommand(compareCommand(environment))
    .addCommand(benchCommand(environment))
    .addCommand(packCommand(environment))
    .addCommand(unpackCommand(environment))
    .helpCommand(false);
  for (const command of [program, ...program.commands]) {
    // main() tells errors; writeErr remains for the help that a missing command gets.
    command.exitOverride().configureOutput({ outputError: () => undefined });
    command.helpOption('-h, --help', 'shows this help').configureHelp({ optionDescription });
  }
  return program;
}

function quantizeCommand(environment: Environment): Command {
  const command = new Command('quantize')
    .description('Writes a quantized copy of a model and tells what became of every node.')
    .argument('<model>', MODEL)
    .option(...INPUT_DIMS)
    .option('-o, --output <file>', 'where to write: a file, a folder, or - for standard output')
    .option('--force', 'replace the output also where no -o names it');
  addPlanOptions(command);
  return command
    .option('--plan <file>', 'apply this plan instead of making one')
    .option('--plan-out <file>', 'save the plan')
    .addOption(choice('--external-data <when>', 'weights beside the model file', ['auto', 'always', 'never']))
    .addOption(choice('--variants <family>', 'write the files a library looks for', ['transformers.js']))
    .option('--measure', 'compare every quantized weight with the original')
    .option('--report <file>', 'compare layer by layer: .html, .json, .csv or .dot (repeatable)', repeated)
    .option('--report-samples <n>', 'samples for the report; default 16', positive)
    .option('--json', 'print one JSON document')
    .option('--verbose', 'list every node left in float')
    .addHelpText('after', QUANTIZE_HELP)
    .action(async (model: string, flags: QuantizeFlags) => {
      const { quantizeCommand: run } = await import('./quantize.js');
      await run(model, flags, environment);
    });
}

function planCommand(environment: Environment): Command {
  const command = new Command('plan')
    .description('Decides what quantize would do and writes it down, without writing a model.')
    .argument('<model>', MODEL)
    .option(...INPUT_DIMS)
    .option('-o, --output <file>', 'where to write the plan; default: standard output');
  return addPlanOptions(command)
    .option('--json', 'print one JSON document')
    .addHelpText('after', PLAN_HELP)
    .action(async (model: string, flags: PlanCommandFlags) => {
      const { planCommand: run } = await import('./plan.js');
      await run(model, flags, environment);
    });
}

function inspectCommand(environment: Environment): Command {
  return new Command('inspect')
    .description('Shows what a model holds: inputs, outputs, operators, constants, and what a run takes.')
    .argument('<model>', MODEL)
    .option(...INPUT_DIMS)
    .option('--shape <name=dims>', 'dims of an input that the model leaves open (repeatable)', shapes)
    .option('--dot <file>', 'write the graph for Graphviz')
    .option(...MEMORY_LIMIT)
    .option('--json', 'print one JSON document')
    .option('--verbose', 'list every operator and constant')
    .addHelpText('after', INSPECT_HELP)
    .action(async (model: string, flags: InspectFlags) => {
      const { inspectCommand: run } = await import('./inspect.js');
      await run(model, flags, environment);
    });
}

function convertCommand(environment: Environment): Command {
  return new Command('convert')
    .description('Writes a model as ONNX, its weights as they are: Paddle to ONNX.')
    .argument('<model>', MODEL)
    .option(...INPUT_DIMS)
    .requiredOption('-o, --output <file>', 'where to write, or - for standard output')
    .option('--int8', 'a Paddle model that is quantized: in integers')
    .option('--ops-to-quantize <types>', 'with --int8: types of operators, such as conv2d,mul', words)
    .option('--op-ids-to-skip <ids>', 'with --int8: operators that stay in float, such as 3,7', counts)
    .option('--debug <folder>', 'with --int8: write the graph after each step, for Graphviz')
    .addOption(choice('--external-data <when>', 'weights beside the model file', ['auto', 'always', 'never']))
    .option(...MEMORY_LIMIT)
    .option('--json', 'print one JSON document')
    .addHelpText('after', CONVERT_HELP)
    .action(async (model: string, flags: ConvertFlags) => {
      const { convertCommand: run } = await import('./convert.js');
      await run(model, flags, environment);
    });
}

function runCommand(environment: Environment): Command {
  return new Command('run')
    .description('Runs a model once and writes its outputs as .npy files.')
    .argument('<model>', MODEL)
    .option(...INPUT_DIMS)
    .option('--input <name=file>', 'a .npy file for an input, or a .npz file (repeatable)', repeated)
    .option('--output-dir <folder>', 'where to write a .npy file for each output')
    .option('-o, --output <file>', 'write all outputs into this .npz file')
    .addOption(choice('--precision <how>', 'strict: equal bits everywhere; fast', ['strict', 'fast']))
    .addOption(choice('--executor <name>', 'what runs it', ['octavo', 'onnxruntime-node', 'onnxruntime-web']))
    .option(...MEMORY_LIMIT)
    .option('--json', 'print one JSON document')
    .addHelpText('after', RUN_HELP)
    .action(async (model: string, flags: RunFlags) => {
      const { runCommand: run } = await import('./run.js');
      await run(model, flags, environment);
    });
}

function calibrateCommand(environment: Environment): Command {
  const command = new Command('calibrate')
    .description('Runs a model over samples and writes what was seen of its values, for quantize --stats.')
    .argument('<model>', MODEL)
    .option(...INPUT_DIMS)
    .requiredOption('--calibrate <folder>', 'samples: images, .npy, .npz and .bin files')
    .requiredOption('-o, --output <file>', 'where to write the stats file, or - for standard output');
  return addSampleOptions(command)
    .option('--shard <i/n>', 'take the samples k with k mod n = i only; see merge', shard)
    .option('--checkpoint <file>', 'keep what was seen so far in this file, and go on from it')
    .option('--checkpoint-seconds <n>', 'seconds between checkpoints; default 30', positive)
    .option('--checkpoint-samples <n>', 'samples between checkpoints', positive)
    .option('--target <name>', 'observe what this target asks for; default: every target')
    .option('--skip <glob>', 'as for quantize (repeatable)', repeated)
    .option('--op-types <names>', 'as for quantize', names)
    .option('--min-elements <n>', 'as for quantize', count)
    .option('--min-channels <n>', 'as for quantize', count)
    .option(...MEMORY_LIMIT)
    .option('--json', 'print one JSON document')
    .option('--verbose', 'list every value that was never seen or constant')
    .addHelpText('after', CALIBRATE_HELP)
    .action(async (model: string, flags: CalibrateFlags) => {
      const { calibrateCommand: run } = await import('./calibrate.js');
      await run(model, flags, environment);
    });
}

function mergeCommand(environment: Environment): Command {
  return new Command('merge')
    .description('Makes the statistics of several shards one: the same bytes in any order.')
    .argument('<stats...>', 'stats files of one model')
    .requiredOption('-o, --output <file>', 'where to write, or - for standard output')
    .option('--json', 'print one JSON document')
    .option('--verbose', 'list every value that was never seen or constant')
    .addHelpText('after', MERGE_HELP)
    .action(async (files: string[], flags: MergeFlags) => {
      const { mergeCommand: run } = await import('./merge.js');
      await run(files, flags, environment);
    });
}

function compareCommand(environment: Environment): Command {
  const command = new Command('compare')
    .description('Runs two models over samples and tells how near their outputs are, and where they part.')
    .argument('<a>', 'the model that is right, mostly the float model')
    .argument('<b>', 'the model that is judged')
    .option(...INPUT_DIMS)
    .requiredOption('--data <folder>', 'samples: images, .npy, .npz and .bin files');
  return addSampleOptions(command)
    .option('--labels <file>', 'class of each sample: lines of name,class, or of classes in order')
    .option('--report <file>', 'compare layer by layer: .html, .json, .csv or .dot (repeatable)', repeated)
    .option('--report-samples <n>', 'samples for the report; default 16', positive)
    .addOption(choice('--precision <how>', 'strict: equal figures everywhere; fast', ['strict', 'fast']))
    .option(...MEMORY_LIMIT)
    .option('--json', 'print one JSON document')
    .addHelpText('after', COMPARE_HELP)
    .action(async (a: string, b: string, flags: CompareFlags) => {
      const { compareCommand: run } = await import('./compare.js');
      await run(a, b, flags, environment);
    });
}

function benchCommand(environment: Environment): Command {
  const command = new Command('bench')
    .description('Measures how long a model takes, where the time goes, and how it compares with another.')
    .argument('<model>', MODEL)
    .option(...INPUT_DIMS)
    .option('--runs <n>', 'runs that count; default 20, with --data each batch once', positive)
    .option('--warmup <n>', 'runs before them; default 5', count)
    .option('--threads <n>', 'threads that share a run; default 1', positive)
    .option('--against <model>', 'another model, run in turn with the first')
    .option('--int8', 'a Paddle model that is quantized: in integers, beside itself in float')
    .option('--ops-to-quantize <types>', 'with --int8: types of operators, such as conv2d,mul', words)
    .option('--op-ids-to-skip <ids>', 'with --int8: operators that stay in float, such as 3,7', counts)
    .option('--shape <name=dims>', 'dims of an input that the model leaves open (repeatable)', shapes)
    .option('--seed <n>', 'of the inputs that are made up; default 1', count)
    .option('--data <folder>', 'samples instead of made up inputs: images, .npy, .npz and .bin files')
    .option(
      '--labels <file>',
      'class of each sample: tells top-1 and top-5; a list by names chooses the samples',
    );
  return addSampleOptions(command)
    .addOption(choice('--precision <how>', 'strict: equal bits everywhere; fast', ['strict', 'fast']))
    .option(...MEMORY_LIMIT)
    .option('--json', 'print one JSON document')
    .option('--verbose', 'list every layer, and which kernels serve')
    .addHelpText('after', BENCH_HELP)
    .action(async (model: string, flags: BenchFlags) => {
      const { benchCommand: run } = await import('./bench.js');
      await run(model, flags, environment);
    });
}

function packCommand(environment: Environment): Command {
  return new Command('pack')
    .description('Makes a model ready to run and writes that down, so that sessions of it start at once.')
    .argument('<model>', 'an ONNX file, or - for standard input')
    .requiredOption('-o, --output <file>', 'where to write, such as model.octavo, or - for standard output')
    .option('--shape <name=dims>', 'dims of an input that the model leaves open (repeatable)', shapes)
    .addOption(choice('--precision <how>', 'what sessions will ask for; default strict', ['strict', 'fast']))
    .option(...MEMORY_LIMIT)
    .option('--json', 'print one JSON document')
    .addHelpText('after', PACK_HELP)
    .action(async (model: string, flags: PackFlags) => {
      const { packCommand: run } = await import('./pack.js');
      await run(model, flags, environment);
    });
}

function unpackCommand(environment: Environment): Command {
  return new Command('unpack')
    .description('Takes the model out of a packed file, byte for byte.')
    .argument('<packed>', 'a packed file, or - for standard input')
    .requiredOption('-o, --output <file>', 'where to write the model, or - for standard output')
    .option(...MEMORY_LIMIT)
    .option('--json', 'print one JSON document')
    .addHelpText('after', UNPACK_HELP)
    .action(async (packed: string, flags: UnpackFlags) => {
      const { unpackCommand: run } = await import('./pack.js');
      await run(packed, flags, environment);
    });
}

const INPUT_DIMS = [
  '--input-dims <name=dims>',
  'a Paddle model: fixed dims of an input (repeatable)',
  openShapes,
] as const;
const MEMORY_LIMIT = ['--memory-limit <bytes>', 'most memory for buffers, such as 512MB', byteCount] as const;

/** The options that decide a plan: see {@link PlanFlags}. */
function addPlanOptions(command: Command): Command {
  command
    .addOption(
      choice('--mode <mode>', 'what quantizes', [
        'auto',
        'weights',
        'dynamic',
        'embedding',
        'fp16',
        'static',
      ]),
    )
    .addOption(choice('--bits <n>', 'bits of a weight', ['2', '3', '4', '5', '6', '7', '8', '16']))
    .addOption(choice('--granularity <what>', 'what shares a scale', ['tensor', 'channel', 'block']))
    .addOption(choice('--block-size <n>', 'weights in a block', ['16', '32', '64', '128', '256']))
    .option('--symmetric', 'no zero points')
    .option('--no-symmetric', 'a zero point for each scale')
    .addOption(choice('--observer <name>', 'how scales are chosen', ['auto', 'absmax', 'mse']))
    .addOption(choice('--block-form <form>', 'how blocks are written', ['contrib', 'qdq']))
    .addOption(choice('--weight-type <type>', 'mode dynamic: type of weights', ['int8', 'uint8']))
    .option('--reduce-range', 'modes dynamic and static: 7 bits, for x86 without VNNI')
    .option('--conv-integer', 'mode dynamic: Conv in integers too')
    .option('--skip <glob>', 'leave these nodes in float (repeatable)', repeated)
    .option('--op-types <names>', 'quantize only these operators, such as Conv,Gemm', names)
    .option('--min-elements <n>', 'leave smaller weights in float', count)
    .option('--min-channels <n>', 'leave Conv with fewer output channels in float', count)
    .option(...MEMORY_LIMIT);
  return addStaticOptions(command);
}

/** `bits of a weight: 2, 3, 4, 5, 6, 7, 8, 16` */
function optionDescription({ description, argChoices }: Option): string {
  return argChoices === undefined ? description : `${description}: ${argChoices.join(', ')}`;
}

function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values);
}
