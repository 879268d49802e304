// MatMulNBits: A [..., K] times weights of 2, 4 or 8 bits, B [N, blocks, bytes of a block], whose row n is output n.
// Products are of float32, whatever accuracy_level allows. Few rows are multiplied by the weights as they lie; for more, a
// panel of outputs at a time is made float32:
//
//   bits ──unpack──► bytes [panel, K] ──scales, zero points──► float32 ──pack──► gemm with all rows of A

import { elementCount } from '../../../ir/tensor.js';
import { gemmPackedBytes, packGemm } from '../../../wasm/kernels/execute/gemm.js';
import {
  type BlockZeroPoints,
  dequantizeRows,
  FEW_ROWS_KERNEL,
  fewRowsCall,
  unpackRows,
} from '../../../wasm/kernels/execute/nbits.js';
import { callSteps, cutForThreads } from '../../calls.js';
import type { NodeContext } from '../../node.js';
import type { Addresses, Operator, Plan, Step } from '../../operator.js';
import { ScratchPlan } from '../../quantized/scratch.js';
import { describeType } from '../../value.js';
import { multiplyShared } from '../matmul/shared.js';

const A = 0;
const B = 1;
const SCALES = 2;
const ZERO_POINTS = 3;
const GROUP_INDEX = 4;
const BIAS = 5;

/** Elements of a panel of weights, as float32 512 KB. */
const PANEL_ELEMENTS = 131072;
const MULTIPLY_ADDS_PER_STEP = 2 ** 24;

/** Up to so many rows are multiplied by weights as they lie. */
const FEW_ROWS = 8;

interface Weights {
  readonly k: number;
  readonly n: number;
  readonly bits: number;
  readonly block: number;
  /** Blocks of a row. */
  readonly blocks: number;
  readonly zeroPoints: 'codes' | 'floats' | 'middle';
}

function readWeights(node: NodeContext): Weights {
  const [k, n] = [node.int('K'), node.int('N')];
  const [bits, block] = [node.int('bits', 4), node.int('block_size')];
  if (k < 1 || n < 1) node.fail(`K ${k} and N ${n} must be positive`);
  if (![2, 4, 8].includes(bits))
    node.fail(`${bits} bits are not supported; 2, 4 and 8 are`, 'UNSUPPORTED_DTYPE');
  if (block < 16 || (block & (block - 1)) !== 0)
    node.fail(`block_size ${block} is no power of two from 16 on`);
  if (node.has(GROUP_INDEX)) node.fail('MatMulNBits with g_idx is not supported', 'UNSUPPORTED_OP');
  const blocks = Math.ceil(k / block);
  requireCount(node, B, (n * blocks * block * bits) / 8);
  node.requireDType(B, 'uint8');
  node.requireDType(A, 'float32');
  node.requireDType(SCALES, 'float32');
  requireCount(node, SCALES, n * blocks);
  return { k, n, bits, block, blocks, zeroPoints: readZeroPoints(node, n, blocks, bits) };
}

function readZeroPoints(node: NodeContext, n: number, blocks: number, bits: number): Weights['zeroPoints'] {
  const type = node.optional(ZERO_POINTS);
  if (type === undefined) return 'middle';
  node.requireDType(ZERO_POINTS, 'uint8', 'float32');
  const codes = type.dtype === 'uint8';
  requireCount(node, ZERO_POINTS, codes ? n * Math.ceil((blocks * bits) / 8) : n * blocks);
  return codes ? 'codes' : 'floats';
}

function requireCount(node: NodeContext, index: number, count: number): void {
  const type = node.input(index);
  if (elementCount(type.dims) !== count) {
    node.fail(`input ${index} is ${describeType(type)}, needs ${count} elements`);
  }
}

