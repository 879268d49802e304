// The JSON that commands print. docs/cli.md is its schema in prose.

/** Numbers that JSON has not (the SQNR of an exact copy is infinite) become null. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
