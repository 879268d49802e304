// Gemm: alpha · A' · B' + beta · C, where C broadcasts to the product; com.microsoft FusedGemm applies an activation to that.
// An unscaled float32 C that is rows of the product is where the sums start; any other is added behind them.

import { scaleAdd } from '../../wasm/kernels/execute/scaleAdd.js';
import type { NodeContext } from '../node.js';
import type { Addresses, Operator, Plan, Step } from '../operator.js';
import { type Address, describeType, sizeOf, type TensorType } from '../value.js';
import { fusedActivation } from './fusedActivation.js';
import { planProduct } from './matmul/product.js';
import { requireEqualDepth, stackOf } from './matmul/views.js';

/** C seen as [m, n]: elements between rows and between columns, 0 where it repeats. */
interface Addend {
  readonly rowStride: number;
  readonly columnStride: number;
  readonly beta: number;
}

function addendOf(node: NodeContext, m: number, n: number): Addend | undefined {
  const type = node.optional(2);
  const beta = node.float('beta', 1);
  if (type === undefined) {
    if (node.node.opType === 'Gemm' && node.opset < 11) node.input(2);
    return undefined;
  }
  const { dims, dtype } = type;
  if (dtype !== node.input(0).dtype)
    node.fail(`C is ${dtype}, A ${node.input(0).dtype}`, 'UNSUPPORTED_DTYPE');
  const [rows, columns] = [dims.at(-2) ?? 1, dims.at(-1) ?? 1];
  if (dims.length > 2 || (rows !== 1 && rows !== m) || (columns !== 1 && columns !== n)) {
    node.fail(`C is ${describeType(type)}, which does not broadcast to [${m}, ${n}]`);
  }
  if (beta === 0) return undefined;
  return { rowStride: rows === 1 ? 0 : columns, columnStride: columns === 1 ? 0 : 1, beta };
}

/** Applied in place to so many elements of the product. */
type Activation = (address: Address, count: number) => void;

function planFused(node: NodeContext): Plan {
  node.requireDType(0, 'float32');
  return planGemm(node, fusedActivation(node));
}

function planGemm(node: NodeContext, activation?: Activation): Plan {
  node.requireDType(0, 'float32', 'float64');
  node.requireRank(0, 2);
  node.requireRank(1, 2);
  const types = [node.input(0), node.input(1)] as const;
  const dtype = types[0].dtype as 'float32' | 'float64';
  if (types[1].dtype !== dtype) node.fail(`A is ${dtype}, B ${types[1].dtype}`, 'UNSUPPORTED_DTYPE');
  const a = stackOf(types[0].dims, { matrix: node.flag('transA') });
  const b = stackOf(types[1].dims, { matrix: node.flag('transB') });
  requireEqualDepth(node, a, b, types);
  const [m, n, k] = [a.rows, b.columns, a.columns];
  const alpha = node.float('alpha', 1);
  const addend = addendOf(node, m, n);
  const starts = addend !== undefined && dtype === 'float32' && alpha === 1 && isStart(addend, n);
  const constantB = node.isConstant(1) ? 1 : undefined;
  const product = planProduct(node.engine, { dtype, batch: [], m, n, k, a, b, constantB });
  const output: TensorType = { dtype, dims: [m, n] };

  const finish = (at: Addresses): Step[] => {
    const out = at.output(0);
    const steps: Step[] = [];
    if (!starts && (alpha !== 1 || addend !== undefined)) {
      const c = addend === undefined ? undefined : { ...addend, address: at.input(2) };
      steps.push(() => scaleAdd(node.engine.kernels, dtype, out, m, n, alpha, c));
    }
    if (activation !== undefined) steps.push(() => activation(out, sizeOf(output)));
    return steps;
  };
  return {
    outputs: [output],
    scratch: product.scratch,
    multiplyAdds: product.multiplyAdds,
    ...(product.pack === undefined ? {} : { packs: [product.pack] }),
    bind(at) {
      const steps = product.steps({
        a: at.input(0),
        b: product.pack === undefined ? at.input(1) : 0,
        out: at.output(0),
        scratch: at.scratch,
        packed: product.pack === undefined ? 0 : at.pack(0),
        start: starts ? { address: at.input(2), rowStride: addend.rowStride } : undefined,
      });
      return [...steps, ...finish(at)];
    },
  };
}

/** Whether sums may start from C: its rows are whole rows of the product, unscaled. */
function isStart({ beta, columnStride }: Addend, n: number): boolean {
  return beta === 1 && (columnStride === 1 || n === 1);
}

export const GEMM_OPERATORS: readonly Operator[] = [
  { opType: 'Gemm', domain: '', plan: (node) => planGemm(node) },
  { opType: 'FusedGemm', domain: 'com.microsoft', plan: planFused },
];
