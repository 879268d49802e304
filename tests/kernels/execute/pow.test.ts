// Powers over broadcast tensors: both engines give the same bits; floats are as near the truth as docs/kernels.md says,
// integers are exact wherever they have fewer than 53 bits, and the limits are those of IEEE 754.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { powBroadcast } from '../../../ts-host/wasm/kernels/execute/pow.js';
import type { ElementType } from '../../../ts-host/wasm/kernels/execute/types.js';
import { pow, real } from '../../support/precise-oracle.js';
import { Rng } from '../../support/rng.js';
import { type Broadcast, broadcasts, countOf, runWalk, type WalkRun } from './broadcasting.js';
import { ENGINES } from './engines.js';
import { sameFloats, statedBounds } from './stated-bounds.js';
import { bytesOf, mixed, type Typed, typed, zeros } from './typed.js';

const TYPES = ['float32', 'float64', 'int32', 'int64', 'uint8', 'int8', 'int16', 'uint64'] as const;

function run(
  index: 0 | 1,
  [xType, yType]: readonly [ElementType, ElementType],
  shapes: Broadcast,
  [x, y]: readonly [Typed, Typed],
  how: WalkRun = {},
): ArrayLike<number> {
  const [, engine] = ENGINES[index]!;
  const bytes = [xType, yType].map(bytesOf);
  const out = how.inPlace === 0 ? x.slice() : zeros(xType, countOf(shapes.out));
  return runWalk(
    engine,
    shapes,
    [x, y],
    bytes,
    out,
    bytes[0]!,
    ([a, b], to, block) => powBroadcast(engine.kernels, xType, yType, a!, b!, to, block),
    how,
  ) as ArrayLike<number>;
}

/** Row by row. */
function rows(type: ElementType, x: Typed, y: Typed, yType = type): ArrayLike<number> {
  const dims = [x.length];
  return run(0, [type, yType], { out: dims, operands: [dims, dims] }, [x, y]);
}

describe('pow_broadcast', () => {
  it('every two types, broadcast, misaligned, in pieces, in place -> equal bits in both engines', () => {
    const rng = new Rng(8);
    for (const [i, xType] of TYPES.entries()) {
      for (const [j, yType] of TYPES.entries()) {
        for (const [n, shapes] of broadcasts(rng, 2).entries()) {
          if ((n + i + 3 * j) % 9 !== 0) continue;
          const types = [xType, yType] as const;
          const operands = shapes.operands.map((dims, k) => mixed(rng, types[k]!, countOf(dims))) as [
            Typed,
            Typed,
          ];
          const message = `${xType} ^ ${yType} ${JSON.stringify(shapes)}`;
          const simd = run(0, types, shapes, operands, { shift: 8 * (n % 3) });
          sameFloats(run(1, types, shapes, operands), simd, `${message}, reference`);
          sameFloats(run(0, types, shapes, operands, { limit: 5 }), simd, `${message}, in pieces`);
          if (operands[0].length !== simd.length) continue;
          sameFloats(run(0, types, shapes, operands, { inPlace: 0 }), simd, `${message}, in place`);
        }
      }
    }
  });

  for (const type of ['float32', 'float64'] as const) {
    it(`${type} -> within what docs/kernels.md says`, () => {
      const bound = statedBounds().get('pow')![type];
      const rng = new Rng(9);
      const most = type === 'float32' ? 80 : 700;
      const x = typed(
        type,
        Array.from({ length: 300 }, (_, i) => 2 ** ((rng.float() - 0.5) * (i % 2 === 0 ? 2 : 200))),
      );
      const y = typed(
        type,
        Array.from(x as ArrayLike<number>, (each, i) => {
          const reach = most / Math.max(1e-3, Math.abs(Math.log(each)));
          return [2, 3, -1, 0.5, 1 / 3, -2.5][i % 12] ?? (rng.float() - 0.5) * 2 * Math.min(reach, 1e4);
        }),
      );
      for (const [i, value] of Array.from(rows(type, x, y)).entries()) {
        const [base, power] = [Number(x[i]), Number(y[i])];
        if (Math.abs(power * Math.log(base)) > most) continue;
        const off = bound.off(value, pow(real(base), real(power)), base);
        assert.ok(off <= bound.ulps, `${base} ^ ${power} = ${value}: ${off} ulp`);
      }
    });

    it(`${type}: roots and whole powers that are floats -> exact`, () => {
      for (let base = -9; base <= 9; base++) {
        for (let power = 0; power <= 7; power++) {
          const [value] = Array.from(rows(type, typed(type, [base]), typed(type, [power])));
          assert.ok(value === base ** power, `${base} ^ ${power} = ${value}`);
        }
      }
      for (const root of [1, 2, 3, 1.5, 1000, 4095]) {
        const [value] = Array.from(rows(type, typed(type, [root * root]), typed(type, [0.5])));
        assert.equal(value, root);
      }
    });

    it(`${type}: no numbers, infinities, zeros -> as IEEE 754`, () => {
      const values = [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        0,
        -0,
        1,
        -1,
        2,
        -2,
        0.5,
        3,
        2.5,
        -3,
      ];
      const pairs = values.flatMap((x) => values.map((y) => [x, y] as const));
      const [x, y] = [
        typed(
          type,
          pairs.map(([each]) => each),
        ),
        typed(
          type,
          pairs.map(([, each]) => each),
        ),
      ];
      const expected = pairs.map(([a, b]) => {
        // JavaScript differs from IEEE 754 in 1 ^ NaN and (±1) ^ ±Infinity, which are 1.
        const value = a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b;
        return type === 'float32' ? Math.fround(value) : value;
      });
      const near = Array.from(rows(type, x, y)).map((value, i) =>
        Math.abs(value - expected[i]!) <= Math.abs(expected[i]!) * 1e-15 ? expected[i]! : value,
      );
      sameFloats(
        near,
        expected,
        'powers',
        pairs.map(([a, b]) => a + b),
      );
    });
  }

  it('integers -> exact below 2^53', () => {
    for (const type of ['int32', 'int64', 'uint8', 'int8', 'int16', 'uint64'] as const) {
      const bits = 8 * bytesOf(type);
      const fits = (value: bigint): boolean =>
        value === (type.startsWith('u') ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value)) &&
        (value < 0n ? -value : value) < 2n ** 53n;
      const pairs: [bigint, bigint][] = [];
      for (let base = -40n; base < 120n; base++) {
        for (let power = 0n; power < 12n; power++)
          if (fits(base) && fits(base ** power)) pairs.push([base, power]);
      }
      const element = (value: bigint): number | bigint => (bits === 64 ? value : Number(value));
      const [x, y] = [0, 1].map((k) =>
        typed(
          type,
          pairs.map((pair) => element(pair[k]!)),
        ),
      ) as [Typed, Typed];
      sameFloats(
        rows(type, x, y),
        typed(
          type,
          pairs.map(([a, b]) => element(a ** b)),
        ) as ArrayLike<number>,
        type,
      );
    }
  });
});
