// Attention of ONNX and of com.microsoft against onnxruntime: forms of the inputs, masks, causality, caches, caps.

import type { AttributeInput } from '../support/onnxBuilder.js';
import {
  type Case,
  type Feed,
  feed,
  numbersOf,
  ofRange,
  operatorCases,
  operatorRefuses,
  Rng,
  random,
} from './harness.js';

const NEAR = ofRange(2e-6);

const pick = <T>(rng: Rng, ...list: T[]): T => list[rng.int(0, list.length - 1)]!;

/** Bools of which the first key of every row is seen. */
function boolMask(rng: Rng, dims: number[]): Feed {
  const keys = dims.at(-1)!;
  const count = dims.reduce((a, b) => a * b, 1);
  return feed(
    'bool',
    dims,
    Array.from({ length: count }, (_, i) => (i % keys === 0 || rng.float() < 0.6 ? 1 : 0)),
  );
}

function onnxCase(rng: Rng): Case {
  const [batch, keyHeads, group, queries, fresh] = [
    rng.int(1, 3),
    rng.int(1, 3),
    rng.int(1, 3),
    rng.int(1, 6),
    rng.int(1, 9),
  ];
  const [size, valueSize] = [rng.int(1, 9), rng.int(1, 9)];
  const heads = keyHeads * group;
  const past = rng.float() < 0.4 ? rng.int(1, 4) : 0;
  const causal = rng.float() < 0.4;
  const flat = rng.float() < 0.5;
  const keys = past + fresh;
  const of = (heads: number, rows: number, size: number): Feed =>
    random(rng, 'float32', flat ? [batch, rows, heads * size] : [batch, heads, rows, size], {
      low: -2,
      high: 2,
    });
  const shapes = [
    [queries, keys],
    [batch, heads, queries, keys],
    [1, heads, queries, keys],
    [batch, 1, queries, keys],
    [1, 1, queries, keys],
  ];
  const maskDims = pick(rng, ...shapes);
  const mask = pick(rng, undefined, boolMask(rng, maskDims), random(rng, 'float32', maskDims));
  const cached = past > 0 || rng.float() < 0.3;
  return {
    opset: 23,
    attributes: {
      ...(flat ? { q_num_heads: BigInt(heads), kv_num_heads: BigInt(keyHeads) } : {}),
      ...(causal ? { is_causal: 1n } : {}),
      ...(rng.float() < 0.4 ? { scale: 0.3 } : {}),
      ...(rng.float() < 0.3 ? { softcap: 1.5 } : {}),
    },
    inputs: [
      of(heads, queries, size),
      of(keyHeads, fresh, size),
      of(keyHeads, fresh, valueSize),
      mask,
      past > 0 ? random(rng, 'float32', [batch, keyHeads, past, size]) : undefined,
      past > 0 ? random(rng, 'float32', [batch, keyHeads, past, valueSize]) : undefined,
    ],
    outputs: [true, cached, cached],
  };
}

operatorCases('Attention', { cases: 60, bound: NEAR, make: onnxCase });

operatorCases('Attention', {
  title: 'scores of every stage',
  cases: 12,
  bound: NEAR,
  make: (rng, index) => {
    const each = onnxCase(rng);
    return {
      ...each,
      attributes: { ...each.attributes, qk_matmul_output_mode: BigInt(index % 4) },
      outputs: [true, true, true, true],
    };
  },
});

operatorCases('Attention', {
  title: 'larger',
  cases: 2,
  bound: NEAR,
  make: (rng) => ({
    opset: 23,
    attributes: { is_causal: 1n },
    inputs: [0, 1, 2].map(() => random(rng, 'float32', [1, 2, 70, 40])),
  }),
});

function microsoftCase(rng: Rng): Case {
  const [batch, heads, size, queries, features] = [
    rng.int(1, 3),
    rng.int(1, 3),
    rng.int(1, 8),
    rng.int(1, 6),
    rng.int(1, 9),
  ];
  const past = rng.float() < 0.3 ? rng.int(1, 4) : 0;
  const valueSize = past === 0 && rng.float() < 0.3 ? rng.int(1, 8) : size;
  const keys = past + queries;
  const width = heads * (2 * size + valueSize);
  const ints = (dims: number[], low: number, high: number): Feed => random(rng, 'int32', dims, { low, high });
  const raw = (dims: number[]): Feed => ({
    ...ints(dims, 0, 1),
    data: Int32Array.from(boolMask(rng, dims).data, Number),
  });
  const ends = Array.from({ length: batch }, () => rng.int(1, keys));
  const starts = ends.map((end) => rng.int(0, end - 1));
  const mask = pick(
    rng,
    undefined,
    raw([batch, keys]),
    raw([batch, queries, keys]),
    feed('int32', [batch], ends),
    feed('int32', [2 * batch], [...ends, ...starts]),
  );
  const attributes: Record<string, AttributeInput> = {
    num_heads: BigInt(heads),
    ...(rng.float() < 0.3 ? { unidirectional: 1n } : {}),
    ...(valueSize !== size
      ? { qkv_hidden_sizes: [heads * size, heads * size, heads * valueSize].map(BigInt) }
      : {}),
    ...(rng.float() < 0.3 ? { scale: 0.4 } : {}),
  };
  return {
    domain: 'com.microsoft',
    attributes,
    inputs: [
      random(rng, 'float32', [batch, queries, features], { low: -2, high: 2 }),
      random(rng, 'float32', [features, width], { low: -1, high: 1 }),
      random(rng, 'float32', [width]),
      mask,
      past > 0 ? random(rng, 'float32', [2, batch, heads, past, size]) : undefined,
      past === 0 && rng.float() < 0.3
        ? random(rng, 'float32', [pick(rng, 1, batch), pick(rng, 1, heads), queries, keys])
        : undefined,
    ],
    outputs: [true, past > 0],
    constants: rng.float() < 0.7 ? [1, 2] : [],
  };
}

