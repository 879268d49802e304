// Three whole models that no dependency brings, small, with seeded weights: recurrent, attention, control flow. Their
// dims are open, as exporters leave them.

import {
  constant,
  floats,
  gather,
  gemm,
  graph,
  ifNode,
  int64s,
  matMul,
  model,
  node,
  value,
} from './onnxBuilder.js';
import { Rng } from './rng.js';

type Nodes = ReturnType<typeof node>[];
type Tensors = ReturnType<typeof floats>[];

/** Weights by name, in a graph's order. */
class Weights {
  readonly list: Tensors = [];
  readonly #rng: Rng;

  constructor(seed: number) {
    this.#rng = new Rng(seed);
  }

  normal(name: string, dims: readonly number[], deviation: number): string {
    const count = dims.reduce((a, b) => a * b, 1);
    this.list.push(floats(name, dims, this.#rng.normal(count, deviation)));
    return name;
  }

  ints(name: string, ...values: number[]): string {
    this.list.push(int64s(name, [values.length], values));
    return name;
  }

  number(name: string, each: number): string {
    this.list.push(floats(name, [], [each]));
    return name;
  }
}

export const VOCABULARY = 60;

/** tokens [batch, steps], lengths [batch] ─► table ─► LSTM both ways ─► GRU ─► log-probabilities of 10 classes a step,
 *  and the last states. */
export function recurrentModel(): Uint8Array {
  const [width, hidden, second, classes] = [24, 20, 16, 10];
  const weights = new Weights(31);
  weights.normal('table', [VOCABULARY, width], 1);
  weights.normal('lstm_w', [2, 4 * hidden, width], 0.3);
  weights.normal('lstm_r', [2, 4 * hidden, hidden], 0.3);
  weights.normal('lstm_b', [2, 8 * hidden], 0.2);
  weights.normal('gru_w', [1, 3 * second, 2 * hidden], 0.3);
  weights.normal('gru_r', [1, 3 * second, second], 0.3);
  weights.normal('gru_b', [1, 6 * second], 0.2);
  weights.normal('classes', [second, classes], 0.8);
  weights.normal('bias', [classes], 0.5);
  weights.ints('merge', 0, 0, -1);
  weights.ints('one', 1);
  return model({
    opset: 14,
    nodes: [
      gather('table', 'tokens', 'rows'),
      node('Transpose', ['rows'], ['steps_first'], { perm: [1n, 0n, 2n] }),
      node('LSTM', ['steps_first', 'lstm_w', 'lstm_r', 'lstm_b', 'lengths'], ['both', 'lstm_h', 'lstm_c'], {
        hidden_size: BigInt(hidden),
        direction: 'bidirectional',
      }),
      node('Transpose', ['both'], ['beside'], { perm: [0n, 2n, 1n, 3n] }),
      node('Reshape', ['beside', 'merge'], ['joined']),
      node('GRU', ['joined', 'gru_w', 'gru_r', 'gru_b'], ['gru_y', 'gru_h'], {
        hidden_size: BigInt(second),
        linear_before_reset: 1n,
      }),
      node('Squeeze', ['gru_y', 'one'], ['flat']),
      matMul('flat', 'classes', 'product'),
      node('Add', ['product', 'bias'], ['logits']),
      node('LogSoftmax', ['logits'], ['log_probabilities'], { axis: -1n }),
      node('Concat', ['lstm_h', 'lstm_c'], ['states'], { axis: 0n }),
    ],
    initializers: weights.list,
    inputs: [value('tokens', ['batch', 'steps'], 'int64'), value('lengths', ['batch'], 'int32')],
    outputs: [value('log_probabilities', ['steps', 'batch', classes]), value('states', [4, 'batch', hidden])],
  });
}

const MODEL_WIDTH = 32;
const HEADS = 4;

/** Rows of x, [batch, length, width], as [batch, heads, length, width / heads]; shapes are computed, as exporters do. */
function split(x: string, y: string): Nodes {
  return [
    node('Concat', ['batch', 'length', 'heads', 'head_width'], [`${y}_shape`], { axis: 0n }),
    node('Reshape', [x, `${y}_shape`], [`${y}_4d`]),
    node('Transpose', [`${y}_4d`], [y], { perm: [0n, 2n, 1n, 3n] }),
  ];
}

function norm(weights: Weights, x: string, y: string): ReturnType<typeof node> {
  const scale = weights.normal(`${y}_scale`, [MODEL_WIDTH], 1);
  const shift = weights.normal(`${y}_shift`, [MODEL_WIDTH], 0.1);
  return node('LayerNormalization', [x, scale, shift], [y], { axis: -1n, epsilon: 1e-5 });
}

/** x · w + b */
function dense(weights: Weights, x: string, y: string, inputs: number, outputs: number): Nodes {
  const [w, b] = [
    weights.normal(`${y}_w`, [inputs, outputs], 1 / Math.sqrt(inputs)),
    weights.normal(`${y}_b`, [outputs], 0.1),
  ];
  return [matMul(x, w, `${y}_product`), node('Add', [`${y}_product`, b], [y])];
}

/** Self-attention, then two dense layers with GELU between, each added to its input. */
function layer(weights: Weights, x: string, y: string): Nodes {
  const of = (name: string): string => `${y}_${name}`;
  const inner = 2 * MODEL_WIDTH;
  return [
    norm(weights, x, of('normed')),
    ...['q', 'k', 'v'].flatMap((name) => [
      ...dense(weights, of('normed'), of(name), MODEL_WIDTH, MODEL_WIDTH),
      ...split(of(name), of(`${name}_heads`)),
    ]),
    node('Transpose', [of('k_heads')], [of('k_turned')], { perm: [0n, 1n, 3n, 2n] }),
    matMul(of('q_heads'), of('k_turned'), of('scores')),
    node('Mul', [of('scores'), 'scale'], [of('scaled')]),
    node('Add', [of('scaled'), 'penalty'], [of('masked')]),
    node('Softmax', [of('masked')], [of('shares')], { axis: -1n }),
    matMul(of('shares'), of('v_heads'), of('mixed')),
    node('Transpose', [of('mixed')], [of('mixed_4d')], { perm: [0n, 2n, 1n, 3n] }),
    node('Reshape', [of('mixed_4d'), 'joined_shape'], [of('joined')]),
    ...dense(weights, of('joined'), of('attended'), MODEL_WIDTH, MODEL_WIDTH),
    node('Add', [x, of('attended')], [of('middle')]),
    norm(weights, of('middle'), of('normed_again')),
    ...dense(weights, of('normed_again'), of('wide'), MODEL_WIDTH, inner),
    // GELU as exporters write it before opset 20: x · (1 + erf(x / √2)) / 2.
    node('Div', [of('wide'), 'root'], [of('divided')]),
    node('Erf', [of('divided')], [of('erf')]),
    node('Add', [of('erf'), 'unit'], [of('risen')]),
    node('Mul', [of('wide'), of('risen')], [of('gated')]),
    node('Mul', [of('gated'), 'half'], [of('gelu')]),
    ...dense(weights, of('gelu'), of('narrow'), inner, MODEL_WIDTH),
    node('Add', [of('middle'), of('narrow')], [y]),
  ];
}

/** tokens and mask [batch, length] ─► tables of tokens and positions ─► two layers ─► every row, and the first one pooled. */
export function encoderModel(): Uint8Array {
  const weights = new Weights(32);
  weights.normal('table', [VOCABULARY, MODEL_WIDTH], 1);
  weights.normal('positions', [64, MODEL_WIDTH], 0.5);
  weights.ints('heads', HEADS);
  weights.ints('head_width', MODEL_WIDTH / HEADS);
  weights.ints('width', MODEL_WIDTH);
  weights.ints('first', 0);
  weights.ints('second', 1);
  weights.ints('between', 1, 2);
  for (const [name, each] of [
    ['scale', 1 / Math.sqrt(MODEL_WIDTH / HEADS)],
    ['root', Math.SQRT2],
    ['unit', 1],
    ['half', 0.5],
    ['lowest', -10000],
  ] as const) {
    weights.number(name, each);
  }
  const shapes: Nodes = [
    node('Shape', ['tokens'], ['shape']),
    gather('shape', 'first', 'batch'),
    gather('shape', 'second', 'length'),
    node('Concat', ['batch', 'length', 'width'], ['joined_shape'], { axis: 0n }),
    node('Cast', ['mask'], ['kept'], { to: 1n }),
    node('Sub', ['unit', 'kept'], ['dropped']),
    node('Mul', ['dropped', 'lowest'], ['penalties']),
    node('Unsqueeze', ['penalties', 'between'], ['penalty']),
  ];
  return model({
    opset: 17,
    nodes: [
      ...shapes,
      gather('table', 'tokens', 'rows'),
      node('Slice', ['positions', 'first', 'length', 'first'], ['places']),
      node('Add', ['rows', 'places'], ['start']),
      ...layer(weights, 'start', 'layer1'),
      ...layer(weights, 'layer1', 'layer2'),
      norm(weights, 'layer2', 'hidden'),
      node('Slice', ['hidden', 'first', 'second', 'second'], ['one_row']),
      node('Squeeze', ['one_row', 'second'], ['row']),
      ...dense(weights, 'row', 'pool', MODEL_WIDTH, MODEL_WIDTH),
      node('Tanh', ['pool'], ['pooled']),
    ],
    initializers: weights.list,
    inputs: [value('tokens', ['batch', 'length'], 'int64'), value('mask', ['batch', 'length'], 'int64')],
    outputs: [value('hidden', ['batch', 'length', MODEL_WIDTH]), value('pooled', ['batch', MODEL_WIDTH])],
  });
}

const STATE = 8;

/** The body of the loop: the state goes through a weight of the graph around; an If inside bends it by its energy, with
 *  values of both graphs around; the loop ends when the energies add up to a limit. */
function loopBody(): ReturnType<typeof graph> {
  const then = graph({
    name: 'damp',
    nodes: [
      node('Mul', ['tanh', 'half'], ['halved']),
      node('Mul', ['x', 'tenth'], ['share']),
      node('Add', ['halved', 'share'], ['damped']),
    ],
    outputs: [value('damped', ['n', STATE])],
  });
  const otherwise = graph({
    name: 'lift',
    nodes: [node('Cast', ['i'], ['index'], { to: 1n }), node('Add', ['tanh', 'index'], ['lifted'])],
    outputs: [value('lifted', ['n', STATE])],
  });
  return graph({
    name: 'body',
    nodes: [
      matMul('state', 'w', 'turned'),
      node('Add', ['turned', 'b'], ['shifted']),
      node('Tanh', ['shifted'], ['tanh']),
      node('Mul', ['tanh', 'tanh'], ['squares']),
      node('ReduceMean', ['squares'], ['energy'], { keepdims: 0n }),
      node('Greater', ['energy', 'threshold'], ['strong']),
      ifNode('strong', 'next', then, otherwise),
      node('Add', ['total', 'energy'], ['next_total']),
      node('Less', ['next_total', 'limit'], ['goes_on']),
      node('ReduceMean', ['next'], ['trace'], { axes: [1n], keepdims: 0n }),
    ],
    inputs: [
      value('i', [], 'int64'),
      value('was_on', [], 'bool'),
      value('state', ['n', STATE]),
      value('total', []),
    ],
    outputs: [
      value('goes_on', [], 'bool'),
      value('next', ['n', STATE]),
      value('next_total', []),
      value('trace', ['n']),
    ],
  });
}

/** x [n, 8], steps ─► a Loop that ends by itself or after `steps` ─► an If whose branches give different shapes: the
 *  rows with a positive sum, or all of them ─► log-probabilities; and a trace of every turn. */
export function controlFlowModel(): Uint8Array {
  const weights = new Weights(33);
  weights.normal('w', [STATE, STATE], 0.6);
  weights.normal('b', [STATE], 0.3);
  weights.normal('out', [STATE, 4], 0.8);
  weights.normal('out_bias', [4], 0.5);
  weights.ints('rows', 1);
  weights.ints('zeroth', 0);
  for (const [name, each] of [
    ['half', 0.5],
    ['tenth', 0.1],
    ['threshold', 0.3],
    ['limit', 2.2],
    ['zero', 0],
  ] as const) {
    weights.number(name, each);
  }
  const some = graph({
    name: 'some',
    nodes: [
      node('ReduceSum', ['final', 'rows'], ['sums'], { keepdims: 0n }),
      node('Greater', ['sums', 'zero'], ['positive']),
      node('NonZero', ['positive'], ['found']),
      node('Squeeze', ['found', 'zeroth'], ['indices']),
      gather('final', 'indices', 'chosen_rows'),
    ],
    outputs: [value('chosen_rows', [null, STATE])],
  });
  const all = graph({
    name: 'all',
    nodes: [constant('factor', floats('factor', [], [3])), node('Mul', ['final', 'factor'], ['all_rows'])],
    outputs: [value('all_rows', [null, STATE])],
  });
  return model({
    opset: 13,
    nodes: [
      node('Loop', ['steps', '', 'x', 'zero'], ['final', 'total', 'traces'], { body: loopBody() }),
      node('ReduceMean', ['final'], ['mean'], { keepdims: 0n }),
      node('Greater', ['mean', 'zero'], ['is_positive']),
      ifNode('is_positive', 'chosen', some, all),
      gemm('chosen', 'out', 'out_bias', 'logits'),
      node('LogSoftmax', ['logits'], ['log_probabilities'], { axis: -1n }),
    ],
    initializers: weights.list,
    inputs: [value('x', ['n', STATE]), value('steps', [], 'int64')],
    outputs: [
      value('log_probabilities', [null, 4]),
      value('traces', [null, 'n']),
      value('final', ['n', STATE]),
    ],
  });
}
