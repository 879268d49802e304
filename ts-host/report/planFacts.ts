// What a plan tells of the settings it was made with, as lines of a report.

import type { QuantPlan } from '../ir/plan.js';
import type { RecoveryReport } from '../recover/recover.js';

export interface Setting {
  readonly name: string;
  readonly value: string;
}

export function planSettings({
  mode,
  target,
  representation,
  activations = [],
  tensors,
}: QuantPlan): Setting[] {
  const settings: Setting[] = [{ name: 'Mode', value: mode }];
  if (target !== undefined) settings.push({ name: 'Target', value: target });
  if (representation !== undefined) settings.push({ name: 'Form', value: FORMS[representation] });
  if (activations.length > 0) {
    const kinds = counted(
      activations.map(({ dtype, symmetric }) => `${dtype}, ${symmetric ? 'symmetric' : 'affine'}`),
    );
    settings.push({ name: 'Activations', value: kinds });
    settings.push({ name: 'Ranges', value: counted(activations.map(({ method }) => method)) });
  }
  if (tensors.length > 0) settings.push({ name: 'Weights', value: counted(tensors.map(weightKind)) });
  return settings;
}

/** What recovery did, a line a step. */
export function recoverySettings(recovery: RecoveryReport | undefined): Setting[] {
  if (recovery === undefined) return [];
  const { level, before, after, steps, skipped } = recovery;
  const gain =
    before === null || after === null
      ? ''
      : `, ${before.toFixed(1)} → ${after.toFixed(1)} dB on held-out samples`;
  return [
    { name: 'Recovery', value: skipped ?? `${level}${gain}` },
    ...steps.map(({ step, kept, reason }) => ({
      name: `Recovery: ${step}`,
      value: `${kept ? 'kept' : 'not kept'}: ${reason}`,
    })),
  ];
}

const FORMS = { qdq: 'QuantizeLinear and DequantizeLinear', operator: 'integer operators' };

function weightKind(tensor: QuantPlan['tensors'][number]): string {
  if (tensor.dtype === 'float16') return tensor.dtype;
  const { dtype, symmetric, granularity, observer } = tensor;
  return `${dtype}, ${symmetric ? 'symmetric' : 'affine'}, a scale for each ${granularity.kind}, ${observer}`;
}

/** `31 × int8, affine; 2 × int8, symmetric`, most first. */
function counted(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([kind, count]) => `${count} × ${kind}`).join('; ');
}
