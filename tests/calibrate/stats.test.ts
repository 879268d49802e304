// Stats files: written and read, merged only with their like, and refused when they are cut, changed or of something else.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { seal } from '../../ts-host/calibrate/sealed.js';
import { CalibrationStats, calibrate, mergeStats } from '../../ts-host/index.js';
import { FieldWriter } from '../../ts-host/io/fields.js';
import { prepareOctavo } from '../support/octavo.js';
import { batch, batches, netWith, refused, VALUES } from './support.js';

before(prepareOctavo);

const statsOf = (count = 3, options = {}) =>
  calibrate(netWith(), batches(count), { values: VALUES, ...options });
const sealed = (content: FieldWriter, version = 1) =>
  seal({ magic: 'OCTSTATS', version, what: 'stats file' }, content.take());

describe('a stats file', () => {
  it('read again -> the same statistics and bytes', async () => {
    const stats = await statsOf();
    const bytes = await stats.bytes();
    const again = await CalibrationStats.fromBytes(bytes);
    assert.deepEqual(again.values, VALUES);
    assert.equal(again.sampleCount, 3);
    for (const name of VALUES) assert.deepEqual(again.get(name), stats.get(name), name);
    assert.deepEqual(await again.bytes(), bytes);
    assert.deepEqual(await (await statsOf()).bytes(), bytes);
  });

  it('cut anywhere -> STATS_INVALID', async () => {
    const bytes = await (await statsOf(1)).bytes();
    const step = Math.max(1, Math.floor(bytes.byteLength / 97));
    for (let length = 0; length < bytes.byteLength; length += length < 80 ? 1 : step) {
      await assert.rejects(
        CalibrationStats.fromBytes(bytes.subarray(0, length), 'a.stats'),
        refused('STATS_INVALID', /no stats file|truncated/, { file: 'a.stats' }),
        `${length} bytes`,
      );
    }
    const longer = new Uint8Array(bytes.byteLength + 1);
    longer.set(bytes);
    await assert.rejects(CalibrationStats.fromBytes(longer), refused('STATS_INVALID', /checksum/));
  });

  it('one bit changed -> refused, whichever', async () => {
    const bytes = await (await statsOf(1)).bytes();
    for (let at = 0; at < bytes.byteLength; at += at < 100 ? 1 : 131) {
      const changed = bytes.slice();
      changed[at]! ^= 4;
      const code = at >= 8 && at < 12 ? 'STATS_VERSION' : 'STATS_INVALID';
      await assert.rejects(CalibrationStats.fromBytes(changed), refused(code), `byte ${at}`);
    }
  });

  it('another version, or another file -> said so', async () => {
    await assert.rejects(
      CalibrationStats.fromBytes(await sealed(new FieldWriter(), 2)),
      refused('STATS_VERSION', /version 2, this release reads 1/),
    );
    await assert.rejects(CalibrationStats.fromBytes(netWith()), refused('STATS_INVALID', /no stats file/));
  });

  it('a right checksum over wrong content -> STATS_INVALID with the place', async () => {
    const hash = new Uint8Array(32);
    const head = () => new FieldWriter().raw(hash);
    const cases: [FieldWriter, RegExp][] = [
      [new FieldWriter().raw(hash.subarray(1)), /ends inside the hash/],
      [head().bytes(Uint8Array.of(1, 0)).u32(0), /no set of numbers/],
      [head().bytes(Uint8Array.of(1)).u32(1), /ends inside the name/],
      [head().bytes(Uint8Array.of(1)).u32(0).u8(0), /bytes follow/],
      [head().bytes(Uint8Array.of(1)).u32(1).text('a').bytes(Uint8Array.of(1, 2)), /tensor a/],
      [head().bytes(Uint8Array.of(1)).u32(1).bytes(Uint8Array.of(0xff)).u32(0), /no text/],
      [head().bytes(new Uint8Array()).u32(0xffffffff), /ends inside/],
    ];
    for (const [content, pattern] of cases) {
      await assert.rejects(
        CalibrationStats.fromBytes(await sealed(content)),
        refused('STATS_INVALID', pattern),
      );
    }
    const state = (await (await statsOf(1, { values: ['y'] })).bytes()).subarray(12, -32);
    const value = state.subarray(32 + 4 + 1 + 4);
    const twice = head().bytes(Uint8Array.of(1)).u32(2).raw(value).raw(value);
    await assert.rejects(
      CalibrationStats.fromBytes(await sealed(twice)),
      refused('STATS_INVALID', /not in its place/),
    );
  });
});

describe('mergeStats', () => {
  it('of other models, other values, the same samples, nothing -> refused', async () => {
    const stats = await statsOf(3);
    const other = await calibrate(netWith(4), batches(2), { values: VALUES });
    await assert.rejects(mergeStats([stats, other]), refused('STATS_MISMATCH', /different models/));
    const fewer = await calibrate(netWith(), [{ name: 'b', feeds: { x: batch(9) }, numbers: [9] }], {
      values: ['y'],
    });
    await assert.rejects(
      mergeStats([stats, fewer]),
      refused('STATS_MISMATCH', /different values/, { tensor: 'c' }),
    );
    await assert.rejects(
      mergeStats([fewer, stats]),
      refused('STATS_MISMATCH', /different values/, { tensor: 'c' }),
    );
    const overlapping = await calibrate(netWith(), [{ name: 'b', feeds: { x: batch(2) }, numbers: [2] }], {
      values: VALUES,
    });
    await assert.rejects(
      mergeStats([stats, overlapping]),
      refused('STATS_MISMATCH', /both have seen sample 2/),
    );
    await assert.rejects(mergeStats([]), refused('INVALID_ARGUMENT'));
    await assert.rejects(mergeStats([await stats.bytes(), new Uint8Array(3)]), refused('STATS_INVALID'));
  });

  it('a model that differs in one weight, or only in the names of nodes -> another hash, the same hash', async () => {
    const [a, b, c] = [await statsOf(1), await calibrate(netWith(3, 0.5), batches(1)), await statsOf(2)];
    assert.notDeepEqual(a.modelHash, b.modelHash);
    assert.deepEqual(a.modelHash, c.modelHash);
  });
});
