// octavo.CodeTable equals DequantizeLinear, the operator and QuantizeLinear, on every code.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OctavoError } from '../../ts-host/errors.js';
import { executorOf, run } from '../execute/support.js';
import { executionEngine, referenceExecutionEngine } from '../support/engine.js';
import { floats, node, tensor, value } from '../support/onnxBuilder.js';

type Attributes = NonNullable<Parameters<typeof node>[3]>;

const ENGINES = [await executionEngine(), await referenceExecutionEngine()];

interface Kind {
  readonly opType: string;
  readonly attributes?: Attributes;
  /** Names of further inputs. */
  readonly inputs?: readonly string[];
  /** Attributes of CodeTable that are not those of the operator. */
  readonly own?: Attributes;
  readonly domain?: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  identity: { opType: 'Identity' },
  relu: { opType: 'Relu' },
  clip: { opType: 'Clip', inputs: ['low', 'high'], own: { min: -0.5, max: 1.25 } },
  sigmoid: { opType: 'Sigmoid' },
  hard_sigmoid: { opType: 'HardSigmoid', attributes: { alpha: 0.25, beta: 0.4 } },
  hard_swish: { opType: 'HardSwish' },
  swish: { opType: 'QuickGelu', domain: 'com.microsoft', attributes: { alpha: 1.5 } },
  tanh: { opType: 'Tanh' },
  gelu: { opType: 'Gelu' },
  gelu_tanh: { opType: 'Gelu', attributes: { approximate: 'tanh' }, own: {} },
  leaky_relu: { opType: 'LeakyRelu', attributes: { alpha: 0.2 } },
  elu: { opType: 'Elu', attributes: { alpha: 0.7 } },
  softplus: { opType: 'Softplus' },
  mish: { opType: 'Mish' },
  erf: { opType: 'Erf' },
  exp: { opType: 'Exp' },
  sqrt: { opType: 'Sqrt' },
  neg: { opType: 'Neg' },
  abs: { opType: 'Abs' },
};

const TYPES = [
  ['uint8', 'uint8'],
  ['int8', 'int8'],
  ['uint8', 'int8'],
] as const;
const all = Uint8Array.from({ length: 256 }, (_, i) => i);

function modelOf(kind: string, from: 'uint8' | 'int8', to: 'uint8' | 'int8', range: Attributes = {}) {
  const { opType, attributes = {}, inputs = [], own = attributes, domain = '' } = KINDS[kind]!;
  return {
    opset: 20,
    domains: { octavo: 1, 'com.microsoft': 1 },
    inputs: [value('x', [256], from)],
    outputs: [value('y', [256], to), value('f', [256]), value('q', [256], to)],
    initializers: [
      floats('sx', [], [0.03]),
      tensor('zx', from, [], Uint8Array.of(100)),
      floats('sy', [], [0.02]),
      tensor('zy', to, [], Uint8Array.of(40)),
      floats('low', [], [-0.5]),
      floats('high', [], [1.25]),
    ],
    nodes: [
      node(
        'CodeTable',
        ['x', 'sx', 'zx', 'sy', 'zy'],
        ['y'],
        { kind: kind, ...own, ...range },
        { domain: 'octavo' },
      ),
      node('DequantizeLinear', ['x', 'sx', 'zx'], ['d']),
      node(opType, ['d', ...inputs], ['f'], attributes, { domain }),
      node('QuantizeLinear', ['f', 'sy', 'zy'], ['q']),
    ],
  };
}

async function results(kind: string, types: (typeof TYPES)[number], range: Attributes = {}) {
  const [from, to] = types;
  const data = from === 'int8' ? new Int8Array(all.buffer) : all;
  return Promise.all(
    ENGINES.map(async (engine) => {
      const executor = await executorOf(modelOf(kind, from, to, range), engine);
      try {
        return await run(executor, { x: { dtype: from, dims: [256], data } });
      } finally {
        executor.dispose();
      }
    }),
  );
}

describe('CodeTable', () => {
  for (const kind of Object.keys(KINDS)) {
    it(`${kind} -> the codes of the float operator, every code and type`, async () => {
      for (const types of TYPES) {
        for (const { y, q } of await results(kind, types)) assert.deepEqual(y, q, `${types}`);
      }
    });
  }

  it('code_min and code_max -> codes cut to them', async () => {
    const range = { code_min: -3n, code_max: 90n };
    for (const { y, q } of await results('tanh', ['int8', 'int8'], range)) {
      const expected = (q!.data as Int8Array).map((code) => Math.max(-3, Math.min(90, code)));
      assert.deepEqual(y!.data, expected);
    }
  });

  it('an unknown kind -> UNSUPPORTED_OP', async () => {
    await assert.rejects(
      results('relu', ['uint8', 'uint8'], { kind: 'toString' }),
      (error) => error instanceof OctavoError && error.code === 'UNSUPPORTED_OP',
    );
  });
});
