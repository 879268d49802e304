import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cachingResolver, checkLocation, mapResolver } from '../../ts-host/io/external.js';
import { bytesSource, type Source } from '../../ts-host/io/source.js';
import { fails, UNSAFE_LOCATIONS } from './support.js';

describe('checkLocation', () => {
  test('checkLocation unsafe location -> EXTERNAL_DATA_REFUSED, named without control characters', async () => {
    for (const location of UNSAFE_LOCATIONS) {
      const error = await fails(() => checkLocation(location), 'EXTERNAL_DATA_REFUSED');
      assert.ok(!error.message.includes('\0'));
      assert.ok(error.message.length < 400);
      assert.notEqual(error.place.file, undefined);
    }
  });

  test('checkLocation safe location -> one spelling', () => {
    for (const [location, expected] of [
      ['model.onnx.data', 'model.onnx.data'],
      ['./weights.bin', 'weights.bin'],
      ['a//b/./c', 'a/b/c'],
      ['..data', '..data'],
      ['a..b', 'a..b'],
      ['...', '...'],
      ['with space/ü€😀', 'with space/ü€😀'],
      ['1:x', '1:x'],
    ] as const) {
      assert.equal(checkLocation(location), expected);
    }
  });
});

describe('mapResolver', () => {
  test('mapResolver known location, in any spelling -> its source', async () => {
    for (const files of [
      { './w/data.bin': new Uint8Array([1, 2]) },
      new Map([['w/data.bin', new Uint8Array([1, 2])]]),
    ]) {
      const source = await mapResolver(files)('w//data.bin');
      assert.equal(source.size, 2);
    }
  });

  test('mapResolver unknown location, also of Object.prototype -> EXTERNAL_DATA_MISSING', async () => {
    const resolve = mapResolver({ a: new Uint8Array(1) });
    for (const location of ['b', 'constructor', '__proto__', 'toString']) {
      const error = await fails(() => resolve(location), 'EXTERNAL_DATA_MISSING');
      assert.equal(error.place.file, location);
    }
  });

  test('mapResolver unsafe location -> EXTERNAL_DATA_REFUSED even where the map has it', async () => {
    await fails(() => mapResolver({ a: new Uint8Array(1) })('../a'), 'EXTERNAL_DATA_REFUSED');
    await fails(() => mapResolver({ '../a': new Uint8Array(1) }), 'EXTERNAL_DATA_REFUSED');
  });
});

describe('cachingResolver', () => {
  test('cachingResolver one location many times, in two spellings -> opened once, closed once', async () => {
    const opened: string[] = [];
    const closed: string[] = [];
    const caching = cachingResolver(async (location) => {
      opened.push(location);
      return { ...bytesSource(new Uint8Array(1)), close: async () => void closed.push(location) };
    });
    const sources = await Promise.all(['a', './a', 'a', 'b'].map((location) => caching.resolve(location)));
    assert.equal(sources[0], sources[1]);
    assert.deepEqual(opened, ['a', 'b']);
    await caching.close();
    await caching.close();
    assert.deepEqual(closed, ['a', 'b']);
    await fails(() => caching.resolve('a'), 'IO_FAILED');
  });

  test('cachingResolver source that does not close -> the others are closed, then its error', async () => {
    const closed: string[] = [];
    const caching = cachingResolver(async (location): Promise<Source> => {
      const close = async (): Promise<void> => {
        if (location === 'a') throw new RangeError('stuck');
        closed.push(location);
      };
      return { ...bytesSource(new Uint8Array(1)), close };
    });
    await caching.resolve('a');
    await caching.resolve('b');
    await assert.rejects(caching.close(), /stuck/);
    assert.deepEqual(closed, ['b']);
  });

  test('cachingResolver location that fails -> its error each time, nothing to close', async () => {
    const caching = cachingResolver(mapResolver({}));
    await fails(() => caching.resolve('a'), 'EXTERNAL_DATA_MISSING');
    await fails(() => caching.resolve('a'), 'EXTERNAL_DATA_MISSING');
    await caching.close();
  });
});
