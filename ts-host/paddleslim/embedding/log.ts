// log: |w| is rounded to a power of 2 in eighths of the exponent; the 128 largest powers that occur are kept as a dictionary and
// smaller ones become the least of them.
//
//   level = roundHalfToEven(8 · log2 |w|),   code = place of the level in the dictionary, minus 128 where w < 0
//   value = Dict[code], or −Dict[code + 128] for a negative code

import type { RunContext } from '../../context.js';
import { intAttribute } from '../../ir/attributes.js';
import { bytesData, elementCount, type Tensor, type TensorData } from '../../ir/tensor.js';
import { bytesOf, constant, type Engines, node, runOver } from '../smallGraph.js';

/** Levels of float32 numbers: the least denormal is 2^-149, all are below 2^128. One below them stands for 0. */
const ZERO_LEVEL = -149 * 8 - 1;
const MOST_LEVEL = 128 * 8;
const LEVELS = MOST_LEVEL - ZERO_LEVEL + 1;
const DICTIONARY = 128;
/** 8 / ln 2 */
const EIGHTHS = 11.541560327111707;
/** 2^(i/8) */
const ROOTS = [
  1,
  1.0905077326652577,
  1.189207115002721,
  1.2968395546510096,
  Math.SQRT2,
  1.5422108254079407,
  1.681792830507429,
  1.8340080864093424,
] as const;

/** ONNX's numbers of element types. */
const [INT8, INT64] = [3, 7] as const;

export interface LogTable {
  /** float32, ascending. */
  readonly dictionary: Float32Array;
  /** int8 */
  readonly codes: TensorData;
}

/** Quantizes a table. It is held in memory meanwhile, and its codes from then on. */
export async function logTable(engines: Engines, table: Tensor, context: RunContext): Promise<LogTable> {
  const levels = (await presentLevels(engines, table, context)).slice(-DICTIONARY);
  const codes = await runOver(engines, table, codesGraph(table, codeByLevel(levels)), context);
  return { dictionary: Float32Array.from(levels, powerOf), codes: bytesData(bytesOf(codes)) };
}

/** 2^(level/8): a power of 2, exact, times a root. */
function powerOf(level: number): number {
  if (level === ZERO_LEVEL) return 0;
  const whole = Math.floor(level / 8);
  return 2 ** whole * ROOTS[level - 8 * whole]!;
}

/** |w| as the place of its level among all levels. */
const LEVEL_NODES = [
  node('Abs', ['w'], 'size'),
  node('Log', ['size'], 'log'),
  node('Mul', ['log', 'eighths'], 'exponent'),
  node('Round', ['exponent'], 'rounded'),
  node('Max', ['rounded', 'least'], 'level'),
  node('Sub', ['level', 'least'], 'place'),
  node('Cast', ['place'], 'index', { to: intAttribute(INT64) }),
];

const LEVEL_CONSTANTS = [
  constant('eighths', 'float32', [], Float32Array.of(EIGHTHS)),
  constant('least', 'float32', [], Float32Array.of(ZERO_LEVEL)),
];

/** Levels that occur, ascending. */
async function presentLevels(engines: Engines, table: Tensor, context: RunContext): Promise<number[]> {
  const count = elementCount(table.dims, table.name);
  const nodes = [
    ...LEVEL_NODES,
    node('Reshape', ['index', 'flat'], 'list'),
    node('Expand', ['one', 'count'], 'ones'),
    node('ScatterElements', ['nothing', 'list', 'ones'], 'present', { axis: intAttribute(0) }),
  ];
  const constants = [
    ...LEVEL_CONSTANTS,
    constant('flat', 'int64', [1], BigInt64Array.of(-1n)),
    constant('one', 'float32', [1], Float32Array.of(1)),
    constant('count', 'int64', [1], BigInt64Array.of(BigInt(count))),
    constant('nothing', 'float32', [LEVELS], new Float32Array(LEVELS)),
  ];
  const output = { name: 'present', dtype: 'float32', dims: [LEVELS] } as const;
  const { data } = await runOver(engines, table, { nodes, constants, output }, context);
  const levels: number[] = [];
  for (let place = 0; place < LEVELS; place++) if (Number(data[place]) > 0) levels.push(place + ZERO_LEVEL);
  return levels;
}

/** The code of each level: its place in the dictionary, and the least one's for those below. */
function codeByLevel(dictionary: readonly number[]): Float32Array {
  let next = 0;
  return Float32Array.from({ length: LEVELS }, (_, place) => {
    while (next + 1 < dictionary.length && dictionary[next + 1]! <= place + ZERO_LEVEL) next++;
    return next;
  });
}

function codesGraph({ dims }: Tensor, codes: Float32Array) {
  const nodes = [
    ...LEVEL_NODES,
    node('Gather', ['codes', 'index'], 'upper', { axis: intAttribute(0) }),
    node('Sub', ['upper', 'half'], 'lower'),
    node('Less', ['w', 'zero'], 'is negative'),
    node('Where', ['is negative', 'lower', 'upper'], 'signed'),
    node('Cast', ['signed'], 'stored', { to: intAttribute(INT8) }),
  ];
  const constants = [
    ...LEVEL_CONSTANTS,
    constant('codes', 'float32', [LEVELS], codes),
    constant('half', 'float32', [], Float32Array.of(DICTIONARY)),
    constant('zero', 'float32', [], Float32Array.of(0)),
  ];
  return { nodes, constants, output: { name: 'stored', dtype: 'int8', dims } } as const;
}
