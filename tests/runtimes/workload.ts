// The one program that every runtime runs.
export async function runWorkload(octavo: any, inputs: Record<string, () => Promise<Uint8Array>>) {
  const hashes: Record<string, string> = {};
  for (const [name, load] of Object.entries(inputs)) {
    const result = await octavo.quantize(await load(), { mode: 'weights', bits: 8 });
    const bytes = await result.bytes();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    hashes[name] = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  return { hashes, diagnostics: {} };
}
