// MatMul, as numpy.matmul: a vector is a row on the left and a column on the right, and its dim goes away again; dims in
// front of the matrices broadcast. com.microsoft FusedMatMul transposes its operands and scales the product.

import { isContractionDType } from '../../../wasm/kernels/execute/contract.js';
import { scaleAdd } from '../../../wasm/kernels/execute/scaleAdd.js';
import type { NodeContext } from '../../node.js';
import type { Operator, Plan } from '../../operator.js';
import { sizeOf } from '../../value.js';
import { planProduct } from './product.js';
import { broadcastBatch, requireEqualDepth, stackOf, type Transposes } from './views.js';

const DTYPES = ['float32', 'float64', 'int32', 'int64', 'uint32', 'uint64'] as const;

interface Form {
  readonly a: Transposes;
  readonly b: Transposes;
  readonly alpha: number;
}

const PLAIN: Form = { a: {}, b: {}, alpha: 1 };

function planMatMul(node: NodeContext, form: Form): Plan {
  const types = [node.input(0), node.input(1)] as const;
  const [{ dims: aDims, dtype }, { dims: bDims, dtype: bType }] = types;
  if (!isContractionDType(dtype)) return node.fail(`${node.node.opType} of ${dtype}`, 'UNSUPPORTED_DTYPE');
  if (bType !== dtype) node.fail(`the product of ${dtype} and ${bType} is not defined`, 'UNSUPPORTED_DTYPE');
  if (aDims.length === 0 || bDims.length === 0)
    node.fail(`${node.node.opType} needs inputs of a dim or more`);
  const a = stackOf(aDims.length === 1 ? [1, ...aDims] : aDims, aDims.length === 1 ? {} : form.a);
  const b = stackOf(bDims.length === 1 ? [...bDims, 1] : bDims, bDims.length === 1 ? {} : form.b);
  requireEqualDepth(node, a, b, types);
  const shared = broadcastBatch(node, a, b);
  const dims = [
    ...shared.batch,
    ...(aDims.length === 1 ? [] : [a.rows]),
    ...(bDims.length === 1 ? [] : [b.columns]),
  ];
  const sizes = { m: a.rows, n: b.columns, k: a.columns };
  const constantB = node.isConstant(1) ? 1 : undefined;
  const product = planProduct(node.engine, { dtype, ...shared, ...sizes, constantB });
  const output = { dtype, dims };
  return {
    outputs: [output],
    scratch: product.scratch,
    multiplyAdds: product.multiplyAdds,
    ...(product.pack === undefined ? {} : { packs: [product.pack] }),
    bind(at) {
      const packed = product.pack === undefined ? 0 : at.pack(0);
      const out = at.output(0);
      const b = product.pack === undefined ? at.input(1) : 0;
      const steps = product.steps({ a: at.input(0), b, out, scratch: at.scratch, packed });
      if (form.alpha !== 1 && (dtype === 'float32' || dtype === 'float64')) {
        steps.push(() => scaleAdd(node.engine.kernels, dtype, out, 1, sizeOf(output), form.alpha));
      }
      return steps;
    },
  };
}

function planFused(node: NodeContext): Plan {
  node.requireDType(0, 'float32', 'float64');
  const transposes = (matrix: string, batch: string, index: number): Transposes => {
    const moved = { matrix: node.flag(matrix), batch: node.flag(batch) };
    if (moved.batch && node.input(index).dims.length < 3)
      node.fail(`${batch} needs an input of 3 dims or more`);
    return moved;
  };
  return planMatMul(node, {
    a: transposes('transA', 'transBatchA', 0),
    b: transposes('transB', 'transBatchB', 1),
    alpha: node.float('alpha', 1),
  });
}

export const MATMUL_OPERATORS: readonly Operator[] = [
  {
    opType: 'MatMul',
    domain: '',
    plan(node) {
      node.requireDType(0, ...DTYPES);
      return planMatMul(node, PLAIN);
    },
  },
  { opType: 'FusedMatMul', domain: 'com.microsoft', plan: planFused },
];