operatorCases('Attention', { title: 'com.microsoft', cases: 60, bound: NEAR, make: microsoftCase });

function multiHeadCase(rng: Rng): Case {
  const [batch, heads, size, queries] = [rng.int(1, 3), rng.int(1, 3), rng.int(1, 8), rng.int(1, 6)];
  const form = pick(rng, 'flat', 'flat', 'flat', 'qkv', 'kv', 'heads');
  const fresh = form === 'qkv' ? queries : rng.int(1, 7);
  const past = form === 'flat' && rng.float() < 0.4 ? rng.int(1, 4) : 0;
  const valueSize = form === 'flat' && past === 0 && rng.float() < 0.3 ? rng.int(1, 8) : size;
  const keys = past + fresh;
  const of = (...dims: number[]): Feed => random(rng, 'float32', dims, { low: -2, high: 2 });
  const raw = (dims: number[]): Feed => feed('int32', dims, Array.from(boolMask(rng, dims).data, Number));
  const q = of(batch, queries, heads * size);
  const flat = (width: number): Feed => of(batch, fresh, heads * width);
  const [k, v] = [flat(size), flat(valueSize)];
  const packed = (...parts: Feed[]): Feed => interleaved(parts, [batch, fresh, heads, parts.length, size]);
  const main = {
    flat: () => [q, k, v],
    qkv: () => [packed(q, k, v), undefined, undefined],
    kv: () => [q, packed(k, v), undefined],
    heads: () => [q, of(batch, heads, fresh, size), of(batch, heads, fresh, size)],
  }[form]();
  const cached = past > 0;
  const rest = [
    form === 'flat' && rng.float() < 0.5 ? of(heads * (2 * size + valueSize)) : undefined,
    rng.float() < 0.3 ? raw([batch, keys]) : undefined,
    rng.float() < 0.3 ? of(pick(rng, 1, batch), pick(rng, 1, heads), queries, keys) : undefined,
    cached ? of(batch, heads, past, size) : undefined,
    cached ? of(batch, heads, past, size) : undefined,
  ];
  return {
    domain: 'com.microsoft',
    attributes: {
      num_heads: BigInt(heads),
      ...(rng.float() < 0.3 ? { scale: 0.4 } : {}),
      ...(rng.float() < 0.5 && form !== 'heads' && fresh === queries ? { unidirectional: 1n } : {}),
    },
    inputs: [...main, ...rest],
    // onnxruntime's CPU has no packed forms.
    ...(form === 'qkv' || form === 'kv' ? { judged: [q, k, v, ...rest] } : {}),
    outputs: [true, cached, cached],
  };
}

/** Tensors [batch, rows, heads · size] as one of `dims` [batch, rows, heads, parts, size]. */
function interleaved(parts: readonly Feed[], dims: readonly number[]): Feed {
  const size = dims.at(-1)!;
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => {
    const [head, part] = [Math.floor(i / (size * parts.length)), Math.floor(i / size) % parts.length];
    return numbersOf(parts[part]!)[head * size + (i % size)] as number;
  });
  return feed('float32', dims, data);
}

operatorCases('MultiHeadAttention', { cases: 48, bound: NEAR, make: multiHeadCase });

