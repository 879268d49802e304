// The choice between strict and relaxed kernels, with modules that stand for every kind of machine.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import asc from 'assemblyscript/asc';
import { buildWasm } from '../../scripts/build-wasm.js';
import { createEngine, type Engine } from '../../ts-host/wasm/engine.js';
import { gemm, packWeights } from '../../ts-host/wasm/kernels/gemm.js';
import { chooseKernels } from '../../ts-host/wasm/probe.js';
import { Rng } from '../support/rng.js';

const root = new URL('../../', import.meta.url);
const file = (path: string): Uint8Array => readFileSync(new URL(path, root));
const fakes = new Map<string, Uint8Array>();
const INEXACT = ['saturating', 'signed', 'doubled', 'seven-bit', 'off-in-one'];

before(async () => {
  await buildWasm();
  mkdirSync(new URL('.cache/fakes', root), { recursive: true });
  for (const name of [...INEXACT, 'slow', 'exact']) {
    const out = `.cache/fakes/${name}.wasm`;
    const options = ['--outFile', out, '--memoryBase', '32768', '--baseDir', root.pathname];
    const { error, stderr } = await asc.main([`tests/assembly/fakes/${name}.ts`, ...options]);
    assert.equal(error, null, stderr.toString());
    fakes.set(name, file(out));
  }
});

/** An engine whose relaxed module is the fake; `simd` may be another module, to be slower than the fake. */
function engineWith(fake: string, simd = 'dist/simd.wasm'): Promise<Engine> {
  return createEngine({ simd: file(simd), relaxed: () => fakes.get(fake)! });
}

/** A product through the binding, and the same by plain loops. */
function multiply(engine: Engine): [Int32Array, Int32Array] {
  const [m, n, k] = [13, 21, 46];
  const rng = new Rng(5);
  const a = rng.bytes(m * k).fill(255, 0, k);
  const b = new Int8Array(rng.bytes(k * n).buffer);
  const c = new Int32Array(m * n);
  gemm(engine, a, packWeights(engine, b, k, n), c, m);
  const expected = c.map((_, index) => {
    const [row, column] = [Math.floor(index / n), index % n];
    let sum = 0;
    for (let depth = 0; depth < k; depth++) sum += a[row * k + depth]! * b[depth * n + column]!;
    return sum;
  });
  return [c, expected];
}

describe('chooseKernels', () => {
  for (const name of INEXACT) {
    it(`relaxed module that is ${name} -> refused, results exact`, async () => {
      const engine = await engineWith(name);
      assert.deepEqual(await chooseKernels(engine, 'gemm'), { variant: 'simd', reason: 'refused: inexact' });
      assert.equal(engine.variants.state, 'loaded');
      assert.equal(engine.variants.kernels('gemm'), engine.simd);
      const [actual, expected] = multiply(engine);
      assert.deepEqual(actual, expected);
    });
  }

  it('relaxed module that is exact but slower -> refused', async () => {
    const engine = await engineWith('slow');
    assert.deepEqual(await chooseKernels(engine, 'gemm'), { variant: 'simd', reason: 'refused: slower' });
  });

  it('relaxed module that is exact and faster -> chosen, results exact', async () => {
    const engine = await engineWith('exact', '.cache/reference.wasm');
    assert.deepEqual(await chooseKernels(engine, 'gemm'), { variant: 'relaxed', reason: 'chosen' });
    assert.notEqual(engine.variants.kernels('gemm'), engine.simd);
    const [actual, expected] = multiply(engine);
    assert.deepEqual(actual, expected);
  });

  it('the shipped relaxed module on this runtime -> exact results, whatever was chosen', async (t) => {
    const engine = await createEngine({
      simd: file('dist/simd.wasm'),
      relaxed: () => file('dist/relaxed.wasm'),
    });
    const choice = await chooseKernels(engine, 'gemm');
    t.diagnostic(`relaxed SIMD here: ${engine.variants.state}; gemm: ${choice.variant}, ${choice.reason}`);
    assert.deepEqual(engine.variants.choice('gemm'), choice);
    const [actual, expected] = multiply(engine);
    assert.deepEqual(actual, expected);
  });

  it('before it is called -> relaxed module not read, strict kernels serve', async () => {
    let reads = 0;
    const engine = await createEngine({
      simd: file('dist/simd.wasm'),
      relaxed: () => {
        reads++;
        return fakes.get('exact')!;
      },
    });
    const [actual, expected] = multiply(engine);
    assert.deepEqual(actual, expected);
    assert.equal(reads, 0);
    assert.equal(engine.variants.state, 'not loaded');
    await Promise.all([chooseKernels(engine, 'gemm'), chooseKernels(engine, 'gemm')]);
    await chooseKernels(engine, 'gemm');
    assert.equal(reads, 1);
  });

  it('no relaxed module -> strict, "not given"', async () => {
    const engine = await createEngine({ simd: file('dist/simd.wasm') });
    assert.deepEqual(await chooseKernels(engine, 'gemm'), { variant: 'simd', reason: 'not loaded' });
    assert.equal(engine.variants.state, 'not given');
  });

  it('relaxed module the runtime rejects -> strict, "unsupported"', async () => {
    const engine = await createEngine({
      simd: file('dist/simd.wasm'),
      relaxed: () => Uint8Array.of(1, 2, 3),
    });
    assert.deepEqual(await chooseKernels(engine, 'gemm'), { variant: 'simd', reason: 'not loaded' });
    assert.equal(engine.variants.state, 'unsupported');
  });

  it('relaxed module that is not ours or cannot be read -> strict, and the state says why', async () => {
    const foreign = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    const missing = () => Promise.reject(new Error('status 404'));
    for (const [relaxed, reason] of [
      [() => foreign, /^failed: .*no Octavo kernel module/],
      [missing, /^failed: status 404/],
    ] as const) {
      const engine = await createEngine({ simd: file('dist/simd.wasm'), relaxed });
      assert.deepEqual(await chooseKernels(engine, 'gemm'), { variant: 'simd', reason: 'not loaded' });
      assert.match(engine.variants.state, reason);
      const [actual, expected] = multiply(engine);
      assert.deepEqual(actual, expected);
    }
  });
});

describe('packWeights', () => {
  it('given to another engine -> INVALID_ARGUMENT', async () => {
    const [one, two] = [await engineWith('exact'), await engineWith('exact')];
    const packed = packWeights(one, new Int8Array(4), 2, 2);
    assert.throws(() => gemm(two, new Uint8Array(2), packed, new Int32Array(2), 1), /another engine/);
  });

  it('packed before the choice -> still read by the module that packed it', async () => {
    const engine = await engineWith('exact', '.cache/reference.wasm');
    const b = Int8Array.from([1, -2, 3, 4, -5, 6]);
    const packed = packWeights(engine, b, 3, 2);
    assert.equal((await chooseKernels(engine, 'gemm')).variant, 'relaxed');
    const c = new Int32Array(2);
    gemm(engine, Uint8Array.from([10, 20, 255]), packed, c, 1);
    assert.deepEqual([...c], [10 + 60 - 1275, -20 + 80 + 1530]);
  });
});
