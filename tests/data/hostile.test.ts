// Images that are cut, broken or lie: an OctavoError, never a trap, a hang, a leak or memory for what is not there.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { RunContext } from '../../ts-host/context.js';
import { decodePixels } from '../../ts-host/data/images/decode.js';
import { type Pixels, Work } from '../../ts-host/data/images/work.js';
import { type ErrorCode, OctavoError } from '../../ts-host/errors.js';
import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import { crc32 } from '../../ts-host/wasm/kernels/images/png.js';
import { imageEngine } from '../support/engine.js';
import { Rng } from '../support/rng.js';
import { DECODE_CASES } from './goldenImages.js';

let engine: ExecutionEngine;
before(async () => {
  engine = await imageEngine();
});

const MOST = 10_000;

/** The pixels' size, or the error; whatever happens, nothing stays in memory. */
async function outcome(
  file: Uint8Array,
  maxPixels = MOST,
  signal?: AbortSignal,
): Promise<Pixels | OctavoError> {
  const work = new Work(engine, new RunContext({ signal }), 'x.img');
  try {
    return await decodePixels(work, file, { maxPixels });
  } catch (error) {
    assert.ok(error instanceof OctavoError, `${String(error)}\n${(error as Error).stack}`);
    return error;
  } finally {
    work.end();
    assert.equal(engine.heap.held, 0);
  }
}

async function refusal(
  file: Uint8Array,
  code: ErrorCode,
  pattern: RegExp,
  maxPixels?: number,
): Promise<void> {
  const found = await outcome(file, maxPixels);
  assert.ok(found instanceof OctavoError, `decoded, should be ${code}`);
  assert.equal(found.code, code, found.message);
  assert.match(found.message, pattern);
  assert.equal(found.place.file, 'x.img');
}

const IMAGE_ERRORS: readonly ErrorCode[] = ['MALFORMED', 'TRUNCATED', 'IMAGE_UNSUPPORTED', 'LIMIT_EXCEEDED'];

const named = (start: string): Uint8Array => DECODE_CASES.find(({ name }) => name.startsWith(start))!.file;
const baseline = named('jpeg 40 x 23 4:2:0 baseline');
const progressive = named('jpeg 40 x 23 4:2:0 progressive');

/** Where a marker is in a JPEG file. */
function markerAt(file: Uint8Array, marker: number): number {
  const at = Buffer.from(file).indexOf(Buffer.of(0xff, marker));
  assert.ok(at > 0);
  return at;
}

function changed(file: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = file.slice();
  copy.set(bytes, at);
  return copy;
}

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** A chunk of PNG with the right check sum. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined(new TextEncoder().encode(type), data);
  const at = engine.heap.copyIn(body);
  const sum = crc32(engine, at, body.length);
  engine.heap.free(at);
  const [length, end] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  end.writeUInt32BE(sum);
  return joined(length, body, end);
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function header(width: number, height: number, depth = 8, color = 2, ...rest: number[]): Uint8Array {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width);
  data.writeUInt32BE(height, 4);
  data.set([depth, color, ...rest], 8);
  return chunk('IHDR', data);
}

const END = () => chunk('IEND', new Uint8Array(0));
const png = (...chunks: Uint8Array[]): Uint8Array => joined(SIGNATURE, ...chunks);
const data = (bytes: Uint8Array): Uint8Array => chunk('IDAT', Uint8Array.from(deflateSync(bytes)));

