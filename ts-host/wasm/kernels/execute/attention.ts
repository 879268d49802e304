// What attention adds to its scores: masks in all their forms, and causality, made one dense matrix.

import type { KernelExports } from '../../kernel-exports.js';

type Address = number;

/** Forms of a mask: none; float32 that is added; bytes or int32 of which 0 hides; int32 ends, or ends and starts, of the
 *  keys that are seen. */
const KINDS = ['none', 'float', 'bool', 'int', 'end', 'range'] as const;
export type MaskKind = (typeof KINDS)[number];

export interface AttentionBias {
  readonly kind: MaskKind;
  readonly mask: Address;
  /** Elements of the mask between rows and between keys; 0 repeats. For `range`, where the start lies from the end. */
  readonly rowStride: number;
  readonly columnStride: number;
  /** What a hidden key gets. */
  readonly filter: number;
  /** Keys that the first row sees; each further row sees one more. */
  readonly visible: number;
  /** What is added to keys a row does not see. */
  readonly hidden: number;
}

/** Writes the bias [rows, keys] to `out`. */
export function attentionBias(
  kernels: KernelExports,
  out: Address,
  rows: number,
  keys: number,
  { kind, mask, rowStride, columnStride, filter, visible, hidden }: AttentionBias,
): void {
  const form = KINDS.indexOf(kind);
  kernels.attention_bias_f32!(out, rows, keys, form, mask, rowStride, columnStride, filter, visible, hidden);
}
