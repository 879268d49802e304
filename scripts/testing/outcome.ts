// What a part of the test command found, and how the parts add up.

export interface Skip {
  readonly name: string;
  readonly reason: string;
}

export interface Outcome {
  readonly passed: number;
  /** One entry a failure: its name, and after that whatever helps. */
  readonly failures: readonly string[];
  readonly skips: readonly Skip[];
}

export const PASSED: Outcome = { passed: 1, failures: [], skips: [] };

export function failed(text: string): Outcome {
  return { passed: 0, failures: [text], skips: [] };
}

export function skipped(name: string, reason: string): Outcome {
  return { passed: 0, failures: [], skips: [{ name, reason }] };
}

export function sum(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((total, { passed }) => total + passed, 0),
    failures: outcomes.flatMap(({ failures }) => failures),
    skips: outcomes.flatMap(({ skips }) => skips),
  };
}

/** `3 passed, 0 failed, 1 skipped` */
export function counts({ passed, failures, skips }: Outcome): string {
  return `${passed} passed, ${failures.length} failed, ${skips.length} skipped`;
}
