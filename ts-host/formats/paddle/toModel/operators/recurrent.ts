// Recurrent layers: LSTM, GRU and the plain cell, several layers, one direction or both.
//
//   Paddle's WeightList: for each layer and direction W and R, and behind all of them for each B of input and B of state.
//   Gates of a matrix stand one under the other; their order differs:
//     LSTM   Paddle i f c o   ONNX i o f c        GRU   Paddle r z c   ONNX z r h
//
// A gate is a range of bytes, so weights in ONNX's order are the same files read in another order.

import { intAttribute, intsAttribute } from '../../../../ir/attributes.js';
import type { Attribute } from '../../../../ir/model.js';
import type { Tensor } from '../../../../ir/tensor.js';
import { joinedData, rangeOf } from '../joinedData.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { reshaped } from '../values.js';

interface Cell {
  readonly opType: 'LSTM' | 'GRU' | 'RNN';
  /** Gate of Paddle's for each of ONNX's. */
  readonly gates: readonly number[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Every direction has an activation of its own in the list. */
function plainCell(activation: string): (directions: number) => Cell {
  return (directions) => ({
    opType: 'RNN',
    gates: [0],
    attributes: { activations: { kind: 'strings', value: Array(directions).fill(text(activation)) } },
  });
}

const CELLS: Readonly<Record<string, (directions: number) => Cell>> = {
  LSTM: () => ({ opType: 'LSTM', gates: [0, 3, 1, 2], attributes: {} }),
  // The candidate's bias of state is inside what the reset gate multiplies.
  GRU: () => ({ opType: 'GRU', gates: [1, 0, 2], attributes: { linear_before_reset: intAttribute(1) } }),
  RNN_TANH: plainCell('Tanh'),
  RNN_RELU: plainCell('Relu'),
};

interface Layers {
  readonly cell: Cell;
  readonly layers: number;
  readonly directions: number;
  readonly hidden: number;
  readonly weights: readonly Tensor[];
}

function layersOf(op: OpScope): Layers {
  const { attributes } = op;
  const mode = attributes.string('mode');
  const directions = attributes.bool('is_bidirec', false) ? 2 : 1;
  const layers = attributes.int('num_layers', 1);
  const cell = CELLS[mode]?.(directions);
  if (cell === undefined) throw op.unsupported(`the mode ${mode}`);
  const weights = (op.op.inputs.get('WeightList') ?? []).map((name) => {
    const tensor = op.graph.parameter(name);
    if (tensor === undefined) throw op.unsupported(`weights that are computed (${name})`);
    return tensor;
  });
  if (weights.length !== 4 * layers * directions) {
    throw op.fail('MALFORMED', `${weights.length} weights for ${layers} layers in ${directions} directions`);
  }
  return { cell, layers, directions, hidden: attributes.int('hidden_size'), weights };
}

/** The gates of one tensor in ONNX's order. */
function gatesOf({ data }: Tensor, gates: readonly number[]) {
  const bytes = data.byteLength / gates.length;
  return gates.map((gate) => rangeOf(data, gate * bytes, bytes));
}

/** W, R and B of a layer: [directions, gates · hidden, inputs], the same with hidden, and [directions, 2 · gates · hidden]. */
function layerWeights(
  op: OpScope,
  { cell, layers, directions, weights }: Layers,
  layer: number,
): readonly string[] {
  const { gates } = cell;
  const at = 2 * layer * directions;
  const biasesAt = 2 * layers * directions + at;
  const every = (start: number, step: number, count: number) =>
    Array.from({ length: count }, (_, i) => weights[start + i * step]!);
  const [w, r] = [every(at, 2, directions), every(at + 1, 2, directions)];
  const biases = every(biasesAt, 1, 2 * directions);
  const stacked = (name: string, tensors: readonly Tensor[], dims: readonly number[]) => {
    const data = joinedData(tensors.flatMap((tensor) => gatesOf(tensor, gates)));
    return op.initializer(`${name}${layer}`, { dtype: tensors[0]!.dtype, dims, data });
  };
  return [
    stacked('W', w, [directions, ...w[0]!.dims]),
    stacked('R', r, [directions, ...r[0]!.dims]),
    stacked('B', biases, [directions, 2 * biases[0]!.dims[0]!]),
  ];
}

/** States of all layers and directions, a layer's part. */
function layerState(op: OpScope, state: string, { layers, directions }: Layers, layer: number): string {
  if (layers === 1) return state;
  const [from, to] = [layer * directions, (layer + 1) * directions];
  return op.emit('Slice', [state, op.ints([from]), op.ints([to]), op.ints([0])]);
}

/** Input [time, batch, features] → Out [time, batch, directions · hidden], State [layers · directions, batch, hidden]. */
function recurrent(op: OpScope): void {
  const shape = layersOf(op);
  const { cell, layers, directions, hidden } = shape;
  const attributes = {
    ...cell.attributes,
    hidden_size: intAttribute(hidden),
    direction: { kind: 'string', value: text(directions === 2 ? 'bidirectional' : 'forward') } as const,
  };
  const states = op.inputs('PreState');
  const lengths = op.optional('SequenceLength');
  const last: string[][] = states.map(() => []);
  let x = op.input('Input');
  for (let layer = 0; layer < layers; layer++) {
    const initial = states.map((state) => layerState(op, state, shape, layer));
    const [y, ...after] = ['Y', ...states.map((_, i) => `state${i}`)].map((each) =>
      op.value(`${each}${layer}`),
    );
    const inputs = [x, ...layerWeights(op, shape, layer), lengths, ...initial];
    op.emitMany(cell.opType, inputs, [y!, ...after], attributes);
    for (const [i, state] of after.entries()) last[i]!.push(state);
    const turned = op.emit('Transpose', [y], { perm: intsAttribute([0, 2, 1, 3]) });
    x = reshaped(op, turned, [0, 0, -1], layer === layers - 1 ? op.output('Out') : undefined);
  }
  if (!op.isRead('State')) return;
  for (const [i, output] of op.outputs('State').entries()) {
    op.emit('Concat', last[i]!, { axis: intAttribute(0) }, output);
  }
}

export const RECURRENTS: readonly OperatorConverter[] = [converter('rnn', recurrent)];
