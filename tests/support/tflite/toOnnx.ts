// A float TensorFlow Lite model as ONNX: images as [N, C, H, W] instead of [N, H, W, C], so that filters change from OHWI
// to OIHW and padding SAME becomes the pads it means for the sizes at hand. Any batch.

import { floats, gemm, model, node, value } from '../onnxBuilder.js';
import { readTflite, type Table, type TfliteGraph, type TfliteNode, type TfliteTensor } from './read.js';

type OnnxNode = ReturnType<typeof node>;
type OnnxTensor = ReturnType<typeof floats>;

/** @throws Error naming the number of an operator that is not known here */
export function tfliteToOnnx(bytes: Uint8Array): Uint8Array {
  const graph = readTflite(bytes);
  const converted = new Conversion(graph).all();
  const typed = (index: number) => value(nameOf(graph, index), onnxDims(graph.tensors[index]!.dims));
  return model({
    ...converted,
    inputs: graph.inputs.map(typed),
    outputs: graph.outputs.map(typed),
    opset: 13,
  });
}

const nameOf = ({ tensors }: TfliteGraph, index: number): string => `${tensors[index]!.name}:${index}`;

function onnxDims([, ...rest]: readonly number[]): (number | string)[] {
  return rest.length === 3 ? ['N', rest[2]!, rest[0]!, rest[1]!] : ['N', ...rest];
}

/** Numbers of TensorFlow Lite's builtin operators. */
const ADD = 0;
const AVERAGE_POOL_2D = 1;
const CONV_2D = 3;
const FULLY_CONNECTED = 9;
const RESHAPE = 22;
const SOFTMAX = 25;

const RELU = 1;
const SAME = 0;

interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
}

class Conversion {
  readonly #graph: TfliteGraph;
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];

  constructor(graph: TfliteGraph) {
    this.#graph = graph;
  }

  all(): { readonly nodes: OnnxNode[]; readonly initializers: OnnxTensor[] } {
    for (const each of this.#graph.nodes) this.#node(each);
    return { nodes: this.#nodes, initializers: this.#initializers };
  }

  #node(each: TfliteNode): void {
    const { code, options } = each;
    const [x, second] = each.inputs.map((index) => (index < 0 ? '' : nameOf(this.#graph, index)));
    switch (code) {
      case CONV_2D:
        this.#conv(each, x!);
        break;
      case ADD:
        this.#put(each, options.int8(0), (y) => node('Add', [x!, second!], [y]));
        break;
      case AVERAGE_POOL_2D:
        this.#pool(each, x!);
        break;
      case FULLY_CONNECTED:
        this.#fullyConnected(each, x!);
        break;
      case RESHAPE:
        this.#flatten(each, x!);
        break;
      case SOFTMAX:
        this.#put(each, 0, (y) => node('Softmax', [x!], [y], { axis: -1n }));
        break;
      default:
        throw new Error(`operator ${code} of TensorFlow Lite has no conversion here`);
    }
  }

  /** Adds the node that makes `y`, then the activation that the operator has inside. */
  #put({ outputs }: TfliteNode, activation: number, make: (y: string) => OnnxNode): void {
    const y = nameOf(this.#graph, outputs[0]!);
    if (activation !== 0 && activation !== RELU)
      throw new Error(`activation ${activation} has no conversion here`);
    const before = activation === RELU ? `${y}/before` : y;
    this.#nodes.push(make(before));
    if (activation === RELU) this.#nodes.push(node('Relu', [before], [y]));
  }

  #pool(each: TfliteNode, x: string): void {
    const { options } = each;
    const kernel = [options.int32(4), options.int32(3)] as const;
    const attributes = this.#window(each, { kernel, strides: [options.int32(2), options.int32(1)] });
    this.#put(each, options.int8(5), (y) => node('AveragePool', [x], [y], attributes));
  }

  #conv(each: TfliteNode, x: string): void {
    const { options, inputs } = each;
    const filter = this.#tensor(inputs[1]!);
    const [m, kh, kw, c] = filter.dims as [number, number, number, number];
    const oihw = new Float32Array(m * c * kh * kw);
    for (let at = 0; at < oihw.length; at++) {
      const [o, rest] = [Math.floor(at / (kh * kw * c)), at % (kh * kw * c)];
      oihw[(o * c + (rest % c)) * kh * kw + Math.floor(rest / c)] = filter.data![at]!;
    }
    const w = this.#constant(inputs[1]!, [m, c, kh, kw], oihw);
    const b = this.#constant(inputs[2]!, [m], this.#tensor(inputs[2]!).data!);
    const window: Window = { kernel: [kh, kw], strides: [options.int32(2), options.int32(1)] };
    const attributes = this.#window(each, window);
    this.#put(each, options.int8(3), (y) => node('Conv', [x, w, b], [y], attributes));
  }

  #fullyConnected(each: TfliteNode, x: string): void {
    const { options, inputs } = each;
    const weight = this.#tensor(inputs[1]!);
    const w = this.#constant(inputs[1]!, weight.dims, weight.data!);
    const bias = this.#tensor(inputs[2]!);
    const b = this.#constant(inputs[2]!, bias.dims, bias.data!);
    this.#put(each, options.int8(0), (y) => gemm(x, w, b, y, { transB: 1n }));
  }

  /** Of one pixel only: then the order of channels and pixels does not matter. */
  #flatten(each: TfliteNode, x: string): void {
    const { dims } = this.#tensor(each.inputs[0]!);
    if (dims[1] !== 1 || dims[2] !== 1)
      throw new Error(`Reshape of ${dims.join('x')} has no conversion here`);
    this.#put(each, 0, (y) => node('Flatten', [x], [y], { axis: 1n }));
  }

  /** SAME: as many outputs as strides begin inside the input, what is missing split with the larger half behind. */
  #window({ inputs, options }: { inputs: readonly number[]; options: Table }, { kernel, strides }: Window) {
    const { dims } = this.#tensor(inputs[0]!);
    const missing = [0, 1].map((axis) => {
      if (options.int8(0) !== SAME) return 0;
      const size = dims[axis + 1]!;
      const outputs = Math.ceil(size / strides[axis]!);
      return Math.max((outputs - 1) * strides[axis]! + kernel[axis]! - size, 0);
    });
    const before = missing.map((count) => Math.floor(count / 2));
    const behind = missing.map((count, axis) => count - before[axis]!);
    return {
      kernel_shape: kernel.map(BigInt),
      strides: strides.map(BigInt),
      pads: [...before, ...behind].map(BigInt),
    };
  }

  #tensor(index: number): TfliteTensor {
    return this.#graph.tensors[index]!;
  }

  #constant(index: number, dims: readonly number[], data: ArrayLike<number>): string {
    const name = nameOf(this.#graph, index);
    this.#initializers.push(floats(name, dims, data));
    return name;
  }
}
