"""rnn: LSTM, GRU and both plain cells, one and two directions, layers, with and without lengths."""

import numpy as np

from .values import grid

STEPS, BATCH, INPUT, HIDDEN = 5, 2, 3, 4
GATES = {'LSTM': 4, 'GRU': 3, 'RNN_TANH': 1, 'RNN_RELU': 1}


def rnn(mode, layers, both, lengths=False):
    directions, gates = 2 if both else 1, GATES[mode]
    name = f"{mode.lower()}-{layers}{'-both' if both else ''}{'-lengths' if lengths else ''}"
    weights, biases = [], []
    for layer in range(layers):
        for direction in range(directions):
            width = INPUT if layer == 0 else HIDDEN * directions
            key = f'{name}{layer}{direction}'
            weights += [grid(key + 'i', gates * HIDDEN, width, step=128), grid(key + 'h', gates * HIDDEN, HIDDEN, step=128)]
            biases += [grid(key + 'bi', gates * HIDDEN, step=128), grid(key + 'bh', gates * HIDDEN, step=128)]
    states = [grid(f'{name}s{i}', layers * directions, BATCH, HIDDEN) for i in range(2 if mode == 'LSTM' else 1)]
    feeds = {'Input': grid(name, STEPS, BATCH, INPUT), 'PreState': states}
    if lengths:
        feeds['SequenceLength'] = np.array([5, 3], np.int32)
    return {
        'name': f'rnn/{name}', 'type': 'rnn', 'feeds': feeds, 'params': {'WeightList': weights + biases},
        'outs': ['Out', f'State*{len(states)}', '-Reserve', '-DropoutState'],
        'attrs': {
            'mode': mode, 'num_layers': layers, 'is_bidirec': both, 'input_size': INPUT, 'hidden_size': HIDDEN,
            'dropout_prob': 0.0, 'is_test': True, 'seed': 0,
        },
    }  # fmt: skip


def cases():
    for mode in GATES:
        yield rnn(mode, 1, False)
        yield rnn(mode, 1, True)
    yield rnn('LSTM', 2, True)
    yield rnn('GRU', 2, False)
    yield rnn('LSTM', 1, True, lengths=True)
    yield rnn('GRU', 1, False, lengths=True)
