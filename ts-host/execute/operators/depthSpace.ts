// DepthToSpace and SpaceToDepth: transposes of a view in which blocks have dims of their own.

import { planCopy, stridesOf, widthOf } from '../movement/copy.js';
import { movePlan } from '../movement/plan.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { describeType } from '../value.js';

/** The input seen as `view`, its dims in the order of `perm`, is the output. */
function transposed(
  node: NodeContext,
  view: readonly number[],
  perm: readonly number[],
  dims: readonly number[],
): Plan {
  const { dtype } = node.input(0);
  const strides = stridesOf(view);
  const order = perm.map((d) => view[d]!);
  const from = perm.map((d) => strides[d]!);
  const copy = planCopy(widthOf(node, dtype), order, from, stridesOf(order));
  return movePlan(node, { dtype, dims }, [{ copy, from: 0 }]);
}

function given(node: NodeContext): { dims: readonly number[]; block: number } {
  node.requireRank(0, 4);
  const block = node.int('blocksize');
  if (block < 1) node.fail(`blocksize is ${block}`);
  return { dims: node.input(0).dims, block };
}

/** Channels, which are dim `axis`, are [block, block, rest] in mode DCR, [rest, block, block] in mode CRD. */
function blocks(node: NodeContext, axis: number): ReturnType<typeof given> & { mode: string; rest: number } {
  const { dims, block } = given(node);
  const mode = node.string('mode', 'DCR');
  if (mode !== 'DCR' && mode !== 'CRD') node.fail(`mode is ${mode}`, 'GRAPH_INVALID');
  if (dims[axis]! % block ** 2 !== 0) {
    node.fail(`the channels of ${describeType(node.input(0))} are no multiple of blocksize ${block} squared`);
  }
  return { dims, block, mode, rest: dims[axis]! / block ** 2 };
}

function depthToSpace(node: NodeContext): Plan {
  const { dims, block, mode, rest } = blocks(node, 1);
  const [n, , h, w] = dims as [number, number, number, number];
  const output = [n, rest, h * block, w * block];
  if (mode === 'DCR') return transposed(node, [n, block, block, rest, h, w], [0, 3, 4, 1, 5, 2], output);
  return transposed(node, [n, rest, block, block, h, w], [0, 1, 4, 2, 5, 3], output);
}

function spaceToDepth(node: NodeContext): Plan {
  const { dims, block } = given(node);
  const [n, c, h, w] = dims as [number, number, number, number];
  if (h % block !== 0 || w % block !== 0) {
    node.fail(`the plane of ${describeType(node.input(0))} is no multiple of blocksize ${block}`);
  }
  const [high, wide] = [h / block, w / block];
  const output = [n, c * block ** 2, high, wide];
  return transposed(node, [n, c, high, block, wide, block], [0, 3, 5, 1, 2, 4], output);
}

/** Channels last, in and out. */
function depthToSpaceLast(node: NodeContext): Plan {
  const { dims, block, mode, rest } = blocks(node, 3);
  const [n, h, w] = dims as [number, number, number];
  const output = [n, h * block, w * block, rest];
  if (mode === 'DCR') return transposed(node, [n, h, w, block, block, rest], [0, 1, 3, 2, 4, 5], output);
  return transposed(node, [n, h, w, rest, block, block], [0, 1, 4, 2, 5, 3], output);
}

export const DEPTH_SPACES: readonly Operator[] = [
  { opType: 'DepthToSpace', domain: '', acceptsHalf: true, plan: depthToSpace },
  { opType: 'DepthToSpace', domain: 'octavo.nhwc', acceptsHalf: true, plan: depthToSpaceLast },
  { opType: 'SpaceToDepth', domain: '', acceptsHalf: true, plan: spaceToDepth },
];
