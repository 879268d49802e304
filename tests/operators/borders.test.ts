// Expand, Tile, Pad, CenterCropPad, DepthToSpace and SpaceToDepth against onnxruntime.

import {
  type Case,
  exact,
  feed,
  ints,
  operatorCases,
  operatorRefuses,
  pick,
  scalar,
  shape,
} from './harness.js';
import { eitherEnd, list, tensor } from './moved.js';

const six = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);

operatorCases('Expand', {
  cases: 40,
  bound: exact,
  make: (rng, index) => {
    const to = shape(rng, rng.int(0, 5), index % 9 === 8 ? 0 : 1, 5);
    const own = to.map((dim) => (rng.float() < 0.4 ? 1 : dim)).slice(rng.int(0, 2));
    const wanted = to.map((dim, d) =>
      own[d - to.length + own.length] === dim && rng.float() < 0.3 ? 1 : dim,
    );
    return { opset: pick(rng, [8, 13]), inputs: [tensor(rng, own, index), ints(...wanted)] };
  },
});
operatorRefuses('Expand', 'a shape that does not fit', 'SHAPE_MISMATCH', { inputs: [six, ints(2, 4)] });
operatorRefuses('Expand', 'a negative dim', 'SHAPE_MISMATCH', { inputs: [scalar(1), ints(-1)] });
operatorRefuses('Expand', 'a shape beyond 2^32', 'LIMIT_EXCEEDED', {
  inputs: [scalar(1), ints(2 ** 20, 2 ** 20)],
});

operatorCases('Tile', {
  cases: 32,
  bound: exact,
  make: (rng, index) => {
    const x = tensor(rng, shape(rng, rng.int(0, 4), index % 9 === 8 ? 0 : 1, 5), index);
    const repeats = x.dims.map(() => rng.int(index % 7 === 6 ? 0 : 1, 3));
    return { opset: pick(rng, [7, 13]), inputs: [x, ints(...repeats)] };
  },
});
operatorRefuses('Tile', 'too few repeats', 'SHAPE_MISMATCH', { inputs: [six, ints(2)] });
operatorRefuses('Tile', 'negative repeats', 'SHAPE_MISMATCH', { inputs: [six, ints(-1, 1)] });
operatorRefuses('Tile', 'dims beyond 2^32', 'LIMIT_EXCEEDED', { inputs: [six, ints(2 ** 31, 2 ** 31)] });

/** A Pad as the opset wants it. */
function padCase(opset: number, x: Case['inputs'][0], pads: number[], mode: string, value?: number): Case {
  if (opset < 11) {
    const attributes = { pads: list(...pads), mode, ...(value === undefined ? {} : { value }) };
    return { opset, attributes, inputs: [x] };
  }
  const constant = value === undefined ? undefined : feed(x!.dtype, [], [value]);
  return { opset, attributes: { mode }, inputs: [x, ints(...pads), constant] };
}

operatorCases('Pad', {
  title: 'constant',
  cases: 48,
  bound: exact,
  make: (rng, index) => {
    const opset = pick(rng, [7, 11, 13, 18, 19, 21]);
    // onnxruntime has Pad of floats only before opset 13, and no float16 on the CPU.
    const known = opset < 13 ? [0, 3] : [0, 1, 2, 3, 4, 7];
    const x = tensor(rng, shape(rng, rng.int(1, 5), index % 9 === 8 ? 0 : 1, 5), pick(rng, known));
    const pads = [...x.dims, ...x.dims].map((_, i) => rng.int(i % 3 === 0 ? -1 : 0, 3));
    x.dims.forEach((dim, d) => {
      if (dim + pads[d]! + pads[d + x.dims.length]! < 0) pads[d] = 0;
      if (dim < 2) pads[d] = Math.max(0, pads[d]!);
      if (dim < 2) pads[d + x.dims.length] = Math.max(0, pads[d + x.dims.length]!);
    });
    return padCase(opset, x, pads, 'constant', rng.float() < 0.6 ? rng.int(0, 5) : undefined);
  },
});

