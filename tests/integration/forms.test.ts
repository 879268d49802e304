// Every form in every variant inside onnxruntime: what the quantized model computes is what the float model computes with
// the weights that a plain quantizer leaves. Where products are made in integers, the float model gets the input that
// DynamicQuantizeLinear leaves. The tolerance is that of float32 sums in another order.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, test } from 'node:test';
import { type QuantizeOptions, type QuantPlan, quantize } from '../../ts-host/index.js';
import { halfValue, nearestHalf } from '../support/float-oracle.js';
import { prepareOctavo } from '../support/octavo.js';
import { affineOracle, dequantizeOracle, quantizeOracle } from '../support/quant-oracle.js';
import { Rng } from '../support/rng.js';
import { quantizedOracle } from '../support/weight-oracle.js';
import { CONVOLUTIONS, type FormCase, fileOf, OTHERS, PRODUCTS, type Weights } from './forms.js';

const ENGINE = new URL('../consumers/node_modules/onnxruntime-node/dist/index.js', import.meta.url);
const skip = existsSync(ENGINE)
  ? false
  : 'onnxruntime-node is not installed: npm ci --prefix tests/consumers';
const TOLERANCE = 1e-5;

interface EngineTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}
type Tensors = Record<string, EngineTensor>;
interface Engine {
  readonly Tensor: new (type: string, data: ArrayBufferView, dims: readonly number[]) => EngineTensor;
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: object): Promise<{ run(feeds: Tensors): Promise<Tensors> }>;
  };
}

let engine: Engine;
before(async () => {
  await prepareOctavo();
  if (skip === false) engine = (await import(ENGINE.href)) as Engine;
});

/** Optimizations stay off: fused operators quantize activations on their own. */
async function outputsOf(bytes: Uint8Array, feeds: Tensors): Promise<Tensors> {
  const options = { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 3 };
  const session = await engine.InferenceSession.create(bytes, options);
  return session.run(feeds);
}

function weightsFor({ weights }: FormCase): Weights {
  const drawn = Object.entries(weights).map(([name, dims], i) => {
    const values = new Rng(i + 1).normal(dims.reduce((a, b) => a * b, 1));
    // Off centre, so that zero points differ; rows of different sizes, so that scales do.
    return [name, values.map((v, k) => (v + 0.3) * (1 + (k % 7) / 3))] as const;
  });
  return Object.fromEntries(drawn);
}

/** What the plan leaves of the weights. Nested weights are called by their last name. */
function restoredWeights(each: FormCase, weights: Weights, plan: QuantPlan): Weights {
  const restored: Record<string, ArrayLike<number>> = { ...weights };
  for (const tensor of plan.tensors) {
    const name = tensor.tensor.slice(tensor.tensor.lastIndexOf('/') + 1);
    const values = weights[name]!;
    restored[name] =
      tensor.dtype === 'float16'
        ? Float32Array.from(values, (v) => halfValue(nearestHalf(v)))
        : quantizedOracle(
            Float32Array.from(values),
            each.weights[name]!,
            tensor.granularity,
            tensor,
            tensor.scale === undefined ? undefined : { scale: tensor.scale, zeroPoint: tensor.zeroPoint! },
          ).restored;
  }
  return restored;
}

/** What DynamicQuantizeLinear leaves of an input. */
function requantized(values: Float32Array): Float32Array {
  const [scale, zeroPoint] = affineOracle(Math.min(...values), Math.max(...values), 0, 255);
  return values.map((v) => dequantizeOracle(quantizeOracle(v, scale, zeroPoint, 0, 255), scale, zeroPoint));
}

function feedsOf(each: FormCase, change: (values: Float32Array) => Float32Array): Tensors {
  const rng = new Rng(99);
  const { dtype = 'float32' } = each;
  const tensors = Object.entries(each.inputs).map(([name, input]): [string, EngineTensor] => {
    if (input instanceof BigInt64Array) return [name, new engine.Tensor('int64', input, each.dims![name]!)];
    const values = change(rng.normal(input.reduce((a, b) => a * b, 1)).map((v) => v + 0.2));
    const data = dtype === 'float64' ? Float64Array.from(values) : values;
    return [name, new engine.Tensor(dtype, data, input)];
  });
  return Object.fromEntries(tensors);
}

