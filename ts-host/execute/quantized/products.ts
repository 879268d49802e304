// Which operators are integer products: kernels are chosen for them only if a model has one.

import { type Graph, visitGraphs } from '../../ir/model.js';

const PRODUCTS: ReadonlySet<string> = new Set([
  ...['QLinearConv', 'ConvInteger', 'DequantizedConv', 'QLinearMatMul', 'MatMulInteger', 'DequantizedMatMul'],
  ...['QGemm', 'MatMulIntegerToFloat', 'DynamicQuantizeMatMul'],
]);

export function hasProducts(graph: Graph): boolean {
  let found = false;
  visitGraphs(graph, ({ nodes }) => {
    found ||= nodes.some(({ opType }) => PRODUCTS.has(opType));
  });
  return found;
}
