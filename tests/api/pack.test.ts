// Packed files: the same bits with nothing rewritten and nothing packed, the model inside, and every file that does not fit.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { RunContext } from '../../ts-host/context.js';
import { readPacked } from '../../ts-host/execute/packed/read.js';
import {
  bytesSource,
  mapResolver,
  OctavoError,
  quantize,
  Session,
  type SessionOptions,
} from '../../ts-host/index.js';
import { pack, unpack } from '../../ts-host/packing.js';
import { checksum } from '../../ts-host/wasm/kernels/execute/checksum.js';
import { floatNet, netSamples, quantizedNet } from '../report/models.js';
import { executionEngine } from '../support/engine.js';
import { prepareOctavo } from '../support/octavo.js';
import {
  constant,
  externalTensor,
  floats,
  graph,
  ifNode,
  int64s,
  model,
  node,
  value,
} from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';

before(prepareOctavo);

const [sample] = netSamples(1, 2);
const NET = model(quantizedNet());

/** What a session with these options makes of the sample, and what it tells. */
async function outcome(bytes: Uint8Array, options: SessionOptions = {}) {
  const session = await Session.create(bytes, options);
  const { y } = await session.run(sample!.feeds);
  const { savedPacks, counts, nodes } = session.diagnostics();
  const { inputs, outputs } = session;
  await session.dispose();
  return { y: y!.data, savedPacks, told: { counts, nodes, inputs, outputs } };
}

const refused = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof OctavoError && error.code === code && message.test(error.message);

describe('packed files', () => {
  it('made and run -> the same bits, nodes and file, nothing packed', async () => {
    for (const net of [quantizedNet(), floatNet()]) {
      const packed = await pack(model(net));
      const made = await outcome(model(net));
      assert.equal(made.savedPacks, undefined);
      const loaded = await outcome(packed);
      assert.equal(loaded.savedPacks, 3);
      assert.deepEqual([loaded.y, loaded.told], [made.y, made.told]);
      assert.ok(Buffer.from(await pack(packed)).equals(packed), 'packed again: the same file');
    }
  });

  it('other options than it was packed for -> the model inside, the same bits as from the model', async () => {
    const packed = await pack(NET);
    for (const options of [{ precision: 'fast' }, { integers: 'simulated' }] as const) {
      const [given, plain] = [await outcome(packed, options), await outcome(NET, options)];
      assert.deepEqual([given.y, given.told], [plain.y, plain.told]);
    }
    const again = await quantize(await pack(model(floatNet())), { mode: 'weights', minElements: 1 });
    const plain = await quantize(model(floatNet()), { mode: 'weights', minElements: 1 });
    assert.deepEqual(await again.bytes(), await plain.bytes());
    await Promise.all([again.close(), plain.close()]);
  });

  it('nested graphs, attributes of every kind, external data -> run as from the model, unpacked byte for byte', async () => {
    const { bytes, external, feeds } = branchingNet();
    const session = await Session.create(bytes, { external });
    const { y } = await session.run(feeds);
    const packed = await pack(bytes, { external });
    await session.dispose();
    const again = await Session.create(packed);
    assert.deepEqual((await again.run(feeds)).y, y);
    await again.dispose();
    const files = await unpack(packed);
    assert.deepEqual([...files.keys()], ['', 'weights.bin']);
    assert.ok(Buffer.from(files.get('')!).equals(bytes));
    assert.ok(Buffer.from(files.get('weights.bin')!).equals(WEIGHTS));
  });

  it('shapes that are open or do not fit -> refused', async () => {
    const open = model({
      nodes: [node('Relu', ['x'], ['y'])],
      inputs: [value('x', ['n', 'm'])],
      outputs: [value('y', ['n', 'm'])],
    });
    await assert.rejects(pack(open), refused('FEED_INVALID', /the shape is open: nxm/));
    await assert.rejects(
      pack(open, { shapes: { z: [1] } }),
      refused('FEED_INVALID', /no input of this name/),
    );
    assert.ok((await pack(open, { shapes: { x: [2, 3] } })).byteLength > 100);
  });
});

const WEIGHTS = new Uint8Array(new Rng(3).normal(3 * 8192, 1).buffer);

/** An If over constants: far in another file, near, and in a graph of its own. */
function branchingNet() {
  const branch = (opType: string, name: string) =>
    graph({ nodes: [node(opType, ['s', 'k'], [name])], outputs: [value(name, [3, 8192])] });
  const bytes = model({
    nodes: [
      constant('k', floats('', [1], [0.5])),
      node('LeakyRelu', ['x'], ['l'], { alpha: 0.25 }),
      node('Pad', ['l', 'pads'], ['p'], { mode: 'constant' }),
      node('Add', ['p', 'w'], ['s']),
      ifNode('flag', 'y', branch('Mul', 'product'), branch('Sub', 'difference')),
    ],
    initializers: [
      int64s('pads', [4], [0, 1, 0, 0]),
      externalTensor('w', 'float32', [3, 8192], { location: './weights.bin' }),
      floats('unused', [2], [1, 2]),
    ],
    inputs: [value('x', [3, 8191]), value('flag', [], 'bool')],
    outputs: [value('y', [3, 8192])],
  });
  const feeds = {
    x: { data: new Rng(4).normal(3 * 8191, 1), dims: [3, 8191] },
    flag: { data: Uint8Array.of(1), dims: [], dtype: 'bool' as const },
  };
  return { bytes, external: mapResolver({ 'weights.bin': WEIGHTS }), feeds };
}

