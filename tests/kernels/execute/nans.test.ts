// Canonical NaNs: every NaN of every float type gets one bit pattern, everything else keeps its bits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalNaNs } from '../../../ts-host/wasm/kernels/execute/nans.js';
import { executionEngine } from '../../support/engine.js';

const CASES = [
  [
    'float32',
    Uint32Array,
    [0x7fc00000, 0x7f800001, 0xffffffff, 0x7f800000, 0xff800000, 0, 0x80000000, 1],
    0x7fc00000,
  ],
  ['float16', Uint16Array, [0x7e00, 0x7c01, 0xffff, 0x7c00, 0xfc00, 0, 0x8000, 1], 0x7e00],
  ['bfloat16', Uint16Array, [0x7fc0, 0x7f81, 0xffff, 0x7f80, 0xff80, 0, 0x8000, 1], 0x7fc0],
] as const;

for (const [dtype, Make, bits, nan] of CASES) {
  test(`${dtype}, NaNs and others -> the three NaNs alike, the others as they were, nothing beside them touched`, async () => {
    const engine = await executionEngine();
    const all = Make.from([bits[1], ...bits, bits[1]]);
    const address = engine.heap.copyIn(all);
    canonicalNaNs(engine, dtype, address + Make.BYTES_PER_ELEMENT, bits.length);
    const after = new Make(engine.heap.copyOut(address, all.byteLength).buffer);
    assert.deepEqual([...after], [bits[1], nan, nan, nan, ...bits.slice(3), bits[1]]);
  });
}

test('float64 -> the same; no elements -> nothing', async () => {
  const engine = await executionEngine();
  const all = BigUint64Array.from([
    0x7ff0000000000001n,
    0xffffffffffffffffn,
    0x7ff0000000000000n,
    1n,
    1n << 63n,
  ]);
  const address = engine.heap.copyIn(all);
  canonicalNaNs(engine, 'float64', address, 0);
  assert.deepEqual(new BigUint64Array(engine.heap.copyOut(address, 40).buffer), all);
  canonicalNaNs(engine, 'float64', address, all.length);
  const nan = 0x7ff8000000000000n;
  assert.deepEqual(
    [...new BigUint64Array(engine.heap.copyOut(address, 40).buffer)],
    [nan, nan, ...all.slice(2)],
  );
});
