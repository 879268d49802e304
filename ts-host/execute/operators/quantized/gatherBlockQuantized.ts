// GatherBlockQuantized: Gather from a tensor of 2-, 4- or 8-bit codes with a scale for each block along one axis.

import { elementCount } from '../../../ir/tensor.js';
import { GATHER_BLOCKS_BYTES, type GatherBlocks, gatherBlocks } from '../../../wasm/kernels/execute/nbits.js';
import type { NodeContext } from '../../node.js';
import type { Operator, Plan } from '../../operator.js';
import { describeType } from '../../value.js';

const DATA = 0;
const INDICES = 1;
const SCALES = 2;
const ZERO_POINTS = 3;
/** Elements a step makes. */
const STEP_ELEMENTS = 2 ** 18;

interface Data {
  /** Dims in codes; uint8 data hold several of them in a byte along the last dim. */
  readonly dims: readonly number[];
  readonly bits: number;
  readonly packed: boolean;
}

function readData(node: NodeContext): Data {
  node.requireDType(DATA, 'uint4', 'int4', 'uint8');
  const { dtype, dims } = node.input(DATA);
  if (dims.length === 0) node.fail('data is a scalar, needs a dim to gather from');
  if (dtype !== 'uint8') return { dims, bits: 4, packed: false };
  const bits = node.int('bits', 4);
  if (![2, 4, 8].includes(bits))
    node.fail(`${bits} bits are not supported; 2, 4 and 8 are`, 'UNSUPPORTED_DTYPE');
  return { dims: [...dims.slice(0, -1), (dims.at(-1)! * 8) / bits], bits, packed: true };
}

function readBlocks(
  node: NodeContext,
  { dims, bits, packed }: Data,
): GatherBlocks & { readonly outer: number } {
  const gatherAxis = node.axis(node.int('gather_axis', 0), dims.length);
  const quantizeAxis = node.axis(node.int('quantize_axis', 1), dims.length);
  const block = node.int('block_size', 128);
  if (block < 16 || (block & (block - 1)) !== 0)
    node.fail(`block_size ${block} is no power of two from 16 on`);
  if (gatherAxis === quantizeAxis) node.fail(`axis ${gatherAxis} is both gathered from and quantized`);
  if (packed && quantizeAxis !== dims.length - 1) node.fail('uint8 data are quantized along the last axis');
  const depth = dims[quantizeAxis]!;
  const blocks = Math.ceil(depth / block);
  checkScales(
    node,
    dims.map((dim, i) => (i === quantizeAxis ? blocks : dim)),
    packed ? Math.ceil((blocks * bits) / 8) : undefined,
  );
  return {
    outer: elementCount(dims.slice(0, gatherAxis)),
    gathered: dims[gatherAxis]!,
    inner: elementCount(dims.slice(gatherAxis + 1)),
    indexCount: elementCount(node.input(INDICES).dims),
    indexBytes: node.input(INDICES).dtype === 'int64' ? 8 : 4,
    depth,
    after: elementCount(dims.slice(quantizeAxis + 1)),
    block,
    bits,
    signed: node.input(DATA).dtype === 'int4',
    middle: packed ? 2 ** (bits - 1) : 0,
    zeroPointRow: Math.max(blocks, 1),
    zeroPointRowCodes: packed ? (Math.ceil((blocks * bits) / 8) * 8) / bits : Math.max(blocks, 1),
  };
}

/** @param zeroPointBytes - bytes of a row of packed zero points; undefined: they have the dims of the scales */
function checkScales(node: NodeContext, dims: readonly number[], zeroPointBytes: number | undefined): void {
  node.requireDType(SCALES, 'float32');
  requireDims(node, SCALES, dims);
  const zeroPoints = node.optional(ZERO_POINTS);
  if (zeroPoints === undefined) return;
  if (zeroPoints.dtype !== node.input(DATA).dtype) {
    node.fail(`data are ${node.input(DATA).dtype}, but zero points ${zeroPoints.dtype}`);
  }
  requireDims(
    node,
    ZERO_POINTS,
    zeroPointBytes === undefined ? dims : [...dims.slice(0, -1), zeroPointBytes],
  );
}

function requireDims(node: NodeContext, index: number, dims: readonly number[]): void {
  const type = node.input(index);
  if (type.dims.length !== dims.length || type.dims.some((dim, i) => dim !== dims[i])) {
    node.fail(`input ${index} is ${describeType(type)}, needs [${dims.join(', ')}]`);
  }
}

function plan(node: NodeContext): Plan {
  node.requireDType(INDICES, 'int32', 'int64');
  const data = readData(node);
  const shape = readBlocks(node, data);
  const axis = node.axis(node.int('gather_axis', 0), data.dims.length);
  const dims = [...data.dims.slice(0, axis), ...node.input(INDICES).dims, ...data.dims.slice(axis + 1)];
  const slices = shape.inner === 0 ? 0 : shape.outer * shape.indexCount;
  const perStep = Math.max(1, Math.floor(STEP_ELEMENTS / Math.max(1, shape.inner)));
  return {
    outputs: [{ dtype: 'float32', dims }],
    scratch: GATHER_BLOCKS_BYTES,
    bind: (at) =>
      Array.from({ length: Math.ceil(slices / perStep) }, (_, i) => () => {
        const places = {
          data: at.input(DATA),
          indices: at.input(INDICES),
          scales: at.input(SCALES),
          zeroPoints: node.has(ZERO_POINTS) ? at.input(ZERO_POINTS) : 0,
          out: at.output(0),
        };
        const end = Math.min(slices, (i + 1) * perStep);
        const bad = gatherBlocks(node.engine, at.scratch, shape, places, i * perStep, end);
        if (bad >= 0) {
          node.fail(`index ${bad} is outside [-${shape.gathered}, ${shape.gathered})`, 'INVALID_ARGUMENT');
        }
      }),
  };
}

export const gatherBlockQuantized: readonly Operator[] = [
  { opType: 'GatherBlockQuantized', domain: 'com.microsoft', plan },
];
