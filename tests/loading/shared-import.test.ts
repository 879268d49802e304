import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { buildWasm } from '../../scripts/build-wasm.js';
import { OctavoError } from '../../ts-host/errors.js';
import { withSharedMemory } from '../../ts-host/wasm/threads/sharedImport.js';

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
/** `(import "env" "memory" (memory …))` with these limits. */
const memoryImport = (...limits: number[]): number[] => {
  const content = [1, 3, 101, 110, 118, 6, ...Buffer.from('memory'), 2, ...limits];
  return [2, content.length, ...content];
};
const moduleOf = (...sections: number[][]): Uint8Array => Uint8Array.from([...HEADER, ...sections.flat()]);
const shared = (maximum: number): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: 16, maximum, shared: true });

const refused = (why: RegExp) => (error: unknown) =>
  error instanceof OctavoError && error.code === 'WASM_INVALID' && why.test(error.message);

before(buildWasm);

describe('withSharedMemory', () => {
  for (const name of ['simd', 'execute']) {
    it(`${name}.wasm -> takes a shared memory of any size, computes the same, differs in its import only`, () => {
      const bytes = readFileSync(new URL(`../../dist/${name}.wasm`, import.meta.url));
      const patched = withSharedMemory(bytes);
      assert.ok(WebAssembly.validate(patched));
      assert.ok(patched.length <= bytes.length + 4, `${patched.length} of ${bytes.length}`);
      assert.equal(Buffer.compare(patched.subarray(-1000), bytes.subarray(-1000)), 0);
      for (const maximum of [16, 65535]) {
        const env = { memory: shared(maximum) };
        const { exports } = new WebAssembly.Instance(new WebAssembly.Module(patched), { env });
        assert.equal((exports as { abiVersion(): number }).abiVersion(), 1);
      }
      const env = { memory: new WebAssembly.Memory({ initial: 16 }) };
      assert.throws(
        () => new WebAssembly.Instance(new WebAssembly.Module(patched), { env }),
        WebAssembly.LinkError,
      );
    });
  }

  it('limits with and without a maximum, or shared already -> shared, least pages kept', () => {
    for (const limits of [
      [0, 4],
      [1, 4, 9],
      [3, 4, 9],
      [0, 0x84, 0],
    ]) {
      const patched = withSharedMemory(moduleOf([0, 2, 1, 120], memoryImport(...limits), [1, 1, 0]));
      assert.deepEqual(
        [...patched],
        [...moduleOf([0, 2, 1, 120], memoryImport(3, 4, 128, 128, 4), [1, 1, 0])],
      );
    }
  });

  const broken: [string, Uint8Array, RegExp][] = [
    ['no bytes', new Uint8Array(), /ends too early/],
    ['no module', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), /begin as a module/],
    ['no imports', moduleOf([1, 1, 0]), /imports nothing/],
    ['a section beyond the end', moduleOf([1, 100, 0]), /ends beyond/],
    ['a length of six bytes', moduleOf([1, 255, 255, 255, 255, 255, 1]), /more than 32 bits/],
    ['two imports', moduleOf([2, 1, 2]), /more than a memory/],
    ['a name beyond the section', moduleOf([2, 3, 1, 90, 0]), /ends too early/],
    ['an import of a function', moduleOf([2, 5, 1, 0, 0, 0, 0]), /no memory/],
    ['a memory of 64 bits', moduleOf(memoryImport(4, 1)), /unknown kind/],
    ['limits cut off', moduleOf(memoryImport(1, 1)), /ends too early/],
    ['bytes behind the imports', moduleOf(memoryImport(0, 1, 7)), /longer than its imports/],
  ];
  for (const [name, bytes, why] of broken) {
    it(`${name} -> WASM_INVALID`, () => assert.throws(() => withSharedMemory(bytes), refused(why)));
  }

  it('a module cut off anywhere -> refused or not valid', () => {
    const whole = moduleOf(memoryImport(0, 4), [1, 1, 0]);
    for (let length = 0; length < whole.length; length++) {
      let patched: Uint8Array<ArrayBuffer> | undefined;
      try {
        patched = withSharedMemory(whole.subarray(0, length));
      } catch (error) {
        assert.ok(error instanceof OctavoError, String(error));
      }
      const isWhole = length === HEADER.length + memoryImport(0, 4).length;
      assert.ok(patched === undefined || WebAssembly.validate(patched) === isWhole, `${length} bytes`);
    }
  });
});
