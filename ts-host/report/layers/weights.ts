// The weights of a layer: what the float model has against what the codes of the quantized model stand for. One weight is
// in memory at a time.

import type { RunContext } from '../../context.js';
import { asBytes } from '../../execute/elements.js';
import { Executor } from '../../execute/executor.js';
import { DTYPE_BITS } from '../../ir/dtype.js';
import type { Model, Node } from '../../ir/model.js';
import { elementCount, readAll, type Tensor } from '../../ir/tensor.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { addErrors, ERROR_SUMS, finishErrors } from '../../wasm/kernels/execute/errors.js';
import { coneOf } from './cone.js';
import { isMadeOfCodes } from './counterparts.js';
import { distributionOf } from './distribution.js';
import type { WeightReport } from './layerReport.js';
import { isDequantize, type Links } from './links.js';
import { numbersOf, storedTensor } from './parameters.js';
import { Series } from './series.js';

/** Bits of the widest codes that a weight has: int32 is for biases. */
const MOST_BITS = 16;

/** The two models, to look things up. */
export interface ComparedModels {
  readonly float: Links;
  readonly quantized: Model;
  /** Of the quantized model. */
  readonly links: Links;
}

/** Reports of the constants of `node` that its counterpart has as codes, in the order of its inputs. */
export async function weightReports(
  engine: ExecutionEngine,
  { float, quantized, links }: ComparedModels,
  node: Node,
  counterpart: Node | undefined,
  context: RunContext,
): Promise<WeightReport[]> {
  if (counterpart === undefined) return [];
  const reports: WeightReport[] = [];
  for (const [index, name] of node.inputs.entries()) {
    const origin = float.graph.initializers.get(name);
    const other = counterpart.inputs[index] ?? '';
    if (origin?.dtype !== 'float32' || !links.isConstant(other) || !isMadeOfCodes(links, other)) continue;
    const coding = await codingOf(links, other, context);
    if (coding === undefined || coding.bits > MOST_BITS) continue;
    const restored = await computed(engine, quantized, links, other, context);
    if (restored.length !== elementCount(origin.dims)) continue;
    reports.push({
      tensor: name,
      dims: origin.dims,
      ...coding,
      ...(await compare(engine, origin, restored, context)),
    });
  }
  return reports;
}

type Coding = Pick<WeightReport, 'dtype' | 'bits' | 'scale' | 'zeroPoint'>;

/** The DequantizeLinear that a constant comes from. Scales of blocks are too many to be told. */
async function codingOf(links: Links, name: string, context: RunContext): Promise<Coding | undefined> {
  const index = coneOf(links, name, () => true).findLast((each) => isDequantize(links.graph.nodes[each]!));
  const [codes = '', scale = '', zeroPoint = ''] = links.graph.nodes[index!]!.inputs;
  const dtype = storedTensor(links, codes)?.dtype;
  if (dtype === undefined) return undefined;
  const scales = await numbersOf(storedTensor(links, scale), context);
  const zeros = await numbersOf(storedTensor(links, zeroPoint), context);
  const zeroPoints = zeros.length === scales.length ? zeros : scales.map(() => 0);
  return { dtype, bits: DTYPE_BITS[dtype], scale: scales, zeroPoint: zeroPoints };
}

/** A constant of the quantized model, computed by its nodes. */
async function computed(
  engine: ExecutionEngine,
  model: Model,
  links: Links,
  name: string,
  context: RunContext,
): Promise<Float32Array> {
  const nodes = coneOf(links, name, () => true).map((index) => links.graph.nodes[index]!);
  const graph = { ...model.graph, nodes, inputs: [], outputs: [{ name }], valueInfos: [] };
  const executor = await Executor.create({ ...model, graph }, engine, {}, context);
  try {
    return (await executor.run(new Map(), context)).get(name)!.data as Float32Array;
  } finally {
    executor.dispose();
  }
}

async function compare(
  engine: ExecutionEngine,
  origin: Tensor,
  restored: Float32Array,
  context: RunContext,
): Promise<Pick<WeightReport, 'error' | 'origin' | 'dequantized'>> {
  const { heap } = engine;
  const values = heap.copyIn(await readAll(origin.data, context), 'a weight');
  try {
    const codes = heap.copyIn(asBytes(restored), 'a weight');
    try {
      const sums = heap.copyIn(new Float64Array(ERROR_SUMS), 'sums of errors');
      addErrors(engine, values, codes, sums, restored.length, 0);
      const state = new Float64Array(heap.copyOut(sums, 8 * ERROR_SUMS).buffer);
      heap.free(sums);
      return {
        error: finishErrors(engine, state, restored.length),
        origin: distribution(engine, values, origin.dims),
        dequantized: distribution(engine, codes, origin.dims),
      };
    } finally {
      heap.free(codes);
    }
  } finally {
    heap.free(values);
  }
}

function distribution(
  engine: ExecutionEngine,
  address: number,
  dims: readonly number[],
): WeightReport['origin'] {
  const series = new Series(engine);
  try {
    series.add(address, { dtype: 'float32', dims });
    const { moments, stats } = series.result();
    return distributionOf(moments, stats);
  } finally {
    series.dispose();
  }
}
