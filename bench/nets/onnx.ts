// A net as a float ONNX model: channels first, as exporters write them, activations as nodes of their own.

import { floats, model, node, tensor, value } from '../../tests/support/onnxBuilder.js';
import { type Activation, type ConvLayer, type DenseLayer, type Net, samePadding } from './net.js';

export const ONNX_INPUT = 'image';

export function onnxOf(net: Net): Uint8Array {
  const nodes: ReturnType<typeof node>[] = [];
  const initializers = [floats('zero', [], [0]), floats('six', [], [6])];
  const names = [ONNX_INPUT];
  const weights = (layer: ConvLayer | DenseLayer, name: string, dims: readonly number[]): string[] => {
    const { kernel, bias } = net.weights(layer);
    const bytes = new Uint8Array(kernel.buffer);
    initializers.push(tensor(`${name}_w`, 'float32', dims, bytes), floats(`${name}_b`, [bias.length], bias));
    return [`${name}_w`, `${name}_b`];
  };
  for (const [index, layer] of net.layers.entries()) {
    const name = `${layer.op}${index}`;
    const x = names[layer.input]!;
    const { size, channels } = net.shapes[layer.input]!;
    const put = (opType: string, inputs: readonly string[], attributes = {}): string => {
      nodes.push(node(opType, inputs, [name], attributes, { name }));
      return name;
    };
    const activate = (activation: Activation): string => {
      if (activation === 'none') return name;
      const rest = activation === 'relu' ? [] : ['zero', 'six'];
      const made = `${name}_${activation}`;
      nodes.push(node(activation === 'relu' ? 'Relu' : 'Clip', [name, ...rest], [made], {}, { name: made }));
      return made;
    };
    if (layer.op === 'add') {
      put('Add', [x, names[layer.other]!]);
      names.push(activate(layer.activation));
    } else if (layer.op === 'mean') names.push(put('GlobalAveragePool', [x]));
    else if (layer.op === 'dense') {
      nodes.push(node('Flatten', [x], [`${name}_flat`], {}, { name: `${name}_flat` }));
      const dims = [layer.channels, net.depth(layer)];
      put('Gemm', [`${name}_flat`, ...weights(layer, name, dims)], { transB: 1n });
      names.push(activate(layer.activation));
    } else {
      const { kernel, stride } = layer;
      const [front, behind] = samePadding(size, kernel, stride).map(BigInt) as [bigint, bigint];
      const window = {
        kernel_shape: [BigInt(kernel), BigInt(kernel)],
        strides: [BigInt(stride), BigInt(stride)],
        pads: [front, front, behind, behind],
      };
      if (layer.op === 'maxPool') names.push(put('MaxPool', [x], window));
      else {
        const isDepthwise = layer.op === 'depthwise';
        const dims = [layer.channels, isDepthwise ? 1 : channels, kernel, kernel];
        const group = { group: BigInt(isDepthwise ? channels : 1) };
        put('Conv', [x, ...weights(layer, name, dims)], { ...window, ...group });
        names.push(activate(layer.activation));
      }
    }
  }
  const { size, channels } = net.shapes[0]!;
  return model({
    nodes,
    initializers,
    inputs: [value(ONNX_INPUT, [1, channels, size, size])],
    outputs: [value(names.at(-1)!, [1, net.shapes.at(-1)!.channels])],
  });
}
