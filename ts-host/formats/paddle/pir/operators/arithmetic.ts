// Elementwise operators, products, reductions, comparisons. The newer elementwise operators align trailing dims only.

import { type Attributes, int, ints, type Rules, renamed, rule, sameNames } from '../rule.js';

const TRAILING = { axis: { kind: 'int', value: -1 } } as const;

const ELEMENTWISE = renamed(
  {
    add: 'elementwise_add',
    subtract: 'elementwise_sub',
    multiply: 'elementwise_mul',
    divide: 'elementwise_div',
    maximum: 'elementwise_max',
    minimum: 'elementwise_min',
    elementwise_pow: 'elementwise_pow',
    remainder: 'elementwise_mod',
    floor_divide: 'elementwise_floordiv',
  },
  ['X', 'Y'],
  { fixed: TRAILING },
);

/** No axis at all means every axis. */
function emptyMeansAll(attributes: Attributes): void {
  const dims = attributes.get('dim');
  const empty =
    dims === undefined || ('value' in dims && Array.isArray(dims.value) && dims.value.length === 0);
  attributes.set('reduce_all', { kind: 'bool', value: empty });
}

const REDUCED = { keepdim: 'keep_dim', axis: 'dim' };

const REDUCTIONS: Rules = {
  ...renamed(
    { mean: 'reduce_mean', sum: 'reduce_sum', max: 'reduce_max', min: 'reduce_min', prod: 'reduce_prod' },
    ['X', ints('dim')],
    { renamed: REDUCED, finish: reduced },
  ),
  ...renamed({ all: 'reduce_all', any: 'reduce_any' }, ['X'], { renamed: REDUCED, finish: emptyMeansAll }),
  mean_all: rule('mean', ['X']),
  logsumexp: rule('logsumexp', ['X']),
  cumsum: rule('cumsum', ['X', int('axis')]),
};

/** Paddle's numbers of element types. */
const BOOL = 0;
const INT32 = 2;
const INT64 = 3;

/** A sum names the type that it makes, or leaves it to the input: bools and int32 are summed up as int64. */
function reduced(attributes: Attributes, dtypeOf: (input: string) => number | undefined): void {
  const named = attributes.get('dtype');
  attributes.delete('dtype');
  if (named?.kind === 'int' && named.value >= 0) attributes.set('out_dtype', named);
  else if (named !== undefined && [BOOL, INT32].includes(dtypeOf('X') ?? -1)) {
    attributes.set('out_dtype', { kind: 'int', value: INT64 });
  }
  emptyMeansAll(attributes);
}

const COMPARISONS = ['equal', 'not_equal', 'less_than', 'less_equal', 'greater_than', 'greater_equal'];
const LOGICAL = ['logical_and', 'logical_or', 'logical_xor'];

export const ARITHMETIC: Rules = {
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...renamed(Object.fromEntries(COMPARISONS.map((name) => [name, name])), ['X', 'Y'], { fixed: TRAILING }),
  ...sameNames(LOGICAL, ['X', 'Y']),
  logical_not: rule('logical_not', ['X']),
  where: rule('where', ['Condition', 'X', 'Y']),
  matmul: rule('matmul_v2', ['X', 'Y'], ['Out'], {
    renamed: { transpose_x: 'trans_x', transpose_y: 'trans_y' },
  }),
  bmm: rule('bmm', ['X', 'Y']),
  addmm: rule('addmm', ['Input', 'X', 'Y'], ['Out'], { renamed: { alpha: 'Alpha', beta: 'Beta' } }),
  add_n: rule('sum', ['X']),
  embedding: rule('lookup_table_v2', ['Ids', 'W']),
  rnn: rule(
    'rnn',
    ['Input', 'PreState', 'WeightList', 'SequenceLength', ''],
    ['Out', 'DropoutState', 'State', 'Reserve'],
  ),
};
