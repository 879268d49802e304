// What a Resize or Upsample asks of each axis: its output extent, its scale, its crop. From scales or sizes, for all axes or
// for those listed, under a policy.
//
//   scales   outputs = floor(extent · scale), in float32
//   sizes    scale = outputs / extent, rounded to float32
//   not_larger, not_smaller   one scale, the least or largest of the sizes'; outputs = round(extent · scale)

import type { CoordinateRule } from '../../wasm/kernels/execute/resize.js';
import type { NodeContext } from '../node.js';

type Mode = CoordinateRule['mode'];

/** Where the inputs are: they moved with the operator set. */
interface Places {
  readonly roi?: number;
  readonly scales?: number;
  readonly sizes?: number;
}

function places(node: NodeContext): Places {
  if (node.node.opType === 'Upsample') return node.opset >= 9 ? { scales: 1 } : {};
  return node.opset >= 11 ? { roi: 1, scales: 2, sizes: 3 } : { scales: 1 };
}

/** A rule for each dim of input 0. */
export function resizeAxes(node: NodeContext, mode: Mode): CoordinateRule[] {
  const { dims } = node.input(0);
  const listed = listedAxes(node, dims.length);
  const at = places(node);
  const scales = at.scales === undefined ? node.floatList('scales') : numbers(node, at.scales);
  const sizes = at.sizes === undefined ? undefined : numbers(node, at.sizes);
  if ((scales === undefined) === (sizes === undefined)) {
    node.fail('needs either scales or sizes', 'GRAPH_INVALID');
  }
  const crop = mode === 'tf_crop_and_resize' ? cropOf(node, at.roi, listed.length) : undefined;
  const rules = dims.map((extent): CoordinateRule => {
    return { mode, scale: 1, extent, outputs: extent, start: 0, end: 1 };
  });
  const extents = listed.map((axis) => dims[axis]!);
  const targets =
    scales !== undefined ? scaled(node, extents, scales) : sized(node, extents, sizes as readonly number[]);
  for (const [i, axis] of listed.entries()) {
    const [start, end] = crop === undefined ? [0, 1] : [crop[i]!, crop[i + listed.length]!];
    rules[axis] = { ...rules[axis]!, ...targets[i]!, start, end };
  }
  checkCount(node, rules);
  return rules;
}

function listedAxes(node: NodeContext, rank: number): number[] {
  const axes = node.opset >= 18 ? node.intList('axes') : undefined;
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const listed = axes.map((axis) => node.axis(axis, rank));
  if (new Set(listed).size !== listed.length) node.fail(`axes [${axes.join(', ')}] name one axis twice`);
  return listed;
}

/** The elements of an input that is there and not empty. */
function numbers(node: NodeContext, index: number): number[] | undefined {
  if (!node.has(index)) return undefined;
  const { dims } = node.input(index);
  if (dims.length !== 1) node.fail(`input ${index} has ${dims.length} dims, needs 1`);
  if (dims[0] === 0) return undefined;
  return Array.from(node.values(index) as Iterable<number | bigint>, Number);
}

/** The starts of the crop along the listed axes, then its ends. */
function cropOf(node: NodeContext, index: number | undefined, axes: number): number[] {
  const roi = index === undefined ? undefined : numbers(node, index);
  if (roi === undefined) return node.fail('tf_crop_and_resize needs a roi', 'GRAPH_INVALID');
  if (roi.length !== 2 * axes) node.fail(`roi has ${roi.length} numbers, needs ${2 * axes}`);
  return roi.map(Math.fround);
}

type Target = Pick<CoordinateRule, 'scale' | 'outputs'>;

function scaled(node: NodeContext, extents: readonly number[], scales: readonly number[]): Target[] {
  requireLength(node, 'scales', scales, extents);
  return scales.map((given, i) => {
    const scale = Math.fround(given);
    if (!(scale > 0) || !Number.isFinite(scale)) node.fail(`scales hold ${given}, needs positive numbers`);
    if (node.node.opType === 'Upsample' && scale < 1) node.fail(`scales hold ${given}, less than 1`);
    return { scale, outputs: Math.floor(Math.fround(extents[i]! * scale)) };
  });
}

function sized(node: NodeContext, extents: readonly number[], sizes: readonly number[]): Target[] {
  requireLength(node, 'sizes', sizes, extents);
  for (const size of sizes) if (!(size >= 0)) node.fail(`sizes hold ${size}`);
  const scales = sizes.map((size, i) => {
    if (extents[i] === 0 && size > 0) node.fail(`an empty axis cannot become ${size} long`);
    return size === extents[i] ? 1 : Math.fround(size / extents[i]!);
  });
  const policy = node.opset >= 18 ? node.string('keep_aspect_ratio_policy', 'stretch') : 'stretch';
  if (policy === 'stretch') return sizes.map((outputs, i) => ({ scale: scales[i]!, outputs }));
  if (policy !== 'not_larger' && policy !== 'not_smaller') {
    node.fail(`keep_aspect_ratio_policy ${policy} is none of stretch, not_larger, not_smaller`);
  }
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
  return extents.map((extent) => ({ scale, outputs: Math.floor(Math.fround(extent * scale) + 0.5) }));
}

function requireLength(
  node: NodeContext,
  name: string,
  list: readonly number[],
  extents: readonly number[],
): void {
  if (list.length !== extents.length) {
    node.fail(`${name} has ${list.length} numbers, needs ${extents.length}`);
  }
}

function checkCount(node: NodeContext, rules: readonly CoordinateRule[]): void {
  const count = rules.reduce((product, { outputs }) => product * outputs, 1);
  const longest = Math.max(0, ...rules.map(({ outputs }) => outputs));
  if (!(count < 2 ** 32) || longest >= 2 ** 31) {
    node.fail(
      `the output [${rules.map(({ outputs }) => outputs).join(', ')}] has 2^32 elements or more`,
      'LIMIT_EXCEEDED',
    );
  }
  for (const { extent, outputs } of rules) {
    if (extent === 0 && outputs > 0) node.fail(`an empty axis cannot become ${outputs} long`);
  }
}
