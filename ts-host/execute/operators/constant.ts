// Constant and ConstantOfShape.

import { DTYPE_BITS } from '../../ir/dtype.js';
import { asElements } from '../elements.js';
import { attributeBytes } from '../movement/attribute.js';
import { planFill, widthOf } from '../movement/copy.js';
import { checkedDims, product } from '../movement/dims.js';
import { movePlan } from '../movement/plan.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import type { TensorType } from '../value.js';

function known(dtype: TensorType['dtype'], dims: readonly number[], elements: ArrayBufferView): Plan {
  return { outputs: [{ dtype, dims }], known: elements };
}

/** One of the attributes is there; the executor makes tensors weights before this is asked. Integers are taken as they
 *  are stored: ends of slices use all 64 bits. */
function constant(node: NodeContext): Plan {
  const tensor = node.tensorAttribute('value');
  if (tensor !== undefined) {
    const bytes = attributeBytes(node, 'value', tensor).slice();
    return known(tensor.dtype, tensor.dims, asElements(tensor.dtype, bytes));
  }
  const int = node.node.attributes.get('value_int');
  if (int?.kind === 'int') return known('int64', [], BigInt64Array.of(int.value));
  const ints = node.node.attributes.get('value_ints');
  if (ints?.kind === 'ints') return known('int64', [ints.value.length], BigInt64Array.from(ints.value));
  if (node.hasAttribute('value_float')) {
    return known('float32', [], Float32Array.of(node.float('value_float')));
  }
  if (node.hasAttribute('value_floats')) {
    const values = node.floatList('value_floats') ?? [];
    return known('float32', [values.length], Float32Array.from(values));
  }
  const kind = ['value_string', 'value_strings', 'sparse_value'].find((name) => node.hasAttribute(name));
  if (kind !== undefined) node.fail(`a Constant with ${kind} is not supported`, 'UNSUPPORTED_DTYPE');
  return node.fail('Constant needs a value', 'GRAPH_INVALID');
}

/** Input 1, which ONNX does not have, stands for the attribute, which may have to be waited for (attributeInputs.ts). */
function constantOfShape(node: NodeContext): Plan {
  const dims = checkedDims(node, node.ints(0));
  const given = node.optional(1);
  const value = node.tensorAttribute('value');
  const dtype = given?.dtype ?? value?.dtype ?? 'float32';
  const width = widthOf(node, dtype);
  const copy = planFill(width, [product(dims)], [1]);
  const type = { dtype, dims };
  const one = given ?? value;
  if (one !== undefined && product(one.dims) !== 1) node.fail(`value has dims [${one.dims.join(', ')}]`);
  if (given !== undefined) return movePlan(node, type, [{ copy, from: 1 }]);
  const element =
    value === undefined
      ? new Uint8Array(DTYPE_BITS[dtype] / 8)
      : attributeBytes(node, 'value', value).slice();
  return movePlan(node, type, [{ copy, from: 'value' }], element);
}

export const CONSTANTS: readonly Operator[] = [
  { opType: 'Constant', domain: '', acceptsHalf: true, plan: constant },
  { opType: 'ConstantOfShape', domain: '', acceptsHalf: true, plan: constantOfShape },
];
