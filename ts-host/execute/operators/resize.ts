// Resize and Upsample. Tables of where each output comes from are made once a run, one for each axis that changes; then the
// passes of resizePasses.ts run over them. Integers are blended as float32.
//
// scratch:  value | block | per axis: coordinates, table | cache | buffers between passes, if any

import { DTYPE_BITS, type DType } from '../../ir/dtype.js';
import { writeInts } from '../../wasm/kernels/execute/ints.js';
import {
  COORDINATES,
  type CoordinateRule,
  cacheBytes,
  extrapolate,
  narrowAfterResize,
  PASS_BYTES,
  type PassAxis,
  type ResizeInteger,
  type ResizePass,
  ROUNDINGS,
  resizeCoordinates,
  resizeRows,
  resizeTable,
  tableBytes,
  type WindowRule,
  widenForResize,
  windowTaps,
} from '../../wasm/kernels/execute/resize.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan, Step } from '../operator.js';
import type { Address } from '../value.js';
import { resizeAxes } from './resizeAxes.js';
import { isResized, type PassShape, passShapes } from './resizePasses.js';

/** Products a step makes at most. */
const STEP_PRODUCTS = 2 ** 22;
const INTEGERS: Partial<Record<DType, ResizeInteger>> = { int8: 'i8', uint8: 'u8', int32: 'i32' };

type Mode = CoordinateRule['mode'];

function readMode(node: NodeContext): Mode {
  if (node.node.opType === 'Upsample' || node.opset < 11) return 'asymmetric';
  const mode = node.string('coordinate_transformation_mode', 'half_pixel') as Mode;
  if (!COORDINATES.includes(mode)) node.fail(`coordinate_transformation_mode ${mode} is not known`);
  return mode;
}

/** How windows are made; the rounding of old nearest modes depends on the axis. */
function readRule(node: NodeContext): (axis: CoordinateRule) => WindowRule {
  const mode = node.string('mode', 'nearest');
  const antialias = node.opset >= 18 && node.flag('antialias');
  if (mode === 'nearest') {
    if (antialias) node.fail('antialias is for the modes linear and cubic');
    return nearestRule(node);
  }
  if (mode !== 'linear' && mode !== 'bilinear' && mode !== 'cubic') node.fail(`mode ${mode} is not known`);
  const cubic = mode === 'cubic';
  const a = Math.fround(node.float('cubic_coeff_a', -0.75));
  const exclude = node.flag('exclude_outside');
  if (antialias) return () => ({ kind: 'antialias', cubic, a, exclude });
  return () => (cubic ? { kind: 'cubic', a, exclude } : { kind: 'linear' });
}

function nearestRule(node: NodeContext): (axis: CoordinateRule) => WindowRule {
  if (node.node.opType === 'Upsample' || node.opset < 11) {
    return ({ scale }) => ({ kind: 'nearest', rounding: scale < 1 ? 'ceil' : 'truncate' });
  }
  const rounding = node.string('nearest_mode', 'round_prefer_floor') as (typeof ROUNDINGS)[number];
  if (!ROUNDINGS.includes(rounding) || rounding === 'truncate') {
    node.fail(`nearest_mode ${rounding} is not known`);
  }
  return () => ({ kind: 'nearest', rounding });
}

function planResize(node: NodeContext): Plan {
  const { dtype, dims } = node.input(0);
  if (dims.length === 0) node.fail(`${node.node.opType} of a scalar`);
  const rules = resizeAxes(node, readMode(node));
  const ruleOf = readRule(node);
  const { kind } = ruleOf(rules[0]!);
  requireType(node, dtype, kind);
  const outputs = [{ dtype, dims: rules.map((rule) => rule.outputs) }];
  const axes = rules.flatMap((rule, axis) => (isResized(rule, kind) ? [axis] : []));
  if (axes.length === 0) return { outputs, alias: 0 };
  const job = new ResizeJob(node, rules, axes, ruleOf);
  const empty = rules.some((rule) => rule.outputs === 0);
  return {
    outputs,
    reads: [0],
    scratch: empty ? 0 : job.scratch,
    multiplyAdds: job.products,
    bind: (at) => (empty ? [] : job.steps(at.input(0), at.output(0), at.scratch)),
  };
}

