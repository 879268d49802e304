// The bytes of packed weights: files keep them, so that a kernel that packs otherwise needs another version of packed files.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { createExecutionEngine } from '../../ts-host/wasm/execution.js';
import { checksum } from '../../ts-host/wasm/kernels/execute/checksum.js';
import { engineModules } from '../support/engine.js';
import { conv, floats, gemm, type ModelInput, node, value } from '../support/onnxBuilder.js';
import { QdqBuilder } from '../support/qdqBuilder.js';
import { Rng } from '../support/rng.js';
import { executorOf, f32 } from './support.js';

const IMAGE = [1, 3, 12, 12];

const X = { dtype: 'uint8', scale: 0.03, zeroPoint: 120 } as const;
const W = { dtype: 'int8', scale: 0.02 } as const;
const rng = new Rng(3);
const codes = (count: number): number[] => Array.from(rng.bytes(count), (byte) => byte - 128);
const numbers = (count: number): number[] => Array.from({ length: count }, () => rng.float() - 0.5);

/** Convolutions, one of them depthwise, and a product, of codes. */
function codedNet(): ModelInput {
  const b = new QdqBuilder();
  const first = b.add('Conv', [b.both('x', X), b.weight(W, [8, 3, 3, 3], codes(216))]);
  const next = b.add('Conv', [b.both(first, X), b.weight(W, [8, 1, 3, 3], codes(72))], { group: 8n });
  const flat = b.add('Flatten', [b.both(next, X)]);
  const y = b.add('MatMul', [flat, b.weight(W, [512, 5], codes(2560))]);
  return b.finish({ x: IMAGE }, b.quantize(y, X), 13, 'uint8');
}

/** The same in float. */
function floatNet(): ModelInput {
  return {
    nodes: [
      conv('x', 'w1', undefined, 'c'),
      conv('c', 'w2', undefined, 'd', { group: 8n }),
      node('Flatten', ['d'], ['f']),
      gemm('f', 'w3', undefined, 'y'),
    ],
    initializers: [
      floats('w1', [8, 3, 3, 3], numbers(216)),
      floats('w2', [8, 1, 3, 3], numbers(72)),
      floats('w3', [512, 5], numbers(2560)),
    ],
    inputs: [value('x', IMAGE)],
    outputs: [value('y', [1, 5])],
  };
}

/** What strict kernels pack of a net: key and checksum. */
async function packsOf(net: ModelInput): Promise<string[]> {
  const engine = await createExecutionEngine({ ...(await engineModules()), executeRelaxed: undefined });
  const executor = await executorOf(net, engine, { integers: 'fused' });
  await executor.describe(new Map([['x', f32(IMAGE, [])]]), new RunContext());
  const packs = [...executor.packs()].map(([name, { address, byteLength }]) => {
    const [, , key] = JSON.parse(name) as string[];
    return `${key}: ${checksum(engine.kernels, address, byteLength)}`;
  });
  executor.dispose();
  return packs;
}

const CODES = [
  'product 27 9 1 true 0 1 8 3 9 x1 forms 0 zero 0: 2978108788',
  'depthwise codes int8 8x1x3x3 - 0: 2972111452',
  'product 1 5 0 true 0 1 5 512 1 x1 forms 4 zero 0: 3229521560',
];
const FLOATS = [
  'conv 1 8 3 : 962864946',
  'depthwise 8 1 1 : 3647792091',
  'gemm 512x5 by 5,1 at 1*0: 1977819717',
];

describe('packed weights', () => {
  for (const [title, net, expected] of [
    ['a net of codes', codedNet(), CODES],
    ['a float net', floatNet(), FLOATS],
  ] as const) {
    it(`${title} -> the bytes written down here; if they change, raise VERSION in execute/packed/format.ts`, async () => {
      assert.deepEqual(await packsOf(net), expected);
    });
  }
});
