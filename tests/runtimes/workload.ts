// The one program that every runtime runs.

import type * as Octavo from '../../ts-host/index.js';
import type { WorkloadResult } from './outcome.js';

/** Model file name → how this runtime reads it. */
export type Inputs = Readonly<Record<string, () => Promise<Uint8Array>>>;

export async function runWorkload(octavo: typeof Octavo, inputs: Inputs): Promise<WorkloadResult> {
  await octavo.init();
  const hashes: Record<string, string> = {};
  for (const [name, load] of Object.entries(inputs)) {
    hashes[name] = await sha256(await load());
  }
  return { hashes, diagnostics: octavo.diagnostics() };
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
