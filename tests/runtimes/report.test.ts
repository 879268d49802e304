import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { judgeRefusal, judgeWorkload, type Outcome } from './outcome.js';
import { compareResults, type Row, requireAll } from './report.js';

const row = (name: string, hashes: Record<string, string>): Row => ({
  name,
  outcome: judgeWorkload({ version: '1', answer: { hashes, diagnostics: '' } }),
  seconds: 0,
});

const statuses = (rows: readonly Row[]): Outcome['status'][] => rows.map(({ outcome }) => outcome.status);

test('compareResults equal hashes in another order -> all passed', () => {
  const rows = [row('a', { x: '1', y: '2' }), row('b', { y: '2', x: '1' })];
  assert.deepEqual(statuses(compareResults(rows)), ['passed', 'passed']);
});

test('compareResults one runtime with another hash -> that one failed, output named', () => {
  const rows = [row('odd', { x: '9', y: '2' }), row('b', { x: '1', y: '2' }), row('c', { x: '1', y: '2' })];
  const compared = compareResults(rows);
  assert.deepEqual(statuses(compared), ['failed', 'passed', 'passed']);
  assert.match(compared[0]!.outcome.note, /^1 outputs differ: x: 9, not 1$/);
});

test('compareResults one runtime lacks an output -> failed', () => {
  const compared = compareResults([row('a', { x: '1', y: '2' }), row('b', { x: '1' })]);
  assert.deepEqual(statuses(compared), ['passed', 'failed']);
  assert.match(compared[1]!.outcome.note, /y: absent, not 2/);
});

test('compareResults skipped and refused rows -> left as they are', () => {
  const refusal = judgeRefusal('X', { version: '1', answer: { code: 'X', message: 'm' } });
  const rows: Row[] = [
    row('a', { x: '1' }),
    { name: 'b', outcome: { status: 'skipped', note: 'n' }, seconds: 0 },
    { name: 'c', outcome: refusal, seconds: 0 },
  ];
  assert.deepEqual(statuses(compareResults(rows)), ['passed', 'skipped', 'passed']);
});

test('requireAll a skipped row -> failed, reason kept', () => {
  const rows = requireAll([
    row('a', { x: '1' }),
    { name: 'b', outcome: { status: 'skipped', note: 'n' }, seconds: 0 },
  ]);
  assert.deepEqual(statuses(rows), ['passed', 'failed']);
  assert.equal(rows[1]!.outcome.note, 'skipped: n');
});

test('judgeWorkload no outputs, an error or no answer -> failed', () => {
  assert.equal(judgeWorkload({ version: '1', answer: { hashes: {}, diagnostics: '' } }).status, 'failed');
  assert.equal(judgeWorkload({ version: '1', answer: { code: 'X', message: 'm' } }).status, 'failed');
  assert.equal(judgeWorkload({ version: '1', answer: 'no result' }).status, 'failed');
});

test('judgeRefusal another code or a result -> failed', () => {
  assert.equal(judgeRefusal('X', { version: '1', answer: { code: 'Y', message: 'm' } }).status, 'failed');
  assert.equal(
    judgeRefusal('X', { version: '1', answer: { hashes: { x: '1' }, diagnostics: '' } }).status,
    'failed',
  );
});

test('package-lock.json -> names no place to download from', () => {
  const lockfile = readFileSync(new URL('package-lock.json', import.meta.url), 'utf8');
  assert.equal(lockfile.includes('"resolved"'), false);
});