function requireType(node: NodeContext, dtype: DType, kind: WindowRule['kind']): void {
  if (kind !== 'nearest') node.requireDType(0, 'float32', 'int8', 'uint8', 'int32');
  else if (DTYPE_BITS[dtype] < 8) node.fail(`${node.node.opType} of ${dtype}`, 'UNSUPPORTED_DTYPE');
}

/** Memory and steps of one node. */
class ResizeJob {
  readonly scratch: number;
  readonly products: number;
  readonly #node: NodeContext;
  readonly #rules: readonly CoordinateRule[];
  readonly #axes: readonly number[];
  readonly #ruleOf: (axis: CoordinateRule) => WindowRule;
  readonly #passes: readonly PassShape[];
  readonly #integer: ResizeInteger | undefined;
  readonly #places = new Map<string, number>();
  #end = 0;

  constructor(
    node: NodeContext,
    rules: readonly CoordinateRule[],
    axes: readonly number[],
    ruleOf: (axis: CoordinateRule) => WindowRule,
  ) {
    this.#node = node;
    this.#rules = rules;
    this.#axes = axes;
    this.#ruleOf = ruleOf;
    this.#passes = passShapes(rules, axes);
    const nearest = ruleOf(rules[0]!).kind === 'nearest';
    this.#integer = nearest ? undefined : INTEGERS[node.input(0).dtype];
    this.#layOut();
    this.scratch = this.#end;
    this.products = this.#passes.reduce((sum, pass) => sum + pass.count * this.#tapsOf(pass), 0);
  }

