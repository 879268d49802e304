// Names in PIR: a dialect, a dot, a name. Files write the dialects that Paddle knows as a digit (`1.conv2d` is pd_op.conv2d),
// and a parameter as `p`.

const DIALECTS = new Map([
  ['0', 'builtin'],
  ['1', 'pd_op'],
  ['2', 'cf'],
  ['3', 'custom_op'],
  ['4', 'dist'],
]);

export const PARAMETER = 'builtin.parameter';

/** The whole name of an operator, type or kind of attribute. */
export function fullName(written: string): string {
  if (written === 'p') return PARAMETER;
  const dot = written.indexOf('.');
  const dialect = DIALECTS.get(written.slice(0, Math.max(dot, 0)));
  return dialect === undefined ? written : dialect + written.slice(dot);
}

/** A whole name as files write it. */
export function writtenName(name: string): string {
  const dot = name.indexOf('.');
  const dialect = name.slice(0, Math.max(dot, 0));
  const found = [...DIALECTS].find(([, known]) => known === dialect);
  return found === undefined ? name : found[0] + name.slice(dot);
}
