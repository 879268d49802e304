// Loading of the kernels: lazily, from what the entry registered or from what init() is given, and every way a runtime
// or a caller can spoil it. Each case runs in a fresh vm context, which is also another realm.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import vm from 'node:vm';
import * as esbuild from 'esbuild';
import { buildWasm } from '../../scripts/build-wasm.js';
import type * as Load from '../../ts-host/wasm/load.js';
import type { ModuleProvider } from '../../ts-host/wasm/load.js';

const root = new URL('../../', import.meta.url);
let script = '';
let simd: Uint8Array;
let relaxed: Uint8Array;

before(async () => {
  await buildWasm();
  simd = readFileSync(new URL('dist/simd.wasm', root));
  relaxed = readFileSync(new URL('dist/relaxed.wasm', root));
  const entry = new URL('ts-host/wasm/load.ts', root).pathname;
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    globalName: 'octavo',
    write: false,
  });
  script = outputFiles[0]!.text;
});

/** load.ts in a realm of its own. */
function freshRealm(codeGeneration = { strings: true, wasm: true }, change = ''): typeof Load {
  const context = vm.createContext({ Response, fetch }, { codeGeneration });
  return vm.runInContext(`${change}; ${script}; octavo`, context);
}

function counted(): { provider: ModuleProvider; calls: () => number } {
  let calls = 0;
  const countedSimd = () => {
    calls++;
    return simd;
  };
  return { provider: { simd: countedSimd, relaxed: () => relaxed }, calls: () => calls };
}

const hasCode =
  (code: string, message = /./) =>
  (error: { code?: string; message: string }) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };

describe('engine', () => {
  it('asked for twice at once -> one engine, modules read once', async () => {
    const load = freshRealm();
    const { provider, calls } = counted();
    load.registerModules(provider);
    assert.equal(calls(), 0);
    assert.equal(load.diagnostics().ready, false);
    const [one, two] = await Promise.all([load.engine(), load.engine()]);
    assert.equal(one, two);
    assert.equal(await load.engine(), one);
    assert.equal(calls(), 1);
    assert.equal(load.diagnostics().ready, true);
  });

  it('after a failure -> failure again, then success once the cause is gone', async () => {
    const load = freshRealm();
    let good = false;
    load.registerModules({ simd: () => (good ? simd : Uint8Array.of(1, 2, 3)) });
    await assert.rejects(load.engine(), hasCode('WASM_INVALID'));
    await assert.rejects(load.engine(), hasCode('WASM_INVALID'));
    assert.equal(load.diagnostics().ready, false);
    good = true;
    assert.equal((await load.engine()).simd.abiVersion!(), 1);
  });

  it('with nothing registered -> WASM_INVALID', async () => {
    await assert.rejects(freshRealm().engine(), hasCode('WASM_INVALID', /registered/));
  });
});

describe('init', () => {
  const forms: [string, () => Parameters<typeof Load.init>[0]][] = [
    ['Uint8Array', () => simd],
    ['offset view', () => new Uint8Array([...new Uint8Array(7), ...simd]).subarray(7)],
    ['ArrayBuffer', () => Uint8Array.from(simd).buffer],
    ['module of another realm', () => new WebAssembly.Module(Uint8Array.from(simd))],
    ['Response', () => new Response(Uint8Array.from(simd))],
    ['promise of a Response', () => Promise.resolve(new Response(Uint8Array.from(simd)))],
    ['both modules', () => ({ simd, relaxed })],
    ['simd alone', () => ({ simd: new Response(Uint8Array.from(simd)) })],
  ];
  for (const [name, form] of forms) {
    it(`given ${name} -> ready`, async () => {
      const load = freshRealm();
      await load.init(form());
      assert.equal(load.diagnostics().ready, true);
      assert.equal((await load.engine()).simd.abiVersion!(), 1);
    });
  }

  it('given modules while an engine exists -> later calls use them', async () => {
    const load = freshRealm();
    load.registerModules(counted().provider);
    const first = await load.engine();
    await load.init(simd);
    assert.notEqual(await load.engine(), first);
  });

  it('given modules while the first engine is being made -> the given ones stay', async () => {
    const load = freshRealm();
    load.registerModules(counted().provider);
    const [first] = await Promise.all([load.engine(), load.init({ simd })]);
    assert.ok(first.simd.heapBase!() > 0);
    assert.equal(await load.engine(), await load.engine());
  });

  it('refused -> what was in use stays in use', async () => {
    const load = freshRealm();
    await load.init(simd);
    const first = await load.engine();
    await assert.rejects(load.init(Uint8Array.of(0)), hasCode('WASM_INVALID'));
    assert.equal(await load.engine(), first);
  });

  it('given another kind of value -> INVALID_ARGUMENT', async () => {
    for (const value of ['simd.wasm', 7, null, {}, new URL('file:///simd.wasm')]) {
      await assert.rejects(freshRealm().init(value as never), hasCode('INVALID_ARGUMENT'));
    }
  });

  it('given a failed fetch -> IO_FAILED', async () => {
    await assert.rejects(freshRealm().init(new Response('', { status: 404 })), hasCode('IO_FAILED', /404/));
    await assert.rejects(
      freshRealm().init(Promise.reject(new TypeError('offline'))),
      hasCode('IO_FAILED', /offline/),
    );
    await assert.rejects(
      freshRealm().init({ simd, relaxed: Promise.reject(new TypeError('offline')) }),
      hasCode('IO_FAILED', /relaxed/),
    );
  });

  it('given truncated bytes -> WASM_INVALID at every length', async () => {
    for (let length = 0; length < Math.min(simd.length, 64); length++) {
      const load = freshRealm();
      await assert.rejects(load.init(simd.subarray(0, length)), hasCode('WASM_INVALID'));
    }
  });

  it('given a module that is not ours -> WASM_INVALID, its start function not run', async () => {
    // (module (func unreachable) (start 0))
    const starts = [
      0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 5, 1, 3, 0, 0, 11,
    ];
    assert.ok(WebAssembly.validate(Uint8Array.from(starts)));
    await assert.rejects(freshRealm().init(Uint8Array.from(starts)), hasCode('WASM_INVALID', /no Octavo/));
  });

  it('given a module of another ABI -> WASM_INVALID naming both versions', async () => {
    await assert.rejects(
      freshRealm().init(otherAbi(simd)),
      hasCode('WASM_INVALID', /ABI 63, this release needs 1/),
    );
  });
});

