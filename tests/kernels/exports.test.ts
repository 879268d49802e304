// The modules against each other and against docs/kernels.md: the same names everywhere.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildWasm } from '../../scripts/build-wasm.js';

const root = new URL('../../', import.meta.url);
await buildWasm();

function exportsOf(file: string): string[] {
  const module = new WebAssembly.Module(readFileSync(new URL(file, root)));
  return WebAssembly.Module.exports(module)
    .map(({ name }) => name)
    .sort();
}

/** Code words in a column of a family table. */
function documented(column: number, heading = '## Families', next = '## Executor families'): string[] {
  const page = readFileSync(new URL('docs/kernels.md', root), 'utf8');
  const table = page.slice(page.indexOf(heading), page.indexOf(next));
  const cells = table.split('\n').map((line) => line.split('|')[column] ?? '');
  return cells
    .slice(3)
    .flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map((match) => match[1]!))
    .sort();
}

test('exports of reference.wasm -> those of simd.wasm', () => {
  assert.deepEqual(exportsOf('.cache/reference.wasm'), exportsOf('dist/simd.wasm'));
});

test('exports of simd.wasm -> the family table of docs/kernels.md', () => {
  assert.deepEqual(exportsOf('dist/simd.wasm'), documented(2));
});

const EXECUTOR = ['## Executor families', '## Image families'] as const;
const IMAGES = ['## Image families', '## The contract'] as const;

test('exports of reference-execute.wasm -> those of execute.wasm', () => {
  assert.deepEqual(exportsOf('.cache/reference-execute.wasm'), exportsOf('dist/execute.wasm'));
});

test('exports of execute.wasm -> the executor family table of docs/kernels.md', () => {
  assert.deepEqual(exportsOf('dist/execute.wasm'), documented(2, ...EXECUTOR));
});

test('exports of reference-images.wasm -> those of images.wasm', () => {
  assert.deepEqual(exportsOf('.cache/reference-images.wasm'), exportsOf('dist/images.wasm'));
});

test('exports of images.wasm -> the image family table of docs/kernels.md', () => {
  assert.deepEqual(exportsOf('dist/images.wasm'), documented(2, ...IMAGES));
});

// From its source: Node 20 cannot compile the module itself.
test('exports of relaxed.wasm -> the relaxed column of that table', () => {
  const source = readFileSync(new URL('assembly/relaxed.ts', root), 'utf8');
  const names = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap(
    (match) => match[1]!.match(/\w+/g) ?? [],
  );
  assert.deepEqual(names.sort(), documented(3));
});

test('exports of execute-relaxed.wasm -> the relaxed column of the executor table', () => {
  const source = readFileSync(new URL('assembly/execute-relaxed.ts', root), 'utf8');
  const names = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap(
    (match) => match[1]!.match(/\w+/g) ?? [],
  );
  assert.deepEqual(names.sort(), documented(3, ...EXECUTOR));
});

// An execution engine serves both modules' kernels under one roof.
test('simd.wasm and execute.wasm -> no name in common but the two of the ABI', () => {
  const simd = new Set(exportsOf('dist/simd.wasm'));
  assert.deepEqual(
    exportsOf('dist/execute.wasm').filter((name) => simd.has(name)),
    ['abiVersion', 'heapBase'],
  );
});
