// Small helpers of the io tests: expected errors, time limits, things that hang.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { type ErrorCode, OctavoError } from '../../ts-host/errors.js';
import type { OutputFile } from '../../ts-host/io/output.js';
import { Rng } from '../support/rng.js';

/** Checks that `action` fails with `code`, and returns the error. */
export async function fails(action: () => unknown, code: ErrorCode): Promise<OctavoError> {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof OctavoError, `expected an OctavoError, got ${error}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`expected ${code}, but it succeeded`);
}

/** The promise of abort: 50 ms. Timers of a loaded machine are late, so the limit here is wider; what hangs,
 *  hangs forever. */
export const ABORT_LIMIT_MS = 400;

/** Starts `action`, fires the signal 20 ms later, and checks that it ends soon with `ABORTED`. */
export async function abortsSoon(action: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const controller = new AbortController();
  let firedAt = 0;
  setTimeout(() => {
    firedAt = performance.now();
    controller.abort(new Error('stop'));
  }, 20);
  const error = await fails(() => action(controller.signal), 'ABORTED');
  assert.equal((error.cause as Error).message, 'stop');
  assert.ok(performance.now() - firedAt < ABORT_LIMIT_MS, `took ${performance.now() - firedAt} ms`);
}

/** Compares bytes, whatever the class of the arrays, without printing them all. */
export function sameBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  assert.ok(actual !== undefined, 'no bytes');
  assert.equal(actual.byteLength, expected.byteLength);
  const at = Buffer.compare(actual, expected) === 0 ? -1 : actual.findIndex((b, i) => b !== expected[i]);
  assert.equal(at, -1, `first difference at byte ${at}`);
}

export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

/** Seeded bytes, repeated with a prime period so that no two offsets of a power of two look alike. */
export function seededBytes(count: number, seed = count): Uint8Array {
  const bytes = new Uint8Array(count);
  const period = new Rng(seed).bytes(Math.min(count, 65_521));
  for (let at = 0; at < count; at += period.byteLength) bytes.set(period.subarray(0, count - at), at);
  return bytes;
}

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'octavo-io-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An output of `bytes`, in chunks of `step` bytes through one buffer that is used again, as a kernel does. */
export function outputOf(name: string, bytes: Uint8Array, step = 1000): OutputFile {
  return {
    name,
    byteLength: bytes.byteLength,
    async *chunks() {
      const buffer = new Uint8Array(step);
      for (let from = 0; from < bytes.byteLength; from += step) {
        const part = bytes.subarray(from, from + step);
        buffer.set(part);
        yield buffer.subarray(0, part.byteLength);
      }
    },
  };
}

/** An output that gives `good` bytes and then never anything again. */
export function hangingOutput(name: string, good: number, byteLength: number): OutputFile {
  return {
    name,
    byteLength,
    async *chunks() {
      yield new Uint8Array(good);
      await never();
    },
  };
}

export function contextWith(signal: AbortSignal): RunContext {
  return new RunContext({ signal });
}

/** Locations that no resolver may open, on any system. */
export const UNSAFE_LOCATIONS = [
  '',
  '.',
  './',
  './.',
  '/',
  '/etc/passwd',
  '//server/share/x',
  '..',
  '../x',
  'a/..',
  'a/../b',
  'a/b/../../../x',
  './..',
  'C:\\x',
  'C:x',
  'c:/x',
  '\\\\server\\share\\x',
  '\\x',
  'a\\b',
  '..\\x',
  'a\0b',
  'x.bin\0.txt',
  'file:///etc/passwd',
  'https://example.org/x',
  'data:text/plain,x',
  `${'a/'.repeat(2048)}b`,
];