describe('cut and broken files', () => {
  it('cut anywhere -> an error of that file', async () => {
    const rng = new Rng(1);
    const cases = DECODE_CASES.filter((_, i) => i % 6 === 0);
    for (const { name, file } of cases) {
      for (let i = 0; i < 12; i++) {
        const length = rng.int(0, file.length - 3);
        const found = await outcome(file.subarray(0, length));
        assert.ok(found instanceof OctavoError, `${name} of ${length} bytes was decoded`);
        assert.ok(IMAGE_ERRORS.includes(found.code), `${name} of ${length}: ${found.code}`);
      }
    }
  });

  it('bytes changed -> an image or an error of that file', async () => {
    const rng = new Rng(2);
    let decoded = 0;
    for (let round = 0; round < 1500; round++) {
      const { name, file } = DECODE_CASES[rng.int(0, DECODE_CASES.length - 1)]!;
      const copy = file.slice();
      for (let i = rng.int(1, 6); i > 0; i--) copy[rng.int(2, copy.length - 1)] = rng.int(0, 255);
      const found = await outcome(copy);
      if (!(found instanceof OctavoError)) decoded++;
      else assert.ok(IMAGE_ERRORS.includes(found.code), `${name}, ${round}: ${found.code}`);
    }
    assert.ok(decoded > 100);
  });

  it('markers and lengths put together at random -> an end', async () => {
    const rng = new Rng(3);
    const segments: Uint8Array[] = [];
    for (const { file } of DECODE_CASES.filter(({ name }) => name.startsWith('jpeg'))) {
      for (let at = 2; at + 4 < file.length && file[at] === 0xff && file[at + 1] !== 0xda; ) {
        const next = at + 2 + ((file[at + 2]! << 8) | file[at + 3]!);
        segments.push(file.subarray(at, next));
        at = next;
      }
      segments.push(file.subarray(markerAt(file, 0xda)));
    }
    for (let round = 0; round < 600; round++) {
      const parts = Array.from({ length: rng.int(1, 12) }, () => segments[rng.int(0, segments.length - 1)]!);
      const found = await outcome(joined(Uint8Array.of(0xff, 0xd8), ...parts));
      if (found instanceof OctavoError) assert.ok(IMAGE_ERRORS.includes(found.code), found.message);
    }
  });

  it('no image -> what it is', async () => {
    await refusal(new Uint8Array(0), 'IMAGE_UNSUPPORTED', /empty file/);
    await refusal(new TextEncoder().encode('hello'), 'IMAGE_UNSUPPORTED', /no image/);
    await refusal(new TextEncoder().encode('GIF89a...'), 'IMAGE_UNSUPPORTED', /a GIF image/);
    await refusal(new TextEncoder().encode('RIFF....WEBPVP8 '), 'IMAGE_UNSUPPORTED', /a WebP image/);
    await refusal(Uint8Array.of(0, 0, 0, 0x18, 0x66, 0x74, 0x79, 0x70), 'IMAGE_UNSUPPORTED', /HEIF or AVIF/);
  });
});

