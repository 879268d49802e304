// RoiAlign and NonMaxSuppression against onnxruntime.

import { describe } from 'node:test';
import {
  type Case,
  exact,
  type Feed,
  feed,
  ints,
  ofRange,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  scalar,
} from './harness.js';

operatorCases('RoiAlign', {
  cases: 40,
  bound: ofRange(4e-6),
  make: (rng, index) => {
    const opset = pick(rng, [10, 16]);
    const [n, c, h, w] = [rng.int(1, 3), rng.int(1, 4), rng.int(2, 9), rng.int(2, 9)];
    const count = rng.int(0, 4);
    const attributes = {
      mode: pick(rng, ['avg', 'max']),
      output_height: BigInt(rng.int(1, 4)),
      output_width: BigInt(rng.int(1, 4)),
      sampling_ratio: BigInt(rng.int(0, 3)),
      spatial_scale: pick(rng, [1, 0.5, 0.25]),
      ...(opset >= 16 && { coordinate_transformation_mode: pick(rng, ['half_pixel', 'output_half_pixel']) }),
    };
    // Some regions are wholly or partly outside, some upside down.
    const low = index % 4 === 0 ? -6 : 0;
    const rois = random(rng, 'float32', [count, 4], { low, high: 14 });
    const images = feed(
      'int64',
      [count],
      Array.from({ length: count }, () => rng.int(0, n - 1)),
    );
    return { opset, attributes, inputs: [random(rng, 'float32', [n, c, h, w]), rois, images] };
  },
});

/** Boxes that overlap often, and some that are points. */
function boxes(rng: Rng, batch: number, count: number, isCenter: boolean): Feed {
  const list: number[] = [];
  for (let i = 0; i < batch * count; i++) {
    const [y, x, h, w] = [rng.float() * 2, rng.float() * 2, rng.int(0, 4) / 3, rng.float() + 0.1];
    const corners = rng.int(0, 1) === 1 ? [y, x, y + h, x + w] : [y + h, x + w, y, x];
    list.push(...(isCenter ? [x, y, w, h] : corners));
  }
  return feed('float32', [batch, count, 4], list);
}

operatorCases('NonMaxSuppression', {
  cases: 50,
  bound: exact,
  make: (rng, index) => {
    const [batch, classes, count] = [rng.int(1, 2), rng.int(1, 3), rng.int(1, 30)];
    const isCenter = index % 2 === 1;
    // Few different scores: many are equal.
    const scores = Array.from(
      { length: batch * classes * count },
      () => rng.int(0, index % 3 ? 1000 : 5) / 10,
    );
    const optional: (Feed | undefined)[] = [
      ints(pick(rng, [1, 3, 100, 0])),
      feed('float32', [1], [pick(rng, [0, 0.2, 0.5, 0.9, 1])]),
      rng.int(0, 1) === 1 ? feed('float32', [1], [rng.float() / 2]) : undefined,
    ];
    return {
      opset: pick(rng, [10, 11]),
      attributes: { center_point_box: isCenter },
      inputs: [
        boxes(rng, batch, count, isCenter),
        feed('float32', [batch, classes, count], scores),
        ...optional.slice(0, rng.int(1, 3)),
      ],
    };
  },
});

// onnxruntime's order of scores that are NaN follows from its heap; here they are below every score.
operatorCases('NonMaxSuppression', {
  title: 'scores and boxes that are NaN',
  cases: 1,
  bound: exact,
  make: () => {
    const list = [0, 0, 1, 1, 5, 5, 6, 6, 0, 0, NaN, 1, 0, 0, 1, 1.01];
    const all = feed('float32', [1, 4, 4], list);
    const scores = feed('float32', [1, 1, 4], [NaN, 0.5, 0.7, 0.9]);
    const expected = [feed('int64', [3, 3], [0, 0, 3, 0, 0, 2, 0, 0, 1])];
    return { opset: 11, inputs: [all, scores, ints(10), scalar(0.5)], expected };
  },
});

describe('RoiAlign refuses', () => {
  const x = feed('float32', [1, 1, 2, 2], [1, 2, 3, 4]);
  const roi = feed('float32', [1, 4], [0, 0, 1, 1]);
  const refuse = (why: string, each: Case, message: RegExp): void =>
    operatorRefuses('RoiAlign', why, 'SHAPE_MISMATCH', { opset: 16, ...each }, message);

  refuse('an image that is not there', { inputs: [x, roi, ints(1)] }, /outside \[0, 1\)/);
  refuse('an image below 0', { inputs: [x, roi, ints(-1)] }, /outside \[0, 1\)/);
  const nowhere = feed('float32', [1, 4], [0, NaN, 1, 1]);
  refuse('a region that is not finite', { inputs: [x, nowhere, ints(0)] }, /not finite/);
  const large = feed('float32', [1, 4], [0, 0, 1e9, 1e9]);
  refuse('a region of a million samples', { inputs: [x, large, ints(0)] }, /too large/);
  refuse('as many images as regions', { inputs: [x, roi, ints(0, 0)] }, /do not fit/);
  refuse(
    'regions of three numbers',
    { inputs: [x, feed('float32', [1, 3], [0, 0, 1]), ints(0)] },
    /do not fit/,
  );
  refuse('an empty output', { attributes: { output_height: 0n }, inputs: [x, roi, ints(0)] }, /0 by 1/);
  refuse('an unknown mode', { attributes: { mode: 'sum' }, inputs: [x, roi, ints(0)] }, /mode sum/);
  const transform = { coordinate_transformation_mode: 'corner' };
  refuse('unknown coordinates', { attributes: transform, inputs: [x, roi, ints(0)] }, /corner/);
  refuse(
    'a negative sampling',
    { attributes: { sampling_ratio: -1n }, inputs: [x, roi, ints(0)] },
    /sampling/,
  );
});

describe('NonMaxSuppression refuses', () => {
  const x = feed('float32', [1, 1, 4], [0, 0, 1, 1]);
  const scores = feed('float32', [1, 1, 1], [1]);
  const refuse = (why: string, each: Case, message: RegExp): void =>
    operatorRefuses('NonMaxSuppression', why, 'SHAPE_MISMATCH', { opset: 11, ...each }, message);

  refuse('a threshold above 1', { inputs: [x, scores, ints(1), scalar(1.5)] }, /outside \[0, 1\]/);
  refuse('a threshold that is NaN', { inputs: [x, scores, ints(1), scalar(NaN)] }, /outside \[0, 1\]/);
  const more = feed('float32', [1, 1, 2], [1, 1]);
  refuse('scores of other boxes', { inputs: [x, more, ints(1)] }, /do not fit/);
  refuse(
    'boxes of two numbers',
    { inputs: [feed('float32', [1, 1, 2], [0, 0]), scores, ints(1)] },
    /do not fit/,
  );
  const odd = { attributes: { center_point_box: 2n }, inputs: [x, scores, ints(1)] };
  refuse('a box format of 2', odd, /center_point_box 2/);
});
