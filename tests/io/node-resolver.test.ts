// The safe resolver against real links, pipes and a path that is swapped while it is opened.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { folderResolver } from '../../ts-host/io/node/folder-resolver.js';
import { sourceContract } from './source-contract.js';
import { contextWith, fails, temporaryFolder, UNSAFE_LOCATIONS } from './support.js';

const folder = temporaryFolder();
let count = 0;
const fresh = (): string => join(folder, `n${count++}`);
const freshFolder = (): string => {
  const path = fresh();
  mkdirSync(path);
  return path;
};

sourceContract('folderResolver', (bytes, context) => {
  const path = freshFolder();
  mkdirSync(join(path, 'sub'));
  writeFileSync(join(path, 'sub', 'w.data'), bytes);
  return folderResolver(path, context)('./sub/w.data');
});

describe('folderResolver', () => {
  /** A folder with every attack in it, next to a secret. */
  function attacked(): { root: string; secret: string } {
    const base = freshFolder();
    const root = join(base, 'model');
    const secret = join(base, 'secret');
    mkdirSync(root);
    mkdirSync(join(root, 'sub'));
    writeFileSync(secret, 'secret');
    writeFileSync(join(root, 'good'), 'good');
    symlinkSync(secret, join(root, 'link'));
    symlinkSync('good', join(root, 'inner-link'));
    symlinkSync(base, join(root, 'folder-link'));
    symlinkSync('sub', join(root, 'inner-folder-link'));
    symlinkSync('nowhere', join(root, 'dangling'));
    symlinkSync('loop', join(root, 'loop'));
    writeFileSync(join(root, 'sub', 'file'), 'file');
    linkSync(secret, join(root, 'hard'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    return { root, secret };
  }

  test('folderResolver links, hard links, pipes, folders -> EXTERNAL_DATA_REFUSED with the location', async () => {
    const { root } = attacked();
    const resolve = folderResolver(root);
    for (const location of [
      'link',
      'inner-link',
      'dangling',
      'loop',
      'folder-link/secret',
      'inner-folder-link/file',
      'hard',
      'pipe',
      'sub',
    ]) {
      const error = await fails(() => resolve(location), 'EXTERNAL_DATA_REFUSED');
      assert.equal(error.place.file, location);
    }
    for (const location of UNSAFE_LOCATIONS) await fails(() => resolve(location), 'EXTERNAL_DATA_REFUSED');
    await (await resolve('sub/file')).close?.();
  });

  test('folderResolver missing file, also below a file -> EXTERNAL_DATA_MISSING', async () => {
    const { root } = attacked();
    for (const location of ['missing', 'sub/missing', 'nowhere/x', 'good/x']) {
      const error = await fails(() => folderResolver(root)(location), 'EXTERNAL_DATA_MISSING');
      assert.equal(error.place.file, location);
    }
  });

  test('folderResolver folder reached through a link -> works; missing folder -> IO_FAILED', async () => {
    const { root } = attacked();
    const link = fresh();
    symlinkSync(root, link);
    const source = await folderResolver(link)('good');
    assert.equal(Buffer.from(await source.read(0, 4)).toString(), 'good');
    await source.close?.();
    await fails(() => folderResolver(join(root, 'missing'))('good'), 'IO_FAILED');
  });

  test('folderResolver path swapped all the time -> never the secret', async () => {
    const { root, secret } = attacked();
    const target = join(root, 'swapped');
    const plain = join(root, 'plain');
    const evil = join(root, 'evil');
    const resolve = folderResolver(root);
    let swapping = true;
    const swapper = (async () => {
      while (swapping) {
        writeFileSync(plain, 'plain!');
        renameSync(plain, target);
        await new Promise(setImmediate);
        symlinkSync(secret, evil);
        renameSync(evil, target);
        await new Promise(setImmediate);
      }
    })();
    let refused = 0;
    for (let attempt = 0; attempt < 300; attempt++) {
      const source = await resolve('swapped').catch((error) => {
        assert.match(error.code, /^EXTERNAL_DATA_/);
        refused++;
      });
      if (source === undefined) continue;
      assert.equal(Buffer.from(await source.read(0, source.size)).toString(), 'plain!');
      await source.close?.();
    }
    swapping = false;
    await swapper;
    assert.ok(refused > 0, 'the path was swapped between attempts');
  });

  test('folderResolver signal fired -> ABORTED', async () => {
    const { root } = attacked();
    const controller = new AbortController();
    const resolve = folderResolver(root, contextWith(controller.signal));
    controller.abort(new Error('stop'));
    await fails(() => resolve('good'), 'ABORTED');
  });
});
