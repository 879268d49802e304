// The options of convert, as save_quant_model has them.

import type { RunOptions } from '../../context.js';
import { OctavoError } from '../../errors.js';
import type { InputDims } from '../../formats/paddle/inputDims.js';
import type { ChoiceOptions } from '../convert/choice.js';
import { OptionReader } from './check.js';
import { namedOptions, type Spelled } from './names.js';

/** A graph as text for `dot`, called `03-gather-scales.dot`: nodes are labelled with operator and id. */
export interface DebugGraph {
  readonly name: string;
  readonly text: string;
}

/** Options of convert; PaddleSlim's spelling is taken too. */
export interface ConvertOptions extends RunOptions {
  /** Types of operators, as a list or as `'conv2d,mul'`; all others stay in float. Default: what the program quantizes, as it does.
   *  Operators of a type that is named here compute with codes although the program does not quantize them, where it tells the
   *  thresholds of their inputs (`out_threshold`): that is one rounding more than it simulates, and saves the way over floats. */
  readonly opsToQuantize?: ChoiceOptions['opsToQuantize'] | string;
  /** Ids of operators that stay in float, as a list or as `'3,7'`: 71 of `conv2d#71`. */
  readonly opIdsToSkip?: ChoiceOptions['opIdsToSkip'] | string;
  /** As for quantPostStatic. */
  readonly modelFilename?: string | null | undefined;
  readonly paramsFilename?: string | null | undefined;
  /** As for readPaddle. */
  readonly inputDims?: InputDims | undefined;
  /** Folder that `model.onnx` is written to (Node). */
  readonly int8ModelSavePath?: string | undefined;
  /** Told the graph before the first step and behind each; or the folder that they are written to (Node). */
  readonly debug?: string | ((graph: DebugGraph) => void | Promise<void>) | undefined;
}

const NAMES = [
  'modelFilename',
  'paramsFilename',
  'inputDims',
  'int8ModelSavePath',
  'opsToQuantize',
  'opIdsToSkip',
  'debug',
  'signal',
  'onProgress',
  'memoryLimit',
] as const satisfies readonly (keyof ConvertOptions)[];

const ALSO = { quantModelFilename: 'modelFilename', quantParamsFilename: 'paramsFilename' };

/** @throws OctavoError `INVALID_ARGUMENT` naming the option, and the nearest one for a name there is not */
export function convertSettings(options: Spelled<ConvertOptions>) {
  const named = namedOptions(options, NAMES, ALSO);
  const lists = {
    ...named,
    opsToQuantize: parts(named.opsToQuantize),
    opIdsToSkip: parts(named.opIdsToSkip),
  };
  const read = new OptionReader(lists);
  const { debug } = named;
  if (debug !== undefined && typeof debug !== 'function' && (typeof debug !== 'string' || debug === '')) {
    const message = 'debug is a function that is told graphs, or the path of a folder';
    throw new OctavoError('INVALID_ARGUMENT', message, { field: 'debug' });
  }
  return {
    names: { modelFilename: read.text('modelFilename'), paramsFilename: read.text('paramsFilename') },
    inputDims: named.inputDims as InputDims | undefined,
    int8ModelSavePath: read.text('int8ModelSavePath'),
    opsToQuantize: lists.opsToQuantize === undefined ? undefined : read.words('opsToQuantize', []),
    opIdsToSkip: ids(lists.opIdsToSkip),
    debug: debug as ConvertOptions['debug'],
    run: named as RunOptions,
  };
}

/** A text with commas, as on Paddle's command line, is a list; an empty one is none. */
function parts(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const words = value.split(',').map((word) => word.trim());
  return value.trim() === '' ? undefined : words;
}

function ids(value: unknown): readonly number[] {
  const list = Array.isArray(value)
    ? value.map((each) => (typeof each === 'string' && /^\d+$/.test(each) ? Number(each) : each))
    : value;
  if (list === undefined || (Array.isArray(list) && list.every((each) => typeof each === 'number')))
    return list ?? [];
  throw new OctavoError('INVALID_ARGUMENT', 'opIdsToSkip is a list of numbers', { field: 'opIdsToSkip' });
}
