// Making the nodes and constants of quantized graphs.

import type { CodeDType, DType } from '../../../ir/dtype.js';
import type { Attribute, Node } from '../../../ir/model.js';
import { onnxCode } from '../../../ir/onnxCodes.js';
import { bytesData, type Tensor, type TensorData } from '../../../ir/tensor.js';
import { CodePacker, codesOf } from '../../../tensor/codes.js';
import type { Engine } from '../../../wasm/engine.js';

/** Domain of the operators that onnxruntime adds to the standard. */
export const CONTRIB = 'com.microsoft';

export function makeNode(
  opType: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = '',
): Node {
  return { opType, name, domain, inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}

export function castNode(name: string, input: string, output: string, to: DType): Node {
  return makeNode('Cast', name, [input], [output], { to: { kind: 'int', value: BigInt(onnxCode(to)) } });
}

export function makeTensor(name: string, dtype: DType, dims: readonly number[], data: TensorData): Tensor {
  return { name, dtype, dims, data };
}

export function floatTensor(name: string, dims: readonly number[], values: readonly number[]): Tensor {
  return makeTensor(name, 'float32', dims, bytesData(new Uint8Array(Float32Array.from(values).buffer)));
}

export function int64Tensor(name: string, values: readonly number[]): Tensor {
  const data = BigInt64Array.from(values, (value) => BigInt(value));
  return makeTensor(name, 'int64', [values.length], bytesData(new Uint8Array(data.buffer)));
}

/** Zero points, packed where the dtype has fewer than 8 bits. */
export function codeTensor(
  engine: Engine,
  name: string,
  dtype: CodeDType,
  dims: readonly number[],
  values: readonly number[],
): Tensor {
  const packer = new CodePacker(engine, dtype);
  const head = packer.push(codesOf(dtype, values));
  const tail = packer.end();
  const bytes = new Uint8Array(head.byteLength + tail.byteLength);
  bytes.set(head);
  bytes.set(tail, head.byteLength);
  return makeTensor(name, dtype, dims, bytesData(bytes));
}
