// What one row of the matrix comes to.

/** What the workload gives back in every runtime. */
export interface WorkloadResult {
  /** Output name, such as `cls.onnx weights 8` → SHA-256 of the bytes, in hexadecimal. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What the engine says about itself and the runtime. */
  readonly diagnostics: unknown;
}

export type Outcome =
  | { readonly status: 'passed'; readonly version: string; readonly note: string; readonly result?: WorkloadResult }
  | { readonly status: 'failed'; readonly version: string; readonly note: string }
  | { readonly status: 'skipped'; readonly note: string };

/** One row: a runtime, or a check in one. */
export interface Task {
  readonly name: string;
  run(): Promise<Outcome>;
}

export function failed(version: string, note: string): Outcome {
  return { status: 'failed', version, note };
}

export function skipped(note: string): Outcome {
  return { status: 'skipped', note };
}