function assertClose(actual: Tensors, expected: Tensors, title: string): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, { data, dims }] of Object.entries(expected)) {
    const other = actual[name]!;
    assert.deepEqual(other.dims, dims, `${title}: dims of ${name}`);
    let largest = 0;
    let difference = 0;
    for (let i = 0; i < data.length; i++) {
      largest = Math.max(largest, Math.abs(data[i]!));
      difference = Math.max(difference, Math.abs(data[i]! - other.data[i]!));
    }
    assert.ok(difference <= TOLERANCE * largest, `${title}: ${name} differs by ${difference} of ${largest}`);
  }
}

async function assertVariant(each: FormCase, options: QuantizeOptions): Promise<Set<string>> {
  const title = `${each.title} ${JSON.stringify(options)}`;
  const weights = weightsFor(each);
  const result = await quantize(fileOf(each, weights), { observer: 'absmax', ...options });
  const { plan } = result;
  assert.ok(plan.tensors.length > 0, `${title}: nothing quantized`);
  const forms = new Set(plan.nodes.map(({ form }) => form));
  const reference = fileOf(each, restoredWeights(each, weights, plan));
  const same = (values: Float32Array): Float32Array => values;
  const change = forms.has('dynamicInteger') ? requantized : same;
  assertClose(
    await outputsOf(await result.bytes(), feedsOf(each, same)),
    await outputsOf(reference, feedsOf(each, change)),
    title,
  );
  return forms;
}

const both = (options: QuantizeOptions): QuantizeOptions[] => [
  { mode: 'weights', ...options },
  { mode: 'weights', ...options, symmetric: true },
];

const STORED: readonly QuantizeOptions[] = [
  ...both({ granularity: 'tensor' }),
  ...([3, 5, 6, 7, 8, 16] as const).flatMap((bits) => both({ bits, granularity: 'channel' })),
  ...([2, 3, 4, 8, 16] as const).flatMap((bits) => both({ bits, granularity: 'block', blockForm: 'qdq' })),
  ...both({ bits: 4, granularity: 'block', blockForm: 'qdq', blockSize: 16 }),
  ...both({ bits: 16, granularity: 'tensor' }),
  { mode: 'fp16' },
];
const CODES: readonly QuantizeOptions[] = ([2, 4, 8] as const).flatMap((bits) =>
  ([16, 32] as const).flatMap((blockSize) => both({ bits, granularity: 'block', blockSize })),
);
const DYNAMIC: readonly QuantizeOptions[] = (['int8', 'uint8'] as const).flatMap((weightType) =>
  (['tensor', 'channel'] as const).flatMap((granularity) =>
    [true, false].map(
      (reduceRange): QuantizeOptions => ({ mode: 'dynamic', weightType, granularity, reduceRange }),
    ),
  ),
);
const DYNAMIC_CONVOLUTIONS: readonly QuantizeOptions[] = (['tensor', 'channel'] as const).map(
  (granularity) => ({ mode: 'dynamic', convInteger: true, granularity }),
);

const GROUPS: readonly [readonly FormCase[], readonly QuantizeOptions[]][] = [
  [CONVOLUTIONS, [...STORED, ...DYNAMIC_CONVOLUTIONS]],
  [PRODUCTS, [...STORED, ...CODES, ...DYNAMIC]],
  [OTHERS, [...STORED, ...CODES, { mode: 'dynamic' }, { mode: 'dynamic', granularity: 'tensor' }]],
];

for (const [cases, variants] of GROUPS) {
  for (const each of cases) {
    test(`onnxruntime ${each.title}, every variant -> the weights of the oracle`, { skip }, async (t) => {
      const forms = new Set<string>();
      for (const options of variants) {
        if (options.mode === 'fp16' && each.dtype === 'float64') continue;
        for (const form of await assertVariant(each, options)) forms.add(form);
      }
      t.diagnostic(`${variants.length} variants, forms ${[...forms].join(', ')}`);
    });
  }
}
