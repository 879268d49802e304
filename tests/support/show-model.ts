// A model as text: a line a node, a line an initializer, so that a test can say what a graph became.

import type { Attribute, Graph, Model } from '../../ts-host/ir/model.js';

/** `out = domain.Op<attributes>(in)` and `name: dtype[dims]` lines, nested graphs indented below their node. */
export function showModel({ graph, opsets, irVersion }: Model): string[] {
  const versions = [...opsets].map(([domain, version]) => `${domain || 'onnx'} ${version}`);
  return [`ir ${irVersion}, ${versions.join(', ')}`, ...showGraph(graph)];
}

function showGraph(graph: Graph): string[] {
  const nodes = graph.nodes.flatMap(({ domain, opType, inputs, outputs, attributes }) => {
    const shown = [...attributes].flatMap(([name, each]) => (isGraph(each) ? [] : [`${name}=${show(each)}`]));
    const inner = [...attributes].flatMap(([name, each]) =>
      each.kind === 'graph' ? [`  ${name}:`, ...showGraph(each.value).map((line) => `    ${line}`)] : [],
    );
    const operator = `${domain === '' ? '' : `${domain}.`}${opType}`;
    const between = shown.length === 0 ? '' : `<${shown.join(', ')}>`;
    return [`${outputs.join(', ')} = ${operator}${between}(${inputs.join(', ')})`, ...inner];
  });
  const constants = [...graph.initializers.values()].map(
    ({ name, dtype, dims }) => `${name}: ${dtype}[${dims.join()}]`,
  );
  return [...nodes, ...constants];
}

const isGraph = ({ kind }: Attribute): boolean => kind === 'graph' || kind === 'graphs';

function show(attribute: Attribute): string {
  if (attribute.kind === 'string') return new TextDecoder().decode(attribute.value);
  return 'value' in attribute ? String(attribute.value) : attribute.kind;
}