operatorCases('Pad', {
  title: 'edge, reflect, wrap',
  cases: 60,
  bound: exact,
  make: (rng, index) => {
    const mode = ['edge', 'reflect', 'wrap'][index % 3]!;
    const opset = mode === 'wrap' ? pick(rng, [19, 21]) : pick(rng, [7, 11, 13, 18, 21]);
    const known = opset < 13 ? [0, 3] : [0, 1, 2, 3, 4, 7];
    const x = tensor(rng, shape(rng, rng.int(1, 4), 2, 7), pick(rng, known));
    const most = (dim: number): number => (mode === 'edge' ? 4 : mode === 'wrap' ? dim : dim - 1);
    const pads = [...x.dims, ...x.dims].map((dim) => rng.int(0, Math.min(4, most(dim))));
    return padCase(opset, x, pads, mode);
  },
});

operatorCases('Pad', {
  title: 'negative pads beside others',
  cases: 8,
  bound: exact,
  make: (_, index) => {
    const x = feed('float32', [1, 4], [1, 2, 3, 4]);
    const [mode, pads] = (
      [
        ['reflect', [0, 2, 0, -1]],
        ['reflect', [0, -1, 0, 2]],
        ['edge', [0, 3, 0, -2]],
        ['edge', [0, -3, 0, 4]],
        ['wrap', [0, -1, 0, 3]],
        ['constant', [0, 6, 0, -5]],
        ['constant', [1, -6, 0, 5]],
        ['constant', [0, -2, 1, -2]],
      ] as const
    )[index]!;
    return padCase(19, x, [...pads], mode);
  },
});

// onnxruntime leaves elements undefined where the border is longer than the tensor.
operatorCases('Pad', {
  title: 'wrap, several rounds',
  cases: 2,
  bound: exact,
  make: (_, index) => {
    const x = feed('float32', [3], [1, 2, 3]);
    return index === 0
      ? {
          ...padCase(19, x, [7, 5], 'wrap'),
          expected: [feed('float32', [15], [3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2])],
        }
      : {
          ...padCase(19, feed('int8', [1], [5]), [9, 2], 'wrap'),
          expected: [feed('int8', [12], Array(12).fill(5))],
        };
  },
});

operatorCases('Pad', {
  title: 'some axes',
  cases: 20,
  bound: exact,
  make: (rng, index) => {
    const x = tensor(rng, shape(rng, 3, 1, 5), index % 2 === 0 ? 0 : 4);
    const [first, second] = [rng.int(0, 2), rng.int(0, 2)];
    const axes = (first === second ? [first] : [first, second]).map((axis) => eitherEnd(rng, axis, 3));
    const pads = [...axes, ...axes].map(() => rng.int(0, 3));
    const value = rng.float() < 0.5 ? feed(x.dtype, [], [7]) : undefined;
    return { opset: pick(rng, [18, 19, 21]), inputs: [x, ints(...pads), value, ints(...axes)] };
  },
});

// onnxruntime has no Pad of float16 on the CPU.
operatorCases('Pad', {
  title: 'float16',
  cases: 2,
  bound: exact,
  make: (_, index) => ({
    ...padCase(index === 0 ? 7 : 13, feed('float16', [2], [1.5, -0]), [1, 2], 'constant', 0.1),
    expected: [feed('float16', [5], [0.1, 1.5, -0, 0.1, 0.1])],
  }),
});

