// The fake operators go: what was QuantizeLinear and DequantizeLinear in front of a node becomes a note that the node reads the value
// as codes, and in which steps. 8-bit codes under one constant step only; all others stay simulated as they are.

import { GraphIndex } from '../../../ir/graphIndex.js';
import type { Node } from '../../../ir/model.js';
import { elementCount, readAll } from '../../../ir/tensor.js';
import { removeUnused } from '../../../passes/prepare/unused.js';
import { type ClipBounds, clipBounds } from '../clipBounds.js';
import type { CodeRange, ConvertStep, ConvertTools } from '../step.js';

export const gatherScales: ConvertStep = {
  name: 'gather-scales',
  async run(state, tools) {
    const { graph } = state;
    const index = new GraphIndex(graph);
    const simulated = await simulatedValues(index, tools);
    const reads = new Map<string, Map<string, CodeRange>>();
    const nodes = graph.nodes.map((node) => {
      const inputs = node.inputs.map((name) => {
        const from = simulated.get(name);
        if (from === undefined) return name;
        const known = reads.get(node.name) ?? new Map<string, CodeRange>();
        reads.set(node.name, known.set(from.value, from.range));
        return from.value;
      });
      return { ...node, inputs };
    });
    tools.choice.requireEffect([...reads.keys(), ...state.weights.keys()]);
    return { ...state, graph: removeUnused({ ...graph, nodes }), reads };
  },
};

/** What stands behind a DequantizeLinear. */
interface Simulated {
  /** In front of the QuantizeLinear, and of the Clip that ends its codes. */
  readonly value: string;
  readonly range: CodeRange;
}

/** By the name of the value behind; values that the graph gives out are left as they are. */
async function simulatedValues(index: GraphIndex, tools: ConvertTools): Promise<Map<string, Simulated>> {
  const simulated = new Map<string, Simulated>();
  const bounds = await clipBounds(index.graph, tools.context);
  for (const node of index.graph.nodes) {
    const [codes = ''] = node.inputs;
    const [output = ''] = node.outputs;
    const maker = index.maker(codes);
    const quantizer = maker === undefined ? undefined : index.graph.nodes[maker]!;
    if (!isLinear(node, 'DequantizeLinear') || quantizer === undefined || index.isOutput(output)) continue;
    const step = isLinear(quantizer, 'QuantizeLinear')
      ? await commonStep(node, quantizer, index, tools)
      : undefined;
    if (step !== undefined) simulated.set(output, unclipped(index, bounds, quantizer.inputs[0]!, step));
  }
  return simulated;
}

/** A value without the Clip that ends its codes at −127, if it has one. */
function unclipped(
  index: GraphIndex,
  bounds: ReadonlyMap<string, ClipBounds>,
  value: string,
  step: number,
): Simulated {
  const clip = bounds.get(value);
  const isEnd = clip?.low === Math.fround(-127 * step) && clip.high === Math.fround(127 * step);
  if (!isEnd) return { value, range: { step, least: -128 } };
  const { inputs } = index.graph.nodes[index.maker(value)!]!;
  return { value: inputs[0]!, range: { step, least: -127 } };
}

const isLinear = ({ opType, domain }: Node, type: string): boolean => opType === type && domain === '';

/** The one step of both, or undefined where there is no such. */
async function commonStep(
  { inputs: [, scale = '', zeroPoint = ''] }: Node,
  quantizer: Node,
  index: GraphIndex,
  { context }: ConvertTools,
): Promise<number | undefined> {
  const tensor = index.constant(scale);
  if (quantizer.inputs[1] !== scale || quantizer.inputs[2] !== zeroPoint) return undefined;
  if (tensor === undefined || elementCount(tensor.dims) !== 1) return undefined;
  if (index.constant(zeroPoint)?.dtype !== 'int8') return undefined;
  return new Float32Array((await readAll(tensor.data, context)).slice().buffer)[0];
}
