// What an error means to the shell: its exit code, its line on stderr, its JSON.

import { CommanderError } from 'commander';
import { type ErrorPlace, OctavoError } from '../errors.js';

export const OK = 0;
export const FAILED = 1;
export const USAGE = 2;
export const INTERRUPTED = 130;

/** Wrong usage: an option that does not fit, or contradicts another. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** As typed, such as `--bits`. */
  readonly option: string;

  constructor(message: string, option: string) {
    super(message);
    this.option = option;
  }
}

export function exitCodeOf(error: unknown): number {
  if (isUsage(error)) return USAGE;
  if (!(error instanceof OctavoError)) return FAILED;
  if (error.code === 'ABORTED') return INTERRUPTED;
  return error.code === 'INVALID_ARGUMENT' ? USAGE : FAILED;
}

/** Whether a look at the help would have avoided it. */
export function isUsage(error: unknown): error is UsageError | CommanderError {
  return error instanceof UsageError || error instanceof CommanderError;
}

/** One line without `error:` in front. */
export function messageOf(error: unknown): string {
  if (error instanceof CommanderError) return error.message.replace(/^error: /, '');
  if (error instanceof UsageError) return error.message;
  if (error instanceof OctavoError) {
    return error.code === 'ABORTED' ? 'interrupted' : `${error.message} [${error.code}]`;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export interface ErrorJson {
  /** A code of docs/errors.md, or `INTERNAL` for an error that Octavo did not foresee. */
  readonly code: string;
  readonly message: string;
  readonly place: ErrorPlace;
}

export function toErrorJson(error: unknown): ErrorJson {
  if (error instanceof OctavoError) {
    const { code, message, place } = error;
    return { code, message, place };
  }
  if (isUsage(error)) {
    const place = error instanceof UsageError ? { field: error.option } : {};
    return { code: 'INVALID_ARGUMENT', message: messageOf(error), place };
  }
  return { code: 'INTERNAL', message: messageOf(error), place: {} };
}
