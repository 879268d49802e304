// Graphs with QuantizeLinear and DequantizeLinear, node by node, as tools write them.

import type { NodeProto, TensorProto } from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import { type AttributeInput, floats, int64s, type ModelInput, node, tensor, value } from './onnxBuilder.js';

export type CodeDType = 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32';

/** Scale and zero point: of a value, or along an axis of a weight. */
export interface Quant {
  readonly dtype: CodeDType;
  readonly scale: number | readonly number[];
  readonly zeroPoint?: number;
  readonly axis?: number;
}

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
};

export function codeTensor(
  name: string,
  dtype: CodeDType,
  dims: readonly number[],
  codes: ArrayLike<number>,
): TensorProto {
  const data = ARRAYS[dtype].from(codes);
  return tensor(name, dtype, dims, new Uint8Array(data.buffer));
}

export class QdqBuilder {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  #count = 0;

  name(hint: string): string {
    return `${hint}${this.#count++}`;
  }

  /** Names of a scale and a zero point. */
  parameters({ dtype, scale, zeroPoint = 0 }: Quant): [string, string] {
    const scales = typeof scale === 'number' ? [scale] : scale;
    const dims = typeof scale === 'number' ? [] : [scales.length];
    const names: [string, string] = [this.name('scale'), this.name('zero')];
    this.initializers.push(floats(names[0], dims, scales));
    this.initializers.push(
      codeTensor(
        names[1],
        dtype,
        dims,
        scales.map(() => zeroPoint),
      ),
    );
    return names;
  }

  quantize(x: string, quant: Quant): string {
    return this.add('QuantizeLinear', [x, ...this.parameters(quant)], axisOf(quant));
  }

  dequantize(codes: string, quant: Quant): string {
    return this.add('DequantizeLinear', [codes, ...this.parameters(quant)], axisOf(quant));
  }

  /** QuantizeLinear and DequantizeLinear. */
  both(x: string, quant: Quant): string {
    return this.dequantize(this.quantize(x, quant), quant);
  }

  codes(dtype: CodeDType, dims: readonly number[], codes: ArrayLike<number>): string {
    const name = this.name('codes');
    this.initializers.push(codeTensor(name, dtype, dims, codes));
    return name;
  }

  /** A constant behind DequantizeLinear. */
  weight(quant: Quant, dims: readonly number[], codes: ArrayLike<number>): string {
    return this.dequantize(this.codes(quant.dtype, dims, codes), quant);
  }

  floats(dims: readonly number[], values: ArrayLike<number>): string {
    const name = this.name('floats');
    this.initializers.push(floats(name, dims, values));
    return name;
  }

  ints(...values: number[]): string {
    const name = this.name('ints');
    this.initializers.push(int64s(name, [values.length], values));
    return name;
  }

  add(
    opType: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeInput> = {},
    domain = '',
  ): string {
    const output = this.name(opType.toLowerCase());
    this.nodes.push(node(opType, inputs, [output], attributes, { name: output, domain }));
    return output;
  }

  /** The model whose inputs are float32, and whose output is `last`. */
  finish(
    inputs: Readonly<Record<string, readonly number[]>>,
    last: string,
    opset = 13,
    dtype: DType = 'float32',
  ): ModelInput {
    return {
      opset,
      domains: { 'com.microsoft': 1 },
      nodes: [...this.nodes, node('Identity', [last], ['y'])],
      initializers: this.initializers,
      inputs: Object.entries(inputs).map(([name, dims]) => value(name, dims)),
      outputs: [value('y', undefined, dtype)],
    };
  }
}

const axisOf = ({ axis }: Quant): Record<string, AttributeInput> =>
  axis === undefined ? {} : { axis: BigInt(axis) };