  get #dtype(): DType {
    return this.#node.input(0).dtype;
  }

  get #elementBytes(): number {
    return DTYPE_BITS[this.#dtype] / 8;
  }

  /** Elements of the input. */
  get #inputs(): number {
    return this.#rules.reduce((product, { extent }) => product * extent, 1);
  }

  #reserve(name: string, bytes: number): void {
    this.#places.set(name, this.#end);
    this.#end += Math.ceil(bytes / 64) * 64;
  }

  #layOut(): void {
    this.#reserve('value', 8);
    this.#reserve('block', PASS_BYTES);
    for (const axis of this.#axes) {
      const rule = this.#rules[axis]!;
      this.#reserve(`coordinates ${axis}`, rule.outputs * 4);
      this.#reserve(`table ${axis}`, tableBytes(this.#ruleOf(rule), rule));
    }
    this.#reserve('cache', Math.max(...this.#passes.map((pass) => cacheBytes(this.#pass(pass, 0)))));
    const bytes = this.#integer === undefined ? this.#elementBytes : 4;
    if (this.#integer !== undefined) this.#reserve('widened', this.#inputs * 4);
    for (const [i, { count }] of this.#passes.entries()) {
      const last = i === this.#passes.length - 1;
      if (!last || this.#integer !== undefined) this.#reserve(`pass ${i}`, count * bytes);
    }
  }

  #axisOf(axis: number | undefined, scratch: Address): PassAxis {
    if (axis === undefined) return { extent: 1, outputs: 1, table: 0, taps: 0 };
    const rule = this.#rules[axis]!;
    const table = scratch + this.#places.get(`table ${axis}`)!;
    return {
      extent: rule.extent,
      outputs: rule.outputs,
      table,
      taps: windowTaps(this.#ruleOf(rule), rule),
    };
  }

  #pass({ a, b, inner }: PassShape, scratch: Address): ResizePass {
    const nearest = this.#ruleOf(this.#rules[0]!).kind === 'nearest';
    return {
      a: this.#axisOf(a, scratch),
      b: this.#axisOf(b, scratch),
      inner: nearest ? inner * this.#elementBytes : inner,
      cache: scratch + (this.#places.get('cache') ?? 0),
    };
  }

  #tapsOf({ a, b }: PassShape): number {
    const taps = (axis: number | undefined): number => Math.max(1, this.#axisOf(axis, 0).taps);
    return taps(a) + taps(b);
  }

  steps(x: Address, out: Address, scratch: Address): Step[] {
    const place = (name: string): Address => scratch + this.#places.get(name)!;
    const { engine } = this.#node;
    const steps: Step[] = [() => this.#fillTables(place)];
    const integer = this.#integer;
    let from = x;
    if (integer !== undefined) {
      steps.push(() => widenForResize(engine, integer, x, place('widened'), this.#inputs));
      from = place('widened');
    }
    for (const [i, pass] of this.#passes.entries()) {
      const last = i === this.#passes.length - 1;
      const to = last && integer === undefined ? out : place(`pass ${i}`);
      steps.push(...this.#passSteps(pass, from, to, scratch));
      from = to;
    }
    if (integer !== undefined) {
      const halfUp = this.#ruleOf(this.#rules[0]!).kind !== 'linear';
      const { count } = this.#passes.at(-1)!;
      steps.push(() => narrowAfterResize(engine, integer, from, out, count, halfUp));
    }
    if (this.#rules[0]!.mode === 'tf_crop_and_resize') steps.push(() => this.#extrapolate(out, place));
    return steps;
  }

  #fillTables(place: (name: string) => Address): void {
    const { engine } = this.#node;
    for (const axis of this.#axes) {
      const rule = this.#rules[axis]!;
      const coordinates = place(`coordinates ${axis}`);
      resizeCoordinates(engine, rule, coordinates);
      resizeTable(engine, this.#ruleOf(rule), rule, coordinates, place(`table ${axis}`));
    }
  }

  #passSteps(shape: PassShape, x: Address, out: Address, scratch: Address): Step[] {
    const { engine } = this.#node;
    const pass = this.#pass(shape, scratch);
    const kind = this.#ruleOf(this.#rules[0]!).kind === 'nearest' ? 'nearest' : 'blend';
    const block = scratch + this.#places.get('block')!;
    const rows = shape.outer * pass.a.outputs;
    const perRow = pass.b.outputs * pass.inner * this.#tapsOf(shape);
    const perStep = Math.max(1, Math.floor(STEP_PRODUCTS / perRow));
    const steps: Step[] = [];
    for (let from = 0; from < rows; from += perStep) {
      const to = Math.min(rows, from + perStep);
      steps.push(() => resizeRows(engine, kind, pass, { x, out, block }, from, to));
    }
    return steps;
  }

  /** Gives outputs outside the input their value. */
  #extrapolate(out: Address, place: (name: string) => Address): void {
    const { engine } = this.#node;
    writeInts(engine, place('value'), elementWords(this.#dtype, this.#node.float('extrapolation_value', 0)));
    const outputs = this.#rules.map((rule) => rule.outputs);
    const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
    for (const axis of this.#axes) {
      const [outer, inner] = [product(outputs.slice(0, axis)), product(outputs.slice(axis + 1))];
      const shape = { outer, inner, elementBytes: this.#elementBytes };
      extrapolate(engine, out, shape, this.#rules[axis]!, place(`coordinates ${axis}`), place('value'));
    }
  }
}

/** The bytes of one element of a dtype, as two words. */
function elementWords(dtype: DType, value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  if (dtype === 'float32') view.setFloat32(0, value, true);
  else if (dtype === 'float64') view.setFloat64(0, value, true);
  else view.setBigInt64(0, BigInt(Math.trunc(Number.isFinite(value) ? value : 0)), true);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

export const RESIZE_OPERATORS: readonly Operator[] = [
  { opType: 'Resize', domain: '', plan: planResize },
  { opType: 'Upsample', domain: '', plan: planResize },
];
