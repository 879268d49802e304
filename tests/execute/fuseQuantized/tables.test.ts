import { describe } from 'node:test';
import { type Case, POSITIVE, S, single, testCases, X, Y } from './support.js';

const CASES: readonly Case[] = [
  {
    title: 'Sigmoid',
    build: single('Sigmoid', { y: POSITIVE }),
    runs: 'QuantizeLinear CodeLookup',
    exact: true,
  },
  {
    title: 'LeakyRelu',
    build: single('LeakyRelu', { attributes: { alpha: 0.2 } }),
    runs: 'QuantizeLinear CodeLookup',
    exact: true,
  },
  {
    title: 'x · sigmoid(x), from u8 to s8',
    build: (b) => {
      const x = b.both('x', X);
      return b.quantize(b.add('Mul', [x, b.add('Sigmoid', [x])]), S);
    },
    dtype: 'int8',
    runs: 'QuantizeLinear CodeLookup',
    exact: true,
  },
  {
    title: 'a hard swish of four nodes, constants behind DequantizeLinear',
    build: (b) => {
      const x = b.both('x', X);
      const constant = (code: number): string => b.weight({ dtype: 'int8', scale: 1 }, [1], [code]);
      const clipped = b.add('Clip', [b.add('Add', [x, constant(3)]), b.floats([], [0]), b.floats([], [6])]);
      return b.quantize(b.add('Div', [b.add('Mul', [x, clipped]), constant(6)]), Y);
    },
    runs: 'QuantizeLinear CodeLookup',
    exact: true,
  },
  {
    title: 'tables, one after the other',
    build: (b) => b.quantize(b.add('Tanh', [b.both(b.add('Abs', [b.both('x', X)]), POSITIVE)]), Y),
    runs: 'QuantizeLinear CodeLookup',
    exact: true,
  },
];

describe('fuseQuantized: tables', () => {
  testCases(CASES);
});
