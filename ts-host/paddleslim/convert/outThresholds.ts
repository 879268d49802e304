// What a program says of the results of its operators: `out_threshold`, or `Output0_threshold` by argument and index.

import type { PaddleOp } from '../../formats/paddle/program.js';

/** By variable. Thresholds that nothing can be computed with are left out: a program may hold 0 for what it never ran. */
export function outThresholds(ops: readonly PaddleOp[]): Map<string, number> {
  const thresholds = new Map<string, number>();
  for (const op of ops) {
    for (const [argument, names] of op.outputs) {
      for (const [at, name] of names.entries()) {
        const threshold = floatOf(op, `${argument}${at}_threshold`) ?? floatOf(op, 'out_threshold');
        if (threshold !== undefined && threshold > 0 && Number.isFinite(threshold))
          thresholds.set(name, threshold);
      }
    }
  }
  return thresholds;
}

function floatOf({ attributes }: PaddleOp, name: string): number | undefined {
  const attribute = attributes.get(name);
  return attribute?.kind === 'float' || attribute?.kind === 'float64' ? attribute.value : undefined;
}