function plan(node: NodeContext): Plan {
  const weights = readWeights(node);
  const { k, n, bits, block, blocks } = weights;
  const a = node.input(A);
  if (a.dims.length === 0 || a.dims.at(-1) !== k) node.fail(`A is ${describeType(a)}, needs rows of ${k}`);
  if (node.has(BIAS)) {
    node.requireDType(BIAS, 'float32');
    requireCount(node, BIAS, n);
  }
  const m = elementCount(a.dims.slice(0, -1));
  if (m >= 1 && m <= FEW_ROWS && bits !== 2 && k % block === 0) return planFewRows(node, weights, m);
  const { kernels } = node.engine;
  const panel = Math.min(n, Math.max(16, Math.floor(PANEL_ELEMENTS / k / 16) * 16));
  const zeroPointRow = Math.ceil((blocks * bits) / 8);
  const scratch = new ScratchPlan();
  const codes = scratch.take(panel * k);
  const zeroCodes = scratch.take(weights.zeroPoints === 'codes' ? panel * blocks : 0);
  const floats = scratch.take(panel * k * 4);
  const packed = scratch.take(gemmPackedBytes(kernels, panel, k));

  const zeroPointsOf = (at: Addresses, first: number, count: number): BlockZeroPoints => {
    if (weights.zeroPoints === 'middle') return { kind: 'middle', value: 2 ** (bits - 1) };
    if (weights.zeroPoints === 'floats') {
      return { kind: 'floats', address: at.input(ZERO_POINTS) + first * blocks * 4 };
    }
    const address = at.scratch + zeroCodes;
    const from = at.input(ZERO_POINTS) + first * zeroPointRow;
    unpackRows(kernels, from, address, count, blocks, (zeroPointRow * 8) / bits, bits);
    return { kind: 'codes', address };
  };
  /** Packs the weights of outputs [first, first + count). */
  const prepare = (at: Addresses, first: number, count: number): void => {
    const from = at.input(B) + (first * blocks * block * bits) / 8;
    unpackRows(kernels, from, at.scratch + codes, count, k, blocks * block, bits);
    const scales = at.input(SCALES) + first * blocks * 4;
    const values = at.scratch + floats;
    dequantizeRows(
      kernels,
      at.scratch + codes,
      values,
      [count, k, block],
      scales,
      zeroPointsOf(at, first, count),
    );
    packGemm(kernels, values, 1, k, at.scratch + packed, count, k);
  };
  const rowsPerStep = Math.max(4, Math.floor(MULTIPLY_ADDS_PER_STEP / (panel * k)));
  const multiply = (at: Addresses, first: number, count: number, row: number): void =>
    multiplyShared(node.engine, {
      a: at.input(A) + row * k * 4,
      lda: k,
      packed: at.scratch + packed,
      c: at.output(0) + (row * n + first) * 4,
      ldc: n,
      m: Math.min(rowsPerStep, m - row),
      n: count,
      k,
      start: node.has(BIAS) ? at.input(BIAS) + first * 4 : 0,
      ldStart: 0,
    });
  const steps = (at: Addresses): Step[] => {
    const list: Step[] = [];
    for (let first = 0; first < n; first += panel) {
      const count = Math.min(panel, n - first);
      for (let row = 0; row < m; row += rowsPerStep) {
        list.push(() => {
          if (row === 0) prepare(at, first, count);
          multiply(at, first, count, row);
        });
      }
    }
    return list;
  };
  return {
    outputs: [{ dtype: 'float32', dims: [...a.dims.slice(0, -1), n] }],
    scratch: scratch.size,
    multiplyAdds: m * n * k,
    bind: steps,
  };
}

function planFewRows(node: NodeContext, weights: Weights, m: number): Plan {
  const { k, n, bits, block, blocks } = weights;
  const { engine } = node;
  const scratch = new ScratchPlan();
  const zeros = scratch.take(weights.zeroPoints === 'codes' ? n * blocks : 0);
  const zeroPointRow = Math.ceil((blocks * bits) / 8);
  const zeroPointsOf = (at: Addresses): BlockZeroPoints => {
    if (weights.zeroPoints === 'middle') return { kind: 'middle', value: 2 ** (bits - 1) };
    if (weights.zeroPoints === 'floats') return { kind: 'floats', address: at.input(ZERO_POINTS) };
    return { kind: 'codes', address: at.scratch + zeros };
  };
  const unpack = (at: Addresses): void =>
    unpackRows(
      engine.kernels,
      at.input(ZERO_POINTS),
      at.scratch + zeros,
      n,
      blocks,
      (zeroPointRow * 8) / bits,
      bits,
    );
  const work = m * n * k;
  const cut = {
    total: n,
    most: Math.max(1, Math.floor(MULTIPLY_ADDS_PER_STEP / (m * k))),
    multiple: 16,
    work,
  };
  const steps = (at: Addresses): Step[] => {
    const all = {
      address: at.input(B),
      scales: at.input(SCALES),
      zeroPoints: zeroPointsOf(at),
      n,
      k,
      block,
      bits,
    };
    const rows = { a: at.input(A), bias: node.has(BIAS) ? at.input(BIAS) : 0, out: at.output(0), m };
    const calls = cutForThreads(engine, cut).map((ranges) =>
      ranges.map(({ first, count }) => fewRowsCall(all, rows, first, first + count)),
    );
    const products = callSteps(engine, { kernel: FEW_ROWS_KERNEL }, calls, () => undefined);
    return weights.zeroPoints === 'codes' ? [() => unpack(at), ...products] : products;
  };
  return {
    outputs: [{ dtype: 'float32', dims: [...node.input(A).dims.slice(0, -1), n] }],
    scratch: scratch.size,
    multiplyAdds: work,
    bind: steps,
  };
}

export const matmulNBits: readonly Operator[] = [{ opType: 'MatMulNBits', domain: 'com.microsoft', plan }];
