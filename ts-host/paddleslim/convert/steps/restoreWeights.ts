// Weights become real again, so that what follows an operator can be folded into them: DequantizeLinear of a constant becomes a
// constant whose values are computed while they are read. Its steps are kept; the codes are made again at the end.

import { integer } from '../../../ir/attributes.js';
import { GraphIndex } from '../../../ir/graphIndex.js';
import type { Node } from '../../../ir/model.js';
import { readAll, type Tensor } from '../../../ir/tensor.js';
import { dequantizedData, type StoredCodes } from '../../../tensor/dequantizedValues.js';
import type { CodedWeight, ConvertStep, ConvertTools } from '../step.js';

export const restoreWeights: ConvertStep = {
  name: 'restore-weights',
  async run(state, tools) {
    const { graph } = state;
    const index = new GraphIndex(graph);
    const initializers = new Map(graph.initializers);
    const restored = new Map<string, Omit<CodedWeight, 'input'>>();
    for (const node of graph.nodes) {
      const weight = await restoredWeight(node, index, tools);
      if (weight === undefined) continue;
      restored.set(node.outputs[0]!, weight);
      initializers.set(node.outputs[0]!, weight.tensor);
    }
    const nodes = graph.nodes.filter(({ outputs }) => !restored.has(outputs[0]!));
    const weights = new Map(
      nodes.flatMap((node) =>
        node.inputs.flatMap((name, input): [string, CodedWeight][] => {
          const weight = restored.get(name);
          return weight === undefined ? [] : [[node.name, { ...weight, input }]];
        }),
      ),
    );
    return { ...state, graph: { ...graph, nodes, initializers }, weights };
  },
};

/** What a node dequantizes, if that is a constant of 8-bit codes. */
async function restoredWeight(
  { opType, domain, inputs, outputs, attributes, ...rest }: Node,
  index: GraphIndex,
  { engine, context }: ConvertTools,
): Promise<Omit<CodedWeight, 'input'> | undefined> {
  const codes = index.constant(inputs[0]);
  const scale = index.constant(inputs[1]);
  if (opType !== 'DequantizeLinear' || domain !== '' || codes?.dtype !== 'int8' || scale === undefined)
    return undefined;
  const steps = new Float32Array((await readAll(scale.data, context)).slice().buffer);
  const along = integer({ opType, domain, inputs, outputs, attributes, ...rest }, 'axis', 1);
  const axis = scale.dims.length === 0 ? undefined : along;
  const granularity = axis === undefined ? { kind: 'tensor' as const } : { kind: 'channel' as const, axis };
  const name = outputs[0]!;
  const data = dequantizedData(engine, { ...codes, name } as StoredCodes, granularity, steps);
  const tensor: Tensor = { name, dtype: 'float32', dims: codes.dims, data };
  return { tensor, steps, axis };
}
