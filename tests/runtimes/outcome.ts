// What one row of the matrix comes to.

/** What the workload gives back in every runtime. */
export interface WorkloadResult {
  /** Output name, such as `cls.onnx weights 8` → SHA-256 of the bytes, in hexadecimal. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What the engine says about itself and the runtime. */
  readonly diagnostics: string;
}

/** What the workload gives back where it ended with an error. */
export interface WorkloadError {
  /** The OctavoError's code, or '' for another error. */
  readonly code: string;
  readonly message: string;
}

/** What came out of one start of the workload in one runtime. */
export interface Answer {
  readonly version: string;
  /** The workload's answer, or why there is none. */
  readonly answer: WorkloadResult | WorkloadError | string;
}

/** Thrown by a launcher whose runtime is not there. */
export class NotHere extends Error {}

export type Outcome =
  | {
      readonly status: 'passed';
      readonly version: string;
      readonly note: string;
      readonly result?: WorkloadResult;
    }
  | { readonly status: 'failed'; readonly version: string; readonly note: string }
  | { readonly status: 'skipped'; readonly note: string };

/** One row: a runtime, or a check in one. */
export interface Task {
  readonly name: string;
  run(): Promise<Outcome>;
}

/** Passed when the workload came to its end with something to compare. */
export function judgeWorkload({ version, answer }: Answer): Outcome {
  if (typeof answer === 'string') return { status: 'failed', version, note: answer };
  if ('code' in answer) return { status: 'failed', version, note: `${answer.code} ${answer.message}` };
  const outputs = Object.keys(answer.hashes).length;
  if (outputs === 0) return { status: 'failed', version, note: 'the workload made no output' };
  const note = `${outputs} outputs, ${answer.diagnostics}`;
  return { status: 'passed', version, note, result: answer };
}

/** Passed when the workload was refused with this code: imported, then refused when first used. */
export function judgeRefusal(code: string, { version, answer }: Answer): Outcome {
  if (typeof answer === 'string') return { status: 'failed', version, note: answer };
  if (!('code' in answer)) return { status: 'failed', version, note: `ran, and should give ${code}` };
  const status = answer.code === code ? 'passed' : 'failed';
  return { status, version, note: `${answer.code}: ${answer.message}` };
}
