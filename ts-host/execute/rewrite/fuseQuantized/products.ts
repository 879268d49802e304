// MatMul: QLinearMatMul, MatMulIntegerToFloat where its result stays in float. Gemm: QGemm for both.

import { float, integer } from '../../../ir/attributes.js';
import { elementCount } from '../../../ir/tensor.js';
import { biasCodes } from './bias.js';
import { findEnding } from './ending.js';
import type { Rule } from './rule.js';
import { attributesOf, type Codes, integerNode, pair, type Site, triple } from './site.js';
import { requireRoom } from './sums.js';

/** Scales along `axis` of a weight, or one for all. */
function requireAxis(site: Site, { axis, dims, dtype }: Codes, wanted: number): void {
  if (dtype === 'int32') site.refuse('the codes of its input 1 are int32');
  if (axis === undefined) return;
  if (dims === undefined) site.refuse('its input 1 has scales along an axis, and a rank that a run tells');
  const rank = dims!.length;
  if ((axis + rank) % rank !== (wanted + rank) % rank) {
    site.refuse(`its input 1 has scales along axis ${axis}`);
  }
}

export const matMul: Rule = async (site, { id, node }) => {
  const [a, b] = [site.one(node, 0), site.operand(node, 1)];
  requireAxis(site, b, -1);
  const { dims = [1] } = b;
  const depth = dims.at(-2) ?? dims[0]!;
  requireRoom(site, a, b, elementCount(dims) / Math.max(1, depth), false);
  const ending = await findEnding(site, node.outputs[0]!);
  if (typeof ending === 'string') {
    const inputs = [a.codes, b.codes, a.scale, b.scale, a.zeroPoint, b.zeroPoint];
    return { node: integerNode(id, ['com.microsoft', 'MatMulIntegerToFloat'], inputs, node.outputs) };
  }
  const inputs = [...triple(a), ...triple(b), ...pair(ending)];
  return { node: integerNode(id, ['', 'QLinearMatMul'], inputs, [ending.output], ending.clamp), ending };
};

export const gemm: Rule = async (site, { id, node }) => {
  const [a, b] = [site.one(node, 0), site.operand(node, 1)];
  requireAxis(site, b, integer(node, 'transB', 0) === 0 ? 1 : 0);
  const added = node.inputs[2] ?? '';
  requireRoom(site, a, b, b.dims?.[integer(node, 'transB', 0) === 0 ? 1 : 0] ?? 1, added !== '');
  const found = await findEnding(site, node.outputs[0]!);
  const ending = typeof found === 'string' ? undefined : found;
  if (added !== '' && (float(node, 'alpha', 1) !== 1 || float(node, 'beta', 1) !== 1)) {
    site.refuse('its alpha and beta are not 1');
  }
  const bias = await biasCodes(site, added, a, b, ending?.scales[0]);
  const { alpha, transA, transB } = attributesOf(node);
  const attributes = { alpha, transA, transB, ...ending?.clamp };
  const inputs = [...triple(a), ...triple(b), bias, ...(ending === undefined ? [] : pair(ending))];
  while (inputs.at(-1) === '') inputs.pop();
  const outputs = ending === undefined ? node.outputs : [ending.output];
  return { node: integerNode(id, ['com.microsoft', 'QGemm'], inputs, outputs, attributes), ending };
};
