// What every runtime does in the part `runtimes`: a model with codes, made ready, run, timed and hashed. No imports: it runs in
// pages too.

const [WARMUP, RUNS] = [15, 40];

/** @returns times in milliseconds, what the session says of itself, and the SHA-256 of the first output of
 *  precision strict */
export async function measureModel(octavo, bytes, input, dims) {
  const length = dims.reduce((a, b) => a * b, 1);
  // Exact in float32, the same everywhere.
  const data = Float32Array.from({ length }, (_, i) => ((Math.imul(i, 2654435761) >>> 20) - 2048) / 2048);
  const begun = performance.now();
  const session = await octavo.Session.create(bytes, { precision: 'fast' });
  const run = async () => Object.values(await session.run({ [input]: { data, dims } }))[0];
  await run();
  const firstMs = performance.now() - begun;
  for (let i = 0; i < WARMUP; i++) await run();
  const times = [];
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const diagnostics = session.diagnostics();
  await session.dispose();
  const strict = await octavo.Session.create(bytes);
  const output = Object.values(await strict.run({ [input]: { data, dims } }))[0];
  await strict.dispose();
  const bits = new Uint8Array(output.data.buffer, output.data.byteOffset, output.data.byteLength);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bits));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { medianMs: times[RUNS / 2], minMs: times[0], firstMs, sha256, diagnostics };
}