describe('modules of sessions', () => {
  const file = (name: string): Uint8Array => readFileSync(new URL(`dist/${name}.wasm`, root));

  it('asked for by two sessions at once -> read and compiled once, a memory each', async () => {
    const load = freshRealm();
    let reads = 0;
    load.registerModules({
      simd: () => simd,
      execute: () => {
        reads++;
        return file('execute');
      },
    });
    assert.equal(reads, 0);
    const [one, two] = await Promise.all([load.executionEngine('strict'), load.executionEngine('strict')]);
    assert.equal(reads, 1);
    assert.notEqual(one.heap.memory, two.heap.memory);
  });

  it('precision fast without a relaxed module, or one the runtime refuses -> strict', async () => {
    const load = freshRealm();
    load.registerModules({ simd: () => simd, execute: () => file('execute') });
    assert.equal((await load.executionEngine('fast')).precision, 'strict');
    load.registerModules({
      simd: () => simd,
      execute: () => file('execute'),
      executeRelaxed: () => Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 99),
    });
    assert.equal((await load.executionEngine('fast')).precision, 'strict');
  });

  it('given to init -> used instead; simd alone -> the others stay the entry’s', async () => {
    const load = freshRealm();
    load.registerModules({ simd: () => simd });
    await assert.rejects(load.executionEngine('strict'), hasCode('WASM_INVALID', /execute/));
    await load.init({ simd, execute: file('execute') });
    assert.equal((await load.executionEngine('strict')).precision, 'strict');
    load.registerModules({ simd: () => simd, execute: () => file('execute') });
    await load.init(simd);
    assert.equal((await load.executionEngine('strict')).precision, 'strict');
  });

  it('another module given as execute -> WASM_INVALID by init, what was in use stays', async () => {
    const load = freshRealm();
    await load.init({ simd, execute: file('execute') });
    const first = await load.engine();
    await assert.rejects(
      load.init({ simd, execute: otherAbi(file('execute')) }),
      hasCode('WASM_INVALID', /ABI/),
    );
    await assert.rejects(load.init({ simd, execute: Uint8Array.of(1) }), hasCode('WASM_INVALID'));
    assert.equal(await load.engine(), first);
    assert.equal((await load.executionEngine('strict')).precision, 'strict');
  });

  it('a failure -> failure again, then success once the cause is gone', async () => {
    const load = freshRealm();
    let good = false;
    load.registerModules({ simd: () => simd, execute: () => (good ? file('execute') : Uint8Array.of(1)) });
    await assert.rejects(load.executionEngine('strict'), hasCode('WASM_INVALID'));
    good = true;
    assert.equal((await load.executionEngine('strict')).precision, 'strict');
  });
});

describe('runtime', () => {
  it('without WebAssembly -> WASM_UNAVAILABLE with a cause', async () => {
    const load = freshRealm(undefined, 'delete globalThis.WebAssembly');
    assert.deepEqual(
      { ...load.diagnostics(), families: 0 },
      { ready: false, simd: false, relaxed: 'not loaded', families: 0 },
    );
    await assert.rejects(load.init(simd), (error: Error) => {
      assert.match(String(error.cause), /WebAssembly is not defined/);
      return hasCode('WASM_UNAVAILABLE', /no WebAssembly/)(error);
    });
  });

  it('that forbids compiling -> WASM_UNAVAILABLE with its reason; a compiled module still works', async () => {
    const load = freshRealm({ strings: false, wasm: false });
    await assert.rejects(load.init(simd), (error: Error) => {
      assert.match(error.message, /disallowed by embedder/);
      assert.match(String(error.cause), /CompileError/);
      return hasCode('WASM_UNAVAILABLE', /wasm-unsafe-eval/)(error);
    });
    await load.init(new WebAssembly.Module(Uint8Array.from(simd)));
    assert.equal(load.diagnostics().ready, true);
  });

  it('whose validate throws -> WASM_UNAVAILABLE', async () => {
    const refuse = 'WebAssembly.validate = WebAssembly.compile = () => { throw new EvalError("policy") }';
    await assert.rejects(freshRealm(undefined, refuse).init(simd), hasCode('WASM_UNAVAILABLE', /policy/));
  });

  it('without memory for wasm -> MEMORY_LIMIT', async () => {
    const refuse = 'WebAssembly.Memory = class { constructor() { throw new RangeError("no memory") } }';
    await assert.rejects(freshRealm(undefined, refuse).init(simd), hasCode('MEMORY_LIMIT'));
  });
});

/** `module` with the constant that abiVersion() returns replaced by 63: the body `i32.const 1, end`, found once. */
function otherAbi(module: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(module);
  const body = [4, 0, 65, 1, 11]; // size 4, no locals, i32.const 1, end
  const at = changed.findIndex((_, index) => body.every((byte, i) => changed[index + i] === byte));
  assert.ok(at > 0, 'abiVersion found in the module');
  changed[at + 3] = 63;
  return changed;
}