describe('JPEG that lies', () => {
  it('kinds that are not decoded -> IMAGE_UNSUPPORTED', async () => {
    const frame = markerAt(baseline, 0xc0);
    await refusal(changed(baseline, frame + 1, 0xc3), 'IMAGE_UNSUPPORTED', /lossless/);
    await refusal(changed(baseline, frame + 1, 0xc9), 'IMAGE_UNSUPPORTED', /arithmetic/);
    await refusal(changed(baseline, frame + 4, 12), 'IMAGE_UNSUPPORTED', /12 bits/);
    await refusal(changed(baseline, frame + 5, 0, 0), 'IMAGE_UNSUPPORTED', /height/);
    await refusal(changed(baseline, frame + 14, 0x31), 'IMAGE_UNSUPPORTED', /sampling factors/);
  });

  it('sizes -> refused before memory is taken', async () => {
    const frame = markerAt(baseline, 0xc0);
    const huge = changed(baseline, frame + 5, 0xff, 0xff, 0xff, 0xff);
    await refusal(huge, 'LIMIT_EXCEEDED', /65535 x 65535 pixels are more than/, 1e9);
    const before = engine.heap.memory.buffer.byteLength;
    await refusal(huge, 'TRUNCATED', /cannot hold 65535 x 65535/, 1e10);
    assert.equal(engine.heap.memory.buffer.byteLength, before);
    await refusal(changed(baseline, frame + 7, 0, 0), 'MALFORMED', /0 pixels wide/);
    await refusal(changed(baseline, frame + 11, 0x52), 'MALFORMED', /sampling factors 5/);
  });

  it('tables and components that there are not -> MALFORMED', async () => {
    const scan = markerAt(baseline, 0xda);
    await refusal(changed(baseline, scan + 6, 0x33), 'MALFORMED', /no Huffman table/);
    await refusal(changed(baseline, scan + 5, 9), 'MALFORMED', /no component 9/);
    await refusal(changed(baseline, scan + 4, 5), 'MALFORMED', /5 components/);
    const withoutTables = joined(baseline.subarray(0, 20), baseline.subarray(markerAt(baseline, 0xc0)));
    await refusal(withoutTables, 'MALFORMED', /no quantization table/);
    const codes = markerAt(baseline, 0xc4);
    await refusal(changed(baseline, codes + 4, 0x77), 'MALFORMED', /no Huffman table 119/);
    await refusal(baseline.subarray(0, codes), 'TRUNCATED', /ends inside/);
  });

  it('scans without end -> LIMIT_EXCEEDED', async () => {
    const scan = markerAt(progressive, 0xda);
    const second = Buffer.from(progressive).indexOf(Buffer.of(0xff, 0xc4), scan);
    const first = progressive.subarray(scan, second);
    const many = joined(progressive.subarray(0, scan), ...Array.from({ length: 120 }, () => first));
    await refusal(many, 'LIMIT_EXCEEDED', /more than 100 scans/);
  });

  it('bits that make no sense, markers between them -> MALFORMED with the place', async () => {
    const scan = markerAt(baseline, 0xda);
    const marker = changed(baseline, scan + 40, 0xff, 0xd9);
    await refusal(marker, 'MALFORMED', /ends before the image does/);
    const restarts = named('jpeg 40 x 23 4:2:0 baseline restarts');
    const at = Buffer.from(restarts).indexOf(Buffer.of(0xff, 0xd0), markerAt(restarts, 0xda));
    await refusal(changed(restarts, at + 1, 0xd5), 'MALFORMED', /restart marker is missing/);
    const found = await outcome(changed(restarts, at + 1, 0xd5));
    assert.ok(found instanceof OctavoError && Math.abs(found.place.offset! - at) < 12, String(found));
  });

  it('one scan without an end marker -> decoded; a progressive file -> TRUNCATED', async () => {
    assert.ok(!((await outcome(baseline.subarray(0, -2))) instanceof OctavoError));
    await refusal(progressive.subarray(0, -2), 'TRUNCATED', /ends inside the image/);
  });
});

