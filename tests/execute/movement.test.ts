// Movers beyond one step: long copies and gathers are cut, and give what they give in one piece. Tensors in attributes are
// read in whatever form the file has them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  copySteps,
  planCopy,
  STEP_ELEMENTS,
  scratchOf,
  stridesOf,
} from '../../ts-host/execute/movement/copy.js';
import { NodeContext } from '../../ts-host/execute/node.js';
import type { PlannedOperator, Step } from '../../ts-host/execute/operator.js';
import { findOperator } from '../../ts-host/execute/operators/index.js';
import { bytesOf, type TensorType } from '../../ts-host/execute/value.js';
import { TensorProtoSchema } from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import { executionEngine } from '../support/engine.js';
import { int64s, node, value } from '../support/onnxBuilder.js';
import { executorOf, i64, run } from './support.js';

const engine = await executionEngine();
const { heap } = engine;

/** Plans a node over uint8 and int32 tensors that are fed, runs it, and returns output 0 with the number of steps. */
function runNode(
  opType: string,
  attributes: Readonly<Record<string, number>>,
  feeds: (Uint8Array | Int32Array)[],
  dims: number[][],
) {
  const types = feeds.map(
    (data, i): TensorType => ({ dtype: data instanceof Uint8Array ? 'uint8' : 'int32', dims: dims[i]! }),
  );
  const made = new Map(
    Object.entries(attributes).map(([name, each]) => [name, { kind: 'int' as const, value: BigInt(each) }]),
  );
  const inputs = feeds.map((_, i) => `x${i}`);
  const model = { name: '', opType, domain: '', inputs, outputs: ['y'], attributes: made };
  const context = new NodeContext(
    model,
    'node',
    17,
    engine,
    types.map((type) => ({ ...type, constant: false })),
  );
  const plan = (findOperator('', opType) as PlannedOperator).plan(context);
  const at = feeds.map((data) => heap.copyIn(data));
  const output = heap.alloc(bytesOf(plan.outputs[0]!));
  const scratch = heap.alloc(plan.scratch ?? 0);
  try {
    const steps = [
      plan.bind!({ input: (i) => at[i]!, output: () => output, scratch, pack: () => 0 }),
    ].flat() as Step[];
    for (const step of steps) step();
    return { steps: steps.length, out: heap.copyOut(output, bytesOf(plan.outputs[0]!)) };
  } finally {
    for (const address of [...at, output, scratch]) heap.free(address);
  }
}

/** Bytes that repeat with a period no power of two divides. */
const noise = (count: number): Uint8Array =>
  new Uint8Array(count).map((_, i) => (i * 7 + (i >> 8) * 13) % 251);

