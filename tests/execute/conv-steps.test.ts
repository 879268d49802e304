// Long convolutions are cut into steps, so that a run can be aborted between them; weights that are no constant are packed
// in a step of their own.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NodeContext } from '../../ts-host/execute/node.js';
import type { Addresses, PlannedOperator } from '../../ts-host/execute/operator.js';
import { findOperator } from '../../ts-host/execute/operators/index.js';
import { executionEngine } from '../support/engine.js';

const engine = await executionEngine();
const NOWHERE: Addresses = { input: () => 0, output: () => 0, scratch: 0, pack: () => 0 };

interface Planned {
  readonly multiplyAdds: number;
  readonly steps: number;
  readonly packs: number;
}

function plan(opType: string, x: number[], weights: number[], constant: boolean, group = 1): Planned {
  const attributes = new Map([['group', { kind: 'int' as const, value: BigInt(group) }]]);
  const node = { name: 'n', opType, domain: 'octavo.nhwc', inputs: ['x', 'w'], outputs: ['y'], attributes };
  const context = new NodeContext(node, 'n', 17, engine, [
    { dtype: 'float32', dims: x, constant: false },
    { dtype: 'float32', dims: weights, constant },
  ]);
  const operator = findOperator('octavo.nhwc', opType) as PlannedOperator;
  const { multiplyAdds = 0, packs = [], bind } = operator.plan(context);
  const steps = bind!(NOWHERE);
  return { multiplyAdds, steps: typeof steps === 'function' ? 1 : steps.length, packs: packs.length };
}

describe('steps of convolutions', () => {
  const cases: [string, string, number[], number[], number][] = [
    ['large Conv', 'Conv', [1, 226, 226, 64], [64, 64, 3, 3], 1],
    ['large depthwise Conv', 'Conv', [8, 226, 226, 64], [64, 1, 3, 3], 64],
    ['large ConvTranspose', 'ConvTranspose', [1, 112, 112, 64], [64, 64, 4, 4], 1],
  ];
  for (const [name, opType, x, weights, group] of cases) {
    it(`${name} -> steps of at most 50 million multiply-adds`, () => {
      const { multiplyAdds, steps, packs } = plan(opType, x, weights, true, group);
      assert.ok(multiplyAdds > 100e6, `${multiplyAdds}`);
      assert.ok(steps >= multiplyAdds / 50e6, `${steps} steps for ${multiplyAdds}`);
      assert.ok(steps <= 2 * Math.ceil(multiplyAdds / 50e6), `${steps} steps for ${multiplyAdds}`);
      assert.equal(packs, 1);
    });
  }

  it('multiply-adds -> outputs times channels times kernel positions', () => {
    assert.equal(plan('Conv', [2, 5, 6, 3], [7, 3, 2, 3], true).multiplyAdds, 2 * 4 * 4 * 7 * 3 * 6);
    assert.equal(plan('ConvTranspose', [2, 5, 6, 3], [3, 7, 2, 3], true).multiplyAdds, 2 * 30 * 3 * 7 * 6);
  });

  it('weights that are no constant -> packed in the first step, no pack', () => {
    assert.deepEqual(plan('Conv', [1, 4, 4, 2], [3, 2, 1, 1], false), {
      multiplyAdds: 96,
      steps: 2,
      packs: 0,
    });
  });
});
