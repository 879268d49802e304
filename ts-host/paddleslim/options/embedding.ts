// The options of quantEmbedding: PaddleSlim's quant_embedding with its config, and where the model is.

import { OctavoError } from '../../errors.js';
import type { CodeBits } from '../weights.js';
import { OptionReader } from './check.js';
import { MODEL_NAMES, type ModelOptions, modelSettings } from './model.js';
import { namedOptions, type Spelled } from './names.js';

/** How tables of one type of operator are quantized. */
export interface EmbeddingConfig {
  /** `abs_max` (default): codes of equal steps; `log`: powers of 2. */
  readonly quantizeType?: 'abs_max' | 'log' | undefined;
  /** 8 (default) or 16, which only abs_max has. */
  readonly quantizeBits?: CodeBits | undefined;
  /** Type of the codes; follows from the bits. */
  readonly dtype?: 'int8' | 'int16' | undefined;
  /** abs_max: values beyond it are clipped. Default: the 99.99th percentile of |w| where some |w| is 1 or more, else nothing is. */
  readonly threshold?: number | undefined;
}

export interface TablesConfig {
  /** Of lookup_table and lookup_table_v2. Default both. */
  readonly quantizeOpTypes?: string | readonly string[] | undefined;
  readonly lookupTable?: Spelled<EmbeddingConfig> | undefined;
  readonly lookupTableV2?: Spelled<EmbeddingConfig> | undefined;
}

/** Options of quantEmbedding; PaddleSlim's spelling is taken too. */
export interface QuantEmbeddingOptions extends ModelOptions {
  readonly saveModelDir?: string | undefined;
  readonly config?: Spelled<TablesConfig> | undefined;
  /** Paddle's environment: taken and not used. */
  readonly place?: unknown;
  readonly scope?: unknown;
}

const NAMES = [
  ...MODEL_NAMES,
  'saveModelDir',
  'config',
  'place',
  'scope',
] as const satisfies readonly (keyof QuantEmbeddingOptions)[];

const ALSO = { saveModelPath: 'saveModelDir', quantizeModelPath: 'saveModelDir' };

/** Operator types, and what their configuration is called. */
const TYPES = { lookup_table: 'lookupTable', lookup_table_v2: 'lookupTableV2' } as const;

export interface TableSettings {
  readonly type: 'abs_max' | 'log';
  readonly bits: CodeBits;
  readonly threshold: number | undefined;
}

/** @throws OctavoError `INVALID_ARGUMENT` naming the option, and the nearest one for a name there is not */
export function embeddingSettings(options: Spelled<QuantEmbeddingOptions>) {
  const named = namedOptions(options, NAMES, ALSO);
  const read = new OptionReader(named);
  const config = namedOptions(named.config ?? {}, ['quantizeOpTypes', ...Object.values(TYPES)]);
  const known = Object.keys(TYPES) as (keyof typeof TYPES)[];
  const types = new OptionReader(config).words('quantizeOpTypes', known, known) as typeof known;
  return {
    ...modelSettings(named, read, 'saveModelDir'),
    tables: new Map<string, TableSettings>(
      types.map((type) => [type, tableSettings(config[TYPES[type]] ?? {})]),
    ),
  };
}

function tableSettings(given: unknown): TableSettings {
  const named = namedOptions(given, ['quantizeType', 'quantizeBits', 'dtype', 'threshold']);
  const read = new OptionReader(named);
  const type = read.oneOf<'abs_max' | 'log'>('quantizeType', 'abs_max', ['abs_max', 'log']);
  const bits = read.oneOf<CodeBits>('quantizeBits', 8, [8, 16]);
  const dtype = read.oneOf('dtype', `int${bits}` as const, ['int8', 'int16']);
  if (dtype !== `int${bits}` || (type === 'log' && bits !== 8)) {
    const message = `${bits} bits of quantizeType ${type} cannot be stored as ${dtype}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field: 'dtype' });
  }
  const threshold =
    named.threshold === undefined
      ? undefined
      : read.number('threshold', 0, Number.MIN_VALUE, Number.MAX_VALUE);
  return { type, bits, threshold };
}
