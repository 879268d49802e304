// A report as JSON: docs/report.md documents it. Numbers that JSON does not have become null: the SQNR of an exact copy, and
// everything about numbers that are not finite.

import type { Report } from '../layers/layerReport.js';

export function reportToJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