for (const [why, pads, mode] of [
  ['too few pads', [1, 1], 'constant'],
  ['a dim below 0', [0, -2, 0, -2], 'constant'],
  ['reflect beyond the tensor', [2, 0, 0, 0], 'reflect'],
  ['reflect beyond what negative pads leave', [0, 2, 0, -1], 'reflect'],
  ['nothing left to continue', [0, -3, 0, 4], 'edge'],
  ['nothing left to wrap', [0, -3, 0, 4], 'wrap'],
] as const) {
  operatorRefuses('Pad', why, 'SHAPE_MISMATCH', padCase(19, six, [...pads], mode));
}
operatorRefuses('Pad', 'wrap before opset 19', 'GRAPH_INVALID', padCase(18, six, [0, 0, 0, 0], 'wrap'));
operatorRefuses('Pad', 'an unknown mode', 'GRAPH_INVALID', padCase(19, six, [0, 0, 0, 0], 'mirror'));
operatorRefuses('Pad', 'a constant of another dtype', 'UNSUPPORTED_DTYPE', {
  inputs: [six, ints(1, 1, 1, 1), feed('int32', [], [1])],
});
operatorRefuses('Pad', 'an axis twice', 'SHAPE_MISMATCH', {
  opset: 18,
  inputs: [six, ints(1, 1, 1, 1), undefined, ints(0, -2)],
});

operatorCases('CenterCropPad', {
  cases: 24,
  bound: exact,
  make: (rng, index) => {
    const x = tensor(rng, shape(rng, 3, 1, 7), index % 2 === 0 ? 0 : 4);
    if (rng.float() < 0.4) return { opset: 18, inputs: [x, ints(...shape(rng, 3, 1, 8))] };
    const axes = [rng.int(0, 1), 2].map((axis) => eitherEnd(rng, axis, 3));
    return { opset: 18, attributes: { axes: list(...axes) }, inputs: [x, ints(...shape(rng, 2, 1, 8))] };
  },
});
operatorRefuses('CenterCropPad', 'other sizes than axes', 'SHAPE_MISMATCH', {
  opset: 18,
  inputs: [six, ints(1)],
});

operatorCases('DepthToSpace', {
  cases: 24,
  bound: exact,
  make: (rng, index) => {
    const block = rng.int(1, 3);
    const [n, c, h, w] = shape(rng, 4, 1, 4) as [number, number, number, number];
    const opset = pick(rng, [7, 11, 13]);
    // onnxruntime has these of float32, float64 and uint8.
    const x = tensor(rng, [n, c * block * block, h, w], opset < 13 ? 0 : pick(rng, [0, 3]));
    const mode = opset < 11 || index % 3 === 0 ? {} : { mode: index % 3 === 1 ? 'CRD' : 'DCR' };
    return { opset, attributes: { blocksize: BigInt(block), ...mode }, inputs: [x] };
  },
});

operatorCases('SpaceToDepth', {
  cases: 20,
  bound: exact,
  make: (rng) => {
    const block = rng.int(1, 3);
    const [n, c, h, w] = shape(rng, 4, 1, 4) as [number, number, number, number];
    const x = tensor(rng, [n, c, h * block, w * block], pick(rng, [0, 3]));
    return { opset: pick(rng, [7, 13]), attributes: { blocksize: BigInt(block) }, inputs: [x] };
  },
});

// Of bytes: onnxruntime is no judge of int8.
operatorCases('DepthToSpace', {
  title: 'bytes',
  cases: 1,
  bound: exact,
  make: () => ({
    attributes: { blocksize: 2n },
    inputs: [feed('int8', [1, 4, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7])],
    expected: [feed('int8', [1, 1, 2, 4], [0, 2, 1, 3, 4, 6, 5, 7])],
  }),
});

const image = feed('float32', [1, 6, 1, 1], [1, 2, 3, 4, 5, 6]);
for (const opType of ['DepthToSpace', 'SpaceToDepth']) {
  operatorRefuses(opType, 'a block that does not fit', 'SHAPE_MISMATCH', {
    attributes: { blocksize: 2n },
    inputs: [image],
  });
  operatorRefuses(opType, 'a block of 0', 'SHAPE_MISMATCH', {
    attributes: { blocksize: 0n },
    inputs: [image],
  });
  operatorRefuses(opType, 'a matrix', 'SHAPE_MISMATCH', { attributes: { blocksize: 1n }, inputs: [six] });
  operatorRefuses(opType, 'no block', 'GRAPH_INVALID', { inputs: [image] });
}
operatorRefuses('DepthToSpace', 'an unknown mode', 'GRAPH_INVALID', {
  attributes: { blocksize: 1n, mode: 'DRC' },
  inputs: [image],
});