const rng = new Rng(1);
const f = (...dims: number[]): Feed => random(rng, 'float32', dims);
const refuses = (
  why: string,
  code: 'SHAPE_MISMATCH' | 'GRAPH_INVALID' | 'UNSUPPORTED_DTYPE',
  each: Case,
): void => operatorRefuses('Attention', why, code, { opset: 23, ...each });
refuses('flat inputs without a number of heads', 'GRAPH_INVALID', {
  inputs: [f(1, 2, 6), f(1, 3, 6), f(1, 3, 6)],
});
refuses('heads that do not divide the width', 'SHAPE_MISMATCH', {
  attributes: { q_num_heads: 4n, kv_num_heads: 3n },
  inputs: [f(1, 2, 6), f(1, 3, 6), f(1, 3, 6)],
});
refuses('heads of keys that do not divide those of queries', 'SHAPE_MISMATCH', {
  inputs: [f(1, 3, 2, 4), f(1, 2, 3, 4), f(1, 2, 3, 4)],
});
refuses('keys of another size', 'SHAPE_MISMATCH', { inputs: [f(1, 2, 2, 4), f(1, 2, 3, 5), f(1, 2, 3, 4)] });
refuses('fewer values than keys', 'SHAPE_MISMATCH', {
  inputs: [f(1, 2, 2, 4), f(1, 2, 3, 4), f(1, 2, 2, 4)],
});
refuses('queries of two dims', 'SHAPE_MISMATCH', { inputs: [f(2, 4), f(1, 2, 3, 4), f(1, 2, 3, 4)] });
refuses('a mask of other keys', 'SHAPE_MISMATCH', {
  inputs: [f(1, 2, 2, 4), f(1, 2, 3, 4), f(1, 2, 3, 4), f(2, 4)],
});
refuses('a mask of integers', 'UNSUPPORTED_DTYPE', {
  inputs: [f(1, 2, 2, 4), f(1, 2, 3, 4), f(1, 2, 3, 4), random(rng, 'int32', [2, 3])],
});
refuses('past keys of another size', 'SHAPE_MISMATCH', {
  inputs: [f(1, 2, 2, 4), f(1, 2, 3, 4), f(1, 2, 3, 4), undefined, f(1, 2, 3, 5), f(1, 2, 3, 4)],
});
refuses('past keys without values', 'GRAPH_INVALID', {
  inputs: [f(1, 2, 2, 4), f(1, 2, 3, 4), f(1, 2, 3, 4), undefined, f(1, 2, 3, 4)],
});

const microsoft = (
  why: string,
  code: 'SHAPE_MISMATCH' | 'GRAPH_INVALID' | 'UNSUPPORTED_OP',
  each: Case,
): void => operatorRefuses('Attention', `com.microsoft, ${why}`, code, { domain: 'com.microsoft', ...each });
const inputs = (...more: (Feed | undefined)[]): (Feed | undefined)[] => [
  f(2, 3, 5),
  f(5, 12),
  f(12),
  ...more,
];
microsoft('no number of heads', 'GRAPH_INVALID', { inputs: inputs() });
microsoft('heads that do not divide', 'SHAPE_MISMATCH', { attributes: { num_heads: 3n }, inputs: inputs() });
microsoft('weights of other features', 'SHAPE_MISMATCH', {
  attributes: { num_heads: 2n },
  inputs: [f(2, 3, 4), f(5, 12), f(12)],
});
microsoft('a short bias', 'SHAPE_MISMATCH', {
  attributes: { num_heads: 2n },
  inputs: [f(2, 3, 5), f(5, 12), f(11)],
});
microsoft('a mask of four dims', 'SHAPE_MISMATCH', {
  attributes: { num_heads: 2n },
  inputs: inputs(random(rng, 'int32', [2, 1, 3, 3])),
});
microsoft('past of other heads', 'SHAPE_MISMATCH', {
  attributes: { num_heads: 2n },
  inputs: inputs(undefined, f(2, 2, 1, 4, 2)),
});
microsoft('rotation', 'UNSUPPORTED_OP', { attributes: { num_heads: 2n, do_rotary: 1n }, inputs: inputs() });

const multiHead = (
  why: string,
  code: 'SHAPE_MISMATCH' | 'GRAPH_INVALID' | 'UNSUPPORTED_OP',
  each: Case,
): void =>
  operatorRefuses('MultiHeadAttention', why, code, {
    domain: 'com.microsoft',
    attributes: { num_heads: 2n },
    ...each,
  });
multiHead('no number of heads', 'GRAPH_INVALID', {
  attributes: {},
  inputs: [f(1, 2, 4), f(1, 2, 4), f(1, 2, 4)],
});
multiHead('heads that do not divide', 'SHAPE_MISMATCH', { inputs: [f(1, 2, 5), f(1, 2, 4), f(1, 2, 4)] });
multiHead('other batches', 'SHAPE_MISMATCH', { inputs: [f(1, 2, 4), f(2, 2, 4), f(2, 2, 4)] });
multiHead('fewer values than keys', 'SHAPE_MISMATCH', { inputs: [f(1, 2, 4), f(1, 3, 4), f(1, 2, 4)] });
multiHead('packed keys of other heads', 'SHAPE_MISMATCH', { inputs: [f(1, 2, 4), f(1, 3, 3, 2, 2)] });
multiHead('a short bias', 'SHAPE_MISMATCH', { inputs: [f(1, 2, 4), f(1, 2, 4), f(1, 2, 4), f(11)] });
multiHead('a bias of packed inputs', 'UNSUPPORTED_OP', {
  inputs: [f(1, 2, 2, 3, 2), undefined, undefined, f(12)],
});
multiHead('looking back over other keys', 'UNSUPPORTED_OP', {
  attributes: { num_heads: 2n, unidirectional: 1n },
  inputs: [f(1, 2, 4), f(1, 3, 4), f(1, 3, 4)],
});
multiHead('no keys', 'GRAPH_INVALID', { inputs: [f(1, 2, 4)] });