describe('long movers', () => {
  it('copies of any order, cut along one dim or two -> the same as in one piece', () => {
    for (const dims of [
      [3, STEP_ELEMENTS / 2],
      [1, STEP_ELEMENTS + 5, 2],
      [2, 3, STEP_ELEMENTS / 4 + 1],
    ]) {
      const count = dims.reduce((a, b) => a * b, 1);
      const x = noise(count);
      const turned = [...dims].reverse();
      const strides = stridesOf(dims).reverse();
      const copy = planCopy(1, turned, strides, stridesOf(turned))!;
      const [source, target, scratch] = [heap.copyIn(x), heap.alloc(count), heap.alloc(scratchOf([copy]))];
      const steps = copySteps(engine, scratch, [{ copy, source, target }]);
      for (const step of steps) step();
      const out = heap.copyOut(target, count);
      for (const address of [source, target, scratch]) heap.free(address);
      assert.ok(steps.length > 1 && steps.length <= 4, `${steps.length} steps`);
      const order = stridesOf(turned);
      let wrong = 0;
      for (let i = 0; i < count; i++) {
        let from = 0;
        for (let d = 0; d < turned.length; d++)
          from += (Math.floor(i / order[d]!) % turned[d]!) * strides[d]!;
        if (out[i] !== x[from]) wrong++;
      }
      assert.equal(wrong, 0, `[${dims}]`);
    }
  });

  it('short copies -> one step', () => {
    const copy = planCopy(4, [10], [1], [1])!;
    const jobs = [copy, copy, copy].map((each) => ({ copy: each, source: 0, target: 0 }));
    assert.equal(copySteps(engine, 0, jobs).length, 1);
  });

  it('Gather, some rows a step or a row in several -> the picked runs', () => {
    for (const [outer, inner] of [
      [3, STEP_ELEMENTS / 4],
      [1, STEP_ELEMENTS / 2 + 3],
      [2, STEP_ELEMENTS / 2 + 3],
    ] as const) {
      const x = noise(outer * 2 * inner);
      const picks = Int32Array.of(1, -2, 1);
      const { out, steps } = runNode('Gather', { axis: 1 }, [x, picks], [[outer, 2, inner], [3]]);
      assert.ok(steps > 1, `${steps} steps`);
      for (let o = 0; o < outer; o++) {
        for (const [i, pick] of [1, 0, 1].entries()) {
          const expected = x.subarray((o * 2 + pick) * inner, (o * 2 + pick + 1) * inner);
          const actual = out.subarray((o * 3 + i) * inner, (o * 3 + i + 1) * inner);
          assert.equal(Buffer.compare(actual, expected), 0, `row ${o}, index ${i}`);
        }
      }
    }
  });

  it('GatherND, batches cut and tuples cut -> the picked slices', () => {
    for (const [batches, slice] of [
      [3, STEP_ELEMENTS / 4],
      [2, STEP_ELEMENTS / 2 + 3],
    ] as const) {
      const x = noise(batches * 2 * slice);
      const picks = Int32Array.from({ length: batches * 3 }, (_, i) => (i % 2) - 1);
      const { out, steps } = runNode(
        'GatherND',
        { batch_dims: 1 },
        [x, picks],
        [
          [batches, 2, slice],
          [batches, 3, 1],
        ],
      );
      assert.ok(steps > 1, `${steps} steps`);
      for (const [i, pick] of picks.entries()) {
        const from = (Math.floor(i / 3) * 2 + ((pick + 2) % 2)) * slice;
        const actual = out.subarray(i * slice, (i + 1) * slice);
        assert.equal(Buffer.compare(actual, x.subarray(from, from + slice)), 0, `tuple ${i}`);
      }
    }
  });

  it('ScatterElements over more than a step -> every update', () => {
    const [rows, cols] = [3, STEP_ELEMENTS / 2];
    const x = new Uint8Array(rows * cols);
    const picks = new Int32Array(rows * cols).map((_, i) => (i + 1) % rows);
    const { out, steps } = runNode(
      'ScatterElements',
      { axis: 0 },
      [x, picks, noise(rows * cols)],
      [
        [rows, cols],
        [rows, cols],
        [rows, cols],
      ],
    );
    const expected = x.slice();
    noise(rows * cols).forEach((byte, i) => {
      expected[picks[i]! * cols + (i % cols)] = byte;
    });
    assert.ok(steps > 2, `${steps} steps`);
    assert.equal(Buffer.compare(out, expected), 0);
  });
});

describe('constants', () => {
  it('a constant under a shape that only the run tells -> its elements, run after run', async () => {
    const executor = await executorOf(
      {
        opset: 13,
        nodes: [
          node('Reshape', ['c', 'shape'], ['r']),
          node('Add', ['r', 'r'], ['y']),
          node('Expand', ['c', 'wide'], ['e']),
          node('Transpose', ['r'], ['t']),
        ],
        initializers: [int64s('c', [6], [1, 2, 3, 4, 5, 6])],
        inputs: [value('shape', [2], 'int64'), value('wide', [1], 'int64')],
        outputs: [value('y'), value('e'), value('r'), value('t')],
      },
      engine,
    );
    for (const dims of [
      [2, 3],
      [6, 1],
      [2, 3],
    ]) {
      const { y, e, r, t } = await run(executor, { shape: i64(...dims), wide: i64(6) });
      assert.deepEqual(r, { dtype: 'int64', dims, data: BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n) });
      assert.deepEqual(y!.data, BigInt64Array.of(2n, 4n, 6n, 8n, 10n, 12n));
      assert.deepEqual(e, { ...r!, dims: [6] });
      assert.deepEqual(t!.dims, [...dims].reverse());
    }
  });
});

describe('tensors in attributes', () => {
  it('ConstantOfShape whose value is a varint -> decoded when it is needed', async () => {
    const fill = create(TensorProtoSchema, { dataType: 7, dims: [1n], int64Data: [-5n] });
    const executor = await executorOf(
      {
        opset: 13,
        nodes: [node('ConstantOfShape', ['shape'], ['y'], { value: fill })],
        inputs: [value('shape', [2], 'int64')],
        outputs: [value('y')],
      },
      engine,
    );
    const { y } = await run(executor, { shape: i64(1, 3) });
    assert.deepEqual(y, { dtype: 'int64', dims: [1, 3], data: BigInt64Array.of(-5n, -5n, -5n) });
  });
});