describe('PNG that lies', () => {
  it('headers -> refused', async () => {
    const pixels = data(new Uint8Array(4));
    await refusal(png(header(0, 1), pixels, END()), 'MALFORMED', /0 x 1/);
    await refusal(png(header(1, 1, 3), pixels, END()), 'MALFORMED', /no colour type 2 of 3 bits/);
    await refusal(png(header(1, 1, 8, 5), pixels, END()), 'MALFORMED', /no colour type 5/);
    await refusal(png(header(1, 1, 8, 2, 1), pixels, END()), 'IMAGE_UNSUPPORTED', /compression 1/);
    await refusal(png(header(1, 1, 8, 2, 0, 0, 2), pixels, END()), 'IMAGE_UNSUPPORTED', /filter 0, 2/);
    await refusal(png(header(200, 200), pixels, END()), 'LIMIT_EXCEEDED', /40000|200 x 200/);
    await refusal(png(pixels, header(1, 1), END()), 'MALFORMED', /first chunk/);
    await refusal(png(header(1, 1), header(1, 1), pixels, END()), 'MALFORMED', /first chunk/);
  });

  it('a small file of a large picture -> refused before memory is taken', async () => {
    const before = engine.heap.memory.buffer.byteLength;
    const file = png(header(30000, 30000), data(new Uint8Array(100)), END());
    await refusal(file, 'TRUNCATED', /cannot hold 30000 x 30000/, 1e9);
    assert.equal(engine.heap.memory.buffer.byteLength, before);
  });

  it('data -> refused', async () => {
    const good = Uint8Array.from(deflateSync(Uint8Array.of(0, 1, 2, 3)));
    await refusal(png(header(1, 1), END()), 'TRUNCATED', /no image data/);
    await refusal(png(header(1, 1), data(new Uint8Array(3)), END()), 'TRUNCATED', /less than the image/);
    await refusal(png(header(1, 1), data(Uint8Array.of(7, 1, 2, 3)), END()), 'MALFORMED', /filter/);
    await refusal(png(header(1, 1), chunk('IDAT', changed(good, 0, 0x79)), END()), 'MALFORMED', /zlib/);
    await refusal(
      png(header(1, 1), chunk('IDAT', changed(good, good.length - 1, 9)), END()),
      'MALFORMED',
      /check sum/,
    );
    const apart = [
      chunk('IDAT', good.subarray(0, 4)),
      chunk('tEXt', new Uint8Array(2)),
      chunk('IDAT', good.subarray(4)),
    ];
    await refusal(png(header(1, 1), ...apart, END()), 'MALFORMED', /two places/);
    await refusal(png(header(1, 1), chunk('IDAT', good)), 'TRUNCATED', /ends inside the image/);
    await refusal(png(header(1, 1, 8, 3), data(new Uint8Array(2)), END()), 'MALFORMED', /no palette/);
    await refusal(
      png(header(1, 1), chunk('PLTE', new Uint8Array(4)), END()),
      'MALFORMED',
      /palette of 4 bytes/,
    );
    await refusal(png(header(1, 1), chunk('ABCD', new Uint8Array(1)), END()), 'IMAGE_UNSUPPORTED', /ABCD/);
  });

  it('more data than the picture, pieces of any size -> decoded', async () => {
    const long = await outcome(png(header(1, 1), data(new Uint8Array(50)), END()));
    assert.ok(!(long instanceof OctavoError), String(long));
    const packed = deflateSync(Uint8Array.of(0, 1, 2, 3));
    const pieces = Array.from(packed, (byte) => chunk('IDAT', Uint8Array.of(byte)));
    const found = await outcome(png(header(1, 1), ...pieces, chunk('IDAT', new Uint8Array(0)), END()));
    assert.ok(!(found instanceof OctavoError), String(found));
  });
});

describe('long work', () => {
  /** A picture that takes a while: noise in rows of the last filter. */
  function large(side: number): Uint8Array {
    const rows = Buffer.alloc(side * (1 + side * 3), 0xa7);
    for (let y = 0; y < side; y++) rows[y * (1 + side * 3)] = 4;
    return png(header(side, side), chunk('IDAT', Uint8Array.from(deflateSync(rows, { level: 1 }))), END());
  }

  it('abort while decoding -> ABORTED', async () => {
    const controller = new AbortController();
    const running = outcome(large(3000), 1e7, controller.signal);
    setTimeout(() => controller.abort(), 1);
    const found = await running;
    assert.ok(found instanceof OctavoError && found.code === 'ABORTED', String(found));
  });

  it('many images -> memory of the largest', async () => {
    const own = await imageEngine();
    const decodeAll = async (rounds: number) => {
      for (let i = 0; i < rounds; i++) {
        for (const { name, file } of DECODE_CASES.slice(0, 40)) {
          const work = new Work(own, new RunContext(), name);
          await decodePixels(work, file, { maxPixels: MOST });
          work.end();
        }
      }
      return own.heap.memory.buffer.byteLength;
    };
    const once = await decodeAll(1);
    assert.equal(await decodeAll(20), once);
  });

  it('memoryLimit -> MEMORY_LIMIT, and the next image is decoded', async () => {
    const small = await imageEngine(20_000);
    const decode = async (file: Uint8Array) => {
      const work = new Work(small, new RunContext(), 'x');
      try {
        return await decodePixels(work, file, { maxPixels: 1e9 });
      } finally {
        work.end();
      }
    };
    await assert.rejects(decode(large(200)), (error: OctavoError) => error.code === 'MEMORY_LIMIT');
    assert.equal((await decode(named('jpeg 5 x 2'))).width, 5);
  });
});