describe('packed files that are damaged, hostile or of another release', () => {
  let packed: Uint8Array;
  let first: Float32Array;
  before(async () => {
    packed = await pack(NET);
    first = (await outcome(NET)).y as Float32Array;
  });
  const changed = (at: number, bit = 0): Uint8Array => {
    const bytes = packed.slice();
    bytes[at]! ^= 1 << bit;
    return bytes;
  };

  it('another version, cut, longer, empty -> refused with the place', async () => {
    const rejects = (bytes: Uint8Array, code: string, message: RegExp) =>
      assert.rejects(Session.create(bytes), refused(code, message));
    await rejects(changed(8), 'PACKS_VERSION', /has version 0, this release reads 1.*byte 8/);
    await rejects(changed(11, 7), 'PACKS_VERSION', /has version 2147483649/);
    await rejects(changed(0), 'NOT_A_MODEL', /not those of an ONNX model/);
    await rejects(packed.subarray(0, -1), 'PACKS_INVALID', /truncated/);
    await rejects(Uint8Array.from([...packed, 0]), 'PACKS_INVALID', /longer than it says/);
    for (let length = 8; length < packed.length; length += 397) {
      await rejects(packed.subarray(0, length), 'PACKS_INVALID', /truncated|ends inside/);
    }
  });

  it('any bit changed -> an OctavoError, or a bit that nobody reads and the same result', async () => {
    const step = 223;
    let equal = 0;
    for (let at = 0; at < packed.length; at += step) {
      try {
        const { y } = await outcome(changed(at, at & 7));
        assert.deepEqual(y, first, `byte ${at}`);
        equal++;
      } catch (error) {
        if (!(error instanceof OctavoError)) throw new Error(`byte ${at}`, { cause: error });
      }
    }
    // Only the model inside is not read: half of this small file.
    assert.ok(equal < packed.length / step / 2, `${equal} changes`);
  });

  it('bytes that lie, their checksums made to fit -> an OctavoError or a result, never a trap', async () => {
    const { headBytes, nearBytes } = lengths(packed);
    const rng = new Rng(9);
    let results = 0;
    for (let round = 0; round < 300; round++) {
      const bytes = packed.slice();
      for (let left = rng.int(1, 3); left > 0; left--) {
        bytes[64 + rng.int(0, headBytes - 1)] = [0, 1, 0x7f, 0x80, 0xff, rng.int(0, 255)][rng.int(0, 5)]!;
      }
      await sign(bytes, nearBytes);
      try {
        const session = await Session.create(bytes);
        await session.run(sample!.feeds).finally(() => session.dispose());
        results++;
      } catch (error) {
        if (!(error instanceof OctavoError)) throw new Error(`round ${round}`, { cause: error });
      }
    }
    assert.ok(results > 10 && results < 290, `${results} of 300 still run`);
  });

  it('packed weights in a form that nobody asked for, their checksums made to fit -> refused', async () => {
    const { packs } = await readPacked(bytesSource(packed), new RunContext());
    const { kernels, heap } = await engine;
    let refusals = 0;
    for (const [name, { slice, byteLength, checksum: before }] of packs) {
      const forms = /forms (\d)/.exec(name)?.[1];
      if (forms === undefined) continue;
      const bytes = packed.slice();
      const pack = bytes.subarray(slice!.offset, slice!.offset + byteLength);
      pack[0]! ^= 8;
      const block = heap.copyIn(pack);
      replaceNumber(bytes, before!, checksum(kernels, block, byteLength));
      heap.free(block);
      await sign(bytes, lengths(bytes).nearBytes);
      await assert.rejects(outcome(bytes), refused('PACKS_INVALID', /form that was not asked for.*node/));
      refusals++;
    }
    assert.ok(refusals > 1);
  });

  it('a hash of the model that does not fit, a name that leaves the folder -> refused when unpacked', async () => {
    const inside = Buffer.from(packed).lastIndexOf(Buffer.from(NET.subarray(0, 64)));
    await assert.rejects(unpack(changed(inside + 70)), refused('PACKS_INVALID', /hash/));
    const { bytes, external } = branchingNet();
    const outside = Buffer.from(await pack(bytes, { external }));
    outside.write('../ghts.bin', outside.indexOf('weights.bin'));
    await assert.rejects(unpack(outside), refused('EXTERNAL_DATA_REFUSED', /holds "\.\."/));
    await assert.rejects(unpack(NET), refused('PACKS_INVALID', /no packed file/));
  });
});

function lengths(bytes: Uint8Array): { headBytes: number; nearBytes: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { headBytes: view.getUint32(12, true), nearBytes: view.getUint32(16, true) };
}

/** Puts a number in the place of another in the head. */
function replaceNumber(bytes: Uint8Array, before: number, after: number): void {
  const view = new DataView(bytes.buffer);
  const [pattern, head] = [Buffer.alloc(4), Buffer.from(bytes.buffer, 64, lengths(bytes).headBytes)];
  pattern.writeUInt32LE(before);
  view.setUint32(64 + head.indexOf(pattern), after, true);
}

/** Writes the checksum that the bytes have. */
async function sign(bytes: Uint8Array, nearBytes: number): Promise<void> {
  const { heap, kernels } = await engine;
  const block = heap.copyIn(bytes.subarray(64, 64 + nearBytes));
  new DataView(bytes.buffer).setUint32(20, checksum(kernels, block, nearBytes), true);
  heap.free(block);
}

const engine = executionEngine();
