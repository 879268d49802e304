// Graphs of QuantizeLinear, operators and DequantizeLinear, and what the integer mode makes of them: which operators run, and what
// comes out against nodes run one by one.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RunContext } from '../../../ts-host/context.js';
import type { NodeDecision } from '../../../ts-host/execute/rewrite/fuseQuantized/decisions.js';
import type { DType } from '../../../ts-host/ir/dtype.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';
import type { ModelInput } from '../../support/onnxBuilder.js';
import { type CodeDType, QdqBuilder, type Quant } from '../../support/qdqBuilder.js';
import { Rng } from '../../support/rng.js';
import { executorOf, f32, run } from '../support.js';

export const [engine, reference] = [await executionEngine(), await referenceExecutionEngine()];

export const X: Quant = { dtype: 'uint8', scale: 0.03, zeroPoint: 120 };
export const S: Quant = { dtype: 'int8', scale: 0.03, zeroPoint: -3 };
export const Y: Quant = { dtype: 'uint8', scale: 0.05, zeroPoint: 131 };
export const POSITIVE: Quant = { dtype: 'uint8', scale: 0.02, zeroPoint: 0 };
export const IMAGE = [1, 4, 6, 5];

export interface Case {
  readonly title: string;
  /** Returns the name of the result: codes, unless `dtype` says otherwise. */
  readonly build: (b: QdqBuilder, rng: Rng) => string;
  readonly dims?: readonly number[];
  readonly opset?: number;
  readonly dtype?: DType;
  /** Operators that run, in order, without Transposes that the layout adds. */
  readonly runs: string;
  /** Default: at most one code, of one element in ten. */
  readonly exact?: boolean;
}

export const codesOf = (rng: Rng, count: number): number[] =>
  Array.from({ length: count }, () => rng.int(-127, 127));

/** A weight with a scale a channel, or one. */
export function weight(
  b: QdqBuilder,
  rng: Rng,
  dims: readonly number[],
  axis?: number,
  dtype: CodeDType = 'int8',
): string {
  const count = dims.reduce((p, q) => p * q, 1);
  const scale = axis === undefined ? 0.004 : Array.from({ length: dims[axis]! }, (_, i) => 0.002 + 0.001 * i);
  return b.weight({ dtype, scale, ...(axis === undefined ? {} : { axis }) }, dims, codesOf(rng, count));
}

/** A bias at the scale of the products of x with a weight of `weight`. */
export const bias = (b: QdqBuilder, rng: Rng, count: number, x: Quant): string => {
  const scale = Array.from({ length: count }, (_, i) =>
    Math.fround(Math.fround(x.scale as number) * Math.fround(0.002 + 0.001 * i)),
  );
  return b.weight(
    { dtype: 'int32', scale, axis: 0 },
    [count],
    Array.from({ length: count }, () => rng.int(-3000, 3000)),
  );
};

/** DQ(Q(x)) → opType(…, others) → Q. */
export const single =
  (
    opType: string,
    {
      x = X,
      y = Y,
      others = () => [],
      attributes = {},
    }: {
      x?: Quant;
      y?: Quant;
      others?: (b: QdqBuilder) => string[];
      attributes?: Parameters<QdqBuilder['add']>[2];
    } = {},
  ) =>
  (b: QdqBuilder): string =>
    b.quantize(b.add(opType, [b.both('x', x), ...others(b)], attributes), y);

export const typesOf = async (
  input: ModelInput,
  dims: readonly number[],
  integers: 'fused' | 'simulated',
): Promise<string> => {
  const executor = await executorOf(input, engine, { integers });
  const { nodes } = await executor.describe(new Map([['x', f32(dims, [])]]), new RunContext());
  executor.dispose();
  return nodes
    .filter(({ id }) => id !== 'layout')
    .map(({ opType }) => opType)
    .join(' ');
};

export async function outputOf(
  input: ModelInput,
  dims: readonly number[],
  integers: 'fused' | 'simulated',
  on = engine,
): Promise<ArrayLike<number>> {
  const count = dims.reduce((p, q) => p * q, 1);
  const executor = await executorOf(input, on, { integers });
  const { y } = await run(executor, { x: f32(dims, new Rng(11).normal(count)) });
  executor.dispose();
  return y!.data as Uint8Array;
}

/** A test for each case. */
export function testCases(cases: readonly Case[]): void {
  for (const { title, build, dims = IMAGE, opset, dtype = 'uint8', runs, exact } of cases) {
    it(`${title} -> ${runs}`, async () => {
      const b = new QdqBuilder();
      const input = b.finish({ x: dims }, build(b, new Rng(5)), opset, dtype);
      const ran = (await typesOf(input, dims, 'fused')).split(' ').filter((opType) => opType !== 'Identity');
      assert.equal(ran.join(' '), runs);
      const [fused, simulated] = [
        await outputOf(input, dims, 'fused'),
        await outputOf(input, dims, 'simulated'),
      ];
      assert.deepEqual(await outputOf(input, dims, 'fused', reference), fused);
      assert.ok(
        fused.length > 0 && new Set(Array.from(fused)).size > 1,
        'an output that is told apart from nothing',
      );
      const apart = Array.from(fused, (code, i) => Math.abs(code - simulated[i]!));
      if (dtype === 'float32')
        return assert.ok(Math.max(...apart) < 1e-5, `floats ${Math.max(...apart)} apart`);
      assert.ok(Math.max(...apart) <= (exact === true ? 0 : 1), `codes ${Math.max(...apart)} apart`);
      assert.ok(apart.filter((each) => each > 0).length <= apart.length / 10, 'too many codes apart');
    });
  }
}

/** The decision on the one node of `opType`. */
export async function decisionOf(
  input: ModelInput,
  opType: string,
  watched: string[] = [],
): Promise<NodeDecision> {
  const executor = await executorOf(input, engine, { integers: 'fused', watched });
  executor.dispose();
  return executor.decisions.find((each) => each.opType === opType)!;
}
