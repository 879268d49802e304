// What a section hands back, and how it is printed.

/** One line: a figure with its unit and, where the issue sets one, its goal. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the figure is compared with, how it spread: for people. */
  readonly note?: string;
  readonly goal?: { readonly atLeast?: number; readonly atMost?: number };
}

export interface SectionResult {
  readonly section: string;
  readonly figures: readonly Figure[];
  /** Why the section, or a part of it, could not run. */
  readonly skipped?: readonly string[];
}

/** Whether a figure meets its goal; undefined without one. */
export function meetsGoal({ value, goal }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  return (
    value >= (goal.atLeast ?? Number.NEGATIVE_INFINITY) && value <= (goal.atMost ?? Number.POSITIVE_INFINITY)
  );
}

export function formatSection({ section, figures, skipped = [] }: SectionResult): string {
  const width = Math.max(...figures.map(({ name }) => name.length), 10);
  const lines = figures.map((figure) => {
    const { name, value, unit, note = '' } = figure;
    return `  ${name.padEnd(width)} ${formatNumber(value).padStart(9)} ${unit.padEnd(6)} ${formatGoal(figure)}${note}`;
  });
  return [`${section}`, ...lines, ...skipped.map((reason) => `  skipped: ${reason}`)].join('\n');
}

function formatNumber(value: number): string {
  if (Math.abs(value) >= 1000) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 100 ? 1 : 2);
}

function formatGoal(figure: Figure): string {
  const { goal } = figure;
  if (goal === undefined) return '';
  const wanted = goal.atLeast !== undefined ? `>= ${goal.atLeast}` : `<= ${goal.atMost}`;
  return `[goal ${wanted}: ${meetsGoal(figure) ? 'met' : 'MISSED'}] `;
}
