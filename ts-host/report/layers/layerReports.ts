// The layers of a report: which nodes they are made of, how they run, and their weights.

import type { RunContext } from '../../context.js';
import { type Node, nodeIds } from '../../ir/model.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import type { Counterpart, Counterparts } from './counterparts.js';
import { type Group, groupNodes } from './groups.js';
import type { LayerReport } from './layerReport.js';
import type { Links } from './links.js';
import { type ComparedModels, weightReports } from './weights.js';

/** A layer with its nodes. */
export interface Layer {
  readonly report: LayerReport;
  readonly group: Group;
}

/** @param twins - values that are in both models: name in the float model to name in the quantized
 *  @param reasons - by node id */
export async function layersOf(
  engine: ExecutionEngine,
  models: ComparedModels,
  twins: ReadonlyMap<string, string>,
  counterparts: Counterparts,
  reasons: ReadonlyMap<string, string>,
  context: RunContext,
): Promise<Layer[]> {
  const { float } = models;
  const { nodes } = float.graph;
  const ids = nodeIds(float.graph);
  const layers: Layer[] = [];
  for (const group of groupNodes(float, new Set(twins.keys()))) {
    const twin = twins.get(nodes[group.at(-1)!]!.outputs[0] ?? '');
    const { index, counterpart } = mainNode(group, nodes, (node) => counterparts.of(node, twin));
    const main = nodes[index]!;
    const reason = reasons.get(ids[index]!);
    const report: LayerReport = {
      node: ids[index]!,
      opType: operatorName(main),
      fused: group
        .filter((each) => each !== index)
        .map((each) => ({ node: ids[each]!, opType: operatorName(nodes[each]!) })),
      state: counterpart.state,
      ...(reason === undefined ? {} : { reason }),
      ...border(group, float),
      weights: await weightReports(engine, models, main, counterpart.node, context),
    };
    layers.push({ report, group });
  }
  return layers;
}

/** The first node that the quantized model does with codes, or else the last. */
function mainNode(
  group: Group,
  nodes: readonly Node[],
  find: (node: Node) => Counterpart,
): { index: number; counterpart: Counterpart } {
  const found = group.map((index) => ({ index, counterpart: find(nodes[index]!) }));
  const coded = found.find(({ counterpart: { node, state } }) => node !== undefined && state !== 'float');
  return coded ?? found.at(-1)!;
}

/** What a layer reads from others, and what it makes. */
function border(group: Group, links: Links): Pick<LayerReport, 'inputs' | 'outputs'> {
  const inside = new Set(group);
  const members = group.map((index) => links.graph.nodes[index]!);
  const read = members
    .flatMap(({ inputs }) => inputs)
    .filter((name) => name !== '' && !links.isConstant(name));
  const foreign = read.filter((name) => !inside.has(links.makerIndex(name) ?? -1));
  return { inputs: [...new Set(foreign)], outputs: members.at(-1)!.outputs.filter((name) => name !== '') };
}

function operatorName({ domain, opType }: Node): string {
  return domain === '' ? opType : `${domain}.${opType}`;
}
