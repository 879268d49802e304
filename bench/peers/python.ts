// onnxruntime's quantize_static in a Python process, and what was recorded of it.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const PEER_METHODS = ['MinMax', 'Percentile', 'Entropy'] as const;
export type PeerMethod = (typeof PEER_METHODS)[number];

export interface PeerRun {
  readonly seconds: number;
  readonly peakBytes: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** results.json */
export interface PeerResults {
  versions: Readonly<Record<string, string>>;
  /** By model, then by method. */
  models: Record<string, Partial<Record<PeerMethod, { readonly sqnr: number; readonly cosine: number }>>>;
}

/** A python that has onnxruntime and onnx, undefined where none is named. */
export const peerPython = (): string | undefined => process.env.OCTAVO_PYTHON || undefined;

/** Quantizes a model with `count` samples of a folder.
 *  @throws Error with the end of stderr when it fails */
export function runPeer(
  python: string,
  model: string,
  samples: string,
  method: PeerMethod,
  output: string,
  count: number,
): Promise<PeerRun> {
  const script = fileURLToPath(new URL('quantize_static.py', import.meta.url));
  const args = [script, model, samples, method, output, String(count)];
  return new Promise((resolve, reject) => {
    const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [text, errors] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString('utf8')).slice(-2000)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(text.trimEnd().split('\n').at(-1)!) as PeerRun);
      else reject(new Error(`${python} ended with ${code}: ${errors.trim()}`));
    });
  });
}
