// OneHot: along a new axis of `depth` elements, the one that the index names is "on", the others are "off".

import { castElements } from '../../wasm/kernels/execute/cast.js';
import { setOneHot } from '../../wasm/kernels/execute/patterns.js';
import { isElementType } from '../../wasm/kernels/execute/types.js';
import { copySteps, planFill, scratchOf, widthOf } from '../movement/copy.js';
import { checkedDims, product } from '../movement/dims.js';
import { stretches } from '../movement/indices.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { sizeOf } from '../value.js';

/** Indices of any type are cast to int64; negative ones count from the end, those beyond turn nothing on. */
function oneHot(node: NodeContext): Plan {
  const [indices, values] = [node.input(0), node.input(2)];
  const { dtype: from } = indices;
  if (!isElementType(from) || from === 'float16' || from === 'bfloat16' || from === 'bool') {
    return node.fail(`indices of ${from} are not supported`, 'UNSUPPORTED_DTYPE');
  }
  if (node.input(1).dtype.endsWith('float16')) node.fail('depth is a half', 'UNSUPPORTED_DTYPE');
  const depth = Math.trunc(node.scalar(1));
  if (!(depth >= 1)) node.fail(`depth is ${depth}`, 'INVALID_ARGUMENT');
  if (sizeOf(values) !== 2) node.fail(`values has ${sizeOf(values)} elements, needs 2`);
  const axis = node.axis(node.int('axis', -1), indices.dims.length + 1);
  const [head, tail] = [indices.dims.slice(0, axis), indices.dims.slice(axis)];
  const dims = checkedDims(node, [...head, depth, ...tail]);
  const width = widthOf(node, values.dtype);
  const [outer, inner, count] = [product(head), product(tail), sizeOf(indices)];
  const off = planFill(width, [product(dims)], [1]);
  const table = Math.ceil(scratchOf([off]) / 64) * 64;
  const { engine } = node;
  return {
    outputs: [{ dtype: values.dtype, dims }],
    reads: [0, 2],
    scratch: table + (from === 'int64' ? 0 : count * 8),
    bind: (at) => {
      const [given, out, on] = [at.input(0), at.output(0), at.input(2) + width];
      const cast = from === 'int64' ? given : at.scratch + table;
      const fill = off === undefined ? [] : [{ copy: off, source: at.input(2), target: out }];
      return [
        ...copySteps(engine, at.scratch, fill),
        ...(cast === given ? [] : [() => castElements(engine.kernels, from, 'int64', given, cast, count)]),
        ...stretches(outer, inner).map((row) => () => {
          const [list, to] = [cast + row.start * inner * 8, out + row.start * depth * inner * width];
          setOneHot(engine, list, on, to, row.count, depth, inner, width);
        }),
      ];
    },
  };
}

export const ONE_HOTS: readonly Operator[] = [
  { opType: 'OneHot', domain: '', acceptsHalf: true, plan: oneHot },
];
