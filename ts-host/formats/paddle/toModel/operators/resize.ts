// Interpolation. Paddle's sizes come from tensors, a scale, or attributes; places in the input are found in one of three ways:
//
//   align_corners               i · (in − 1) / (out − 1)                   align_corners; nearest rounds halves up
//   linear kinds, align_mode 1  i · in / out                               asymmetric
//   linear kinds, align_mode 0  (i + ½) · in / out − ½, 0 if out is 1      pytorch_half_pixel; bicubic always
//   nearest                     ⌊i · in / out⌋                             asymmetric, floor

import { floatAttribute, intAttribute } from '../../../../ir/attributes.js';
import type { Attribute } from '../../../../ir/model.js';
import { inChannelsFirst } from '../layout.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { castTo, reshaped, vector } from '../values.js';

type Method = 'nearest' | 'linear' | 'cubic';

const text = (value: string): Attribute => ({ kind: 'string', value: new TextEncoder().encode(value) });

function modeAttributes(op: OpScope, method: Method): Record<string, Attribute> {
  const corners = op.attributes.bool('align_corners', true);
  const mode = { mode: text(method) };
  if (method === 'nearest') {
    return {
      ...mode,
      coordinate_transformation_mode: text(corners ? 'align_corners' : 'asymmetric'),
      nearest_mode: text(corners ? 'round_prefer_ceil' : 'floor'),
    };
  }
  const isAsymmetric = method === 'linear' && op.attributes.int('align_mode', 1) === 1;
  const places = corners ? 'align_corners' : isAsymmetric ? 'asymmetric' : 'pytorch_half_pixel';
  const cubic = method === 'cubic' ? { cubic_coeff_a: floatAttribute(-0.75) } : {};
  return { ...mode, ...cubic, coordinate_transformation_mode: text(places) };
}

const SIZES = ['out_d', 'out_h', 'out_w'] as const;

/** Output sizes of the `k` axes as an int64 vector; undefined where a scale tells them. */
function outputSizes(op: OpScope, k: number): string | undefined {
  const tensors = vector(op, { list: 'SizeTensor' }) ?? vector(op, { tensor: 'OutSize' });
  if (tensors !== undefined) return tensors;
  if (op.has('Scale') || scalesOf(op, k) !== undefined) return undefined;
  const sizes = SIZES.slice(3 - k).map((name) => op.attributes.int(name, -1));
  if (sizes.some((size) => size <= 0)) throw op.fail('MALFORMED', 'neither a size nor a scale of the output');
  return op.ints(sizes);
}

/** Scales of the `k` axes; one stands for all. Undefined where there are none. */
function scalesOf(op: OpScope, k: number): readonly number[] | undefined {
  const scales = op.attributes.floats('scale', []);
  const all = scales.length === 1 ? Array<number>(k).fill(scales[0]!) : scales;
  return all.length === k && all.every((scale) => scale > 0) ? all : undefined;
}

/** The sizes that older operators (without `_v2`) make of a scale, ⌊in · scale⌋: they find places by sizes, not by the scale. */
function scaledSizes(op: OpScope, x: string, scales: string): string {
  const sizes = castTo(op, op.emit('Shape', [x], { start: intAttribute(2) }), 'float32');
  return castTo(op, op.emit('Floor', [op.emit('Mul', [sizes, scales])]), 'int64');
}

/** The scales of `k` axes as a float vector, from a tensor of one or of `k`, or from the attribute. */
function scaleVector(op: OpScope, k: number): string {
  if (!op.has('Scale')) return op.graph.constant('float32', [k], scalesOf(op, k)!);
  return op.emit('Expand', [reshaped(op, op.input('Scale'), [-1]), op.ints([k])]);
}

function resize(method: Method, k: number): OperatorConverter['convert'] {
  return (op) =>
    inChannelsFirst(op, 'data_layout', ['X', 'Out'], (x, to) => {
      const attributes = modeAttributes(op, method);
      const given = outputSizes(op, k);
      if (given === undefined && op.type.endsWith('_v2')) {
        const ones = op.graph.constant('float32', [2], [1, 1]);
        const scales = op.emit('Concat', [ones, scaleVector(op, k)], { axis: intAttribute(0) });
        return op.emit('Resize', [x, undefined, scales], attributes, to);
      }
      const sizes = given ?? scaledSizes(op, x, scaleVector(op, k));
      const outer = op.emit('Shape', [x], { end: intAttribute(2) });
      const all = op.emit('Concat', [outer, sizes], { axis: intAttribute(0) });
      return op.emit('Resize', [x, undefined, undefined, all], attributes, to);
    });
}

export const RESIZES: readonly OperatorConverter[] = [
  converter(['nearest_interp', 'nearest_interp_v2'], resize('nearest', 2)),
  converter(['linear_interp', 'linear_interp_v2'], resize('linear', 1)),
  converter(['bilinear_interp', 'bilinear_interp_v2'], resize('linear', 2)),
  converter(['trilinear_interp', 'trilinear_interp_v2'], resize('linear', 3)),
  converter(['bicubic_interp', 'bicubic_interp_v2'], resize('cubic', 2)),
];
