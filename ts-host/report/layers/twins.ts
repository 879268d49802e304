// Which values of a quantized model stand for which of the float model. Values keep their names when a model is
// quantized: the value that readers get is the output of a DequantizeLinear. Other tools give that output a name of its
// own, behind the value:
//
//   ours     Conv ─► fresh ─► Quantize ─► codes ─► Dequantize ─► T ─► readers
//   theirs   Conv ─► T ─► Quantize ─► codes ─► Dequantize ─► fresh ─► readers

import { isDequantize, isQuantize, type Links } from './links.js';

/** A value of the float model and its counterpart. */
export interface Twin {
  /** Name in the float model. */
  readonly value: string;
  /** Name in the quantized model. */
  readonly twin: string;
}

/** The values that differ from run to run and are in both models, in the float model's order: inputs, then what nodes
 *  make. Nested graphs are left out. */
export function findTwins(float: Links, quantized: Links): Twin[] {
  const made = float.graph.nodes.flatMap(({ outputs }) => outputs);
  const names = [...float.graph.inputs.map(({ name }) => name), ...made];
  return names.flatMap((value) => {
    if (value === '' || float.isConstant(value) || !quantized.has(value) || quantized.isConstant(value))
      return [];
    return [{ value, twin: whatReadersGet(value, quantized) }];
  });
}

/** The value, or what its codes stand for where readers get those alone. */
function whatReadersGet(value: string, links: Links): string {
  const maker = links.maker(value);
  if (links.isOutput(value) || (maker !== undefined && isDequantize(maker))) return value;
  const readers = links.readers(value);
  const quantize = readers[0];
  if (quantize === undefined || !readers.every((node) => isQuantize(node) && node.inputs[0] === value))
    return value;
  const [dequantize] = links.readers(quantize.outputs[0]!);
  return dequantize !== undefined && isDequantize(dequantize) ? dequantize.outputs[0]! : value;
}
