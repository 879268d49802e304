// The public API over the built kernels, and its outputs read back.

import { readFileSync } from 'node:fs';
import { buildWasm } from '../../scripts/build-wasm.js';
import { init, type QuantizeOptions, type QuantPlan, quantize } from '../../ts-host/index.js';
import type { NodePlan, TensorPlan } from '../../ts-host/ir/plan.js';

const wasm = (name: string): Uint8Array => readFileSync(new URL(`../../dist/${name}.wasm`, import.meta.url));

/** Makes quantize() and sessions work in tests: call it in `before`. */
export async function prepareOctavo(): Promise<void> {
  await buildWasm();
  await init({ simd: wasm('simd'), execute: wasm('execute'), executeRelaxed: wasm('execute-relaxed') });
}

export async function quantizedBytes(bytes: Uint8Array, options: QuantizeOptions = {}): Promise<Uint8Array> {
  const result = await quantize(bytes, options);
  try {
    return await result.bytes();
  } finally {
    await result.close();
  }
}

/** A plan's line for a node. */
export function lineOf(plan: QuantPlan, node: string): NodePlan {
  const line = plan.nodes.find((each) => each.node === node);
  if (line === undefined) throw new Error(`no line for ${node}: ${plan.nodes.map((n) => n.node).join(', ')}`);
  return line;
}

export function tensorOf(plan: QuantPlan, tensor: string): TensorPlan {
  const found = plan.tensors.find((each) => each.tensor === tensor);
  if (found === undefined) throw new Error(`no tensor ${tensor}`);
  return found;
}

/** A plan in short: `node form tensors` and `tensor: dtype granularity axis` lines. */
export function summaryOf(plan: QuantPlan): string[] {
  const nodes = plan.nodes.map(({ node, form, tensors }) => [node, form, ...tensors].join(' '));
  const tensors = plan.tensors.map((each) => {
    if (each.dtype === 'float16') return `${each.tensor}: float16`;
    const { granularity, dtype } = each;
    const axis = granularity.kind === 'tensor' ? '' : ` ${granularity.axis}`;
    return `${each.tensor}: ${dtype} ${granularity.kind}${axis}`;
  });
  return [...nodes, ...tensors];
}
