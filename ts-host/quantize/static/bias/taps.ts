// How often each position of a convolution's kernel meets an element of its input, and not the zeros around it: the share of
// outputs for which it does, by which the mean of an input counts there.
//
//   input 3, kernel 3, pad 1:    · x x x ·     shares 2/3, 1, 2/3
//                                [ ↑ ]
//                                  [ ↑ ]
//                                    [ ↑ ]

import type { Node } from '../../../ir/model.js';

/** One share for each position of the kernel, row-major; all 1 where extents are not known.
 *  @param spatial - extents of the input behind the channels */
export function tapShares(
  node: Node,
  kernel: readonly number[],
  spatial: readonly number[] | undefined,
): Float64Array {
  const count = kernel.reduce((a, b) => a * b, 1);
  if (node.opType !== 'Conv' || spatial?.length !== kernel.length) return new Float64Array(count).fill(1);
  let shares = Float64Array.of(1);
  for (const [axis, size] of kernel.entries()) {
    const along = sharesAlong(axisOf(node, axis, kernel.length, size, spatial[axis]!));
    const before = shares;
    shares = Float64Array.from(
      { length: before.length * size },
      (_, k) => before[Math.floor(k / size)]! * along[k % size]!,
    );
  }
  return shares;
}

interface Axis {
  readonly extent: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
  readonly outputs: number;
}

function axisOf(node: Node, axis: number, rank: number, size: number, extent: number): Axis {
  const stride = listed(node, 'strides', axis, 1);
  const dilation = listed(node, 'dilations', axis, 1);
  const reach = dilation * (size - 1) + 1;
  const auto = node.attributes.get('auto_pad');
  const mode = auto?.kind === 'string' ? String.fromCharCode(...auto.value) : 'NOTSET';
  if (mode.startsWith('SAME')) {
    const outputs = Math.ceil(extent / stride);
    const both = Math.max(0, (outputs - 1) * stride + reach - extent);
    const pad = mode === 'SAME_LOWER' ? Math.ceil(both / 2) : Math.floor(both / 2);
    return { extent, size, stride, dilation, pad, outputs };
  }
  const pads = mode === 'VALID' ? [0, 0] : [axis, axis + rank].map((at) => listed(node, 'pads', at, 0));
  const outputs = Math.max(0, Math.floor((extent + pads[0]! + pads[1]! - reach) / stride) + 1);
  return { extent, size, stride, dilation, pad: pads[0]!, outputs };
}

/** For each tap the outputs `o` with 0 <= o · stride − pad + tap · dilation < extent. */
function sharesAlong({ extent, size, stride, dilation, pad, outputs }: Axis): number[] {
  return Array.from({ length: size }, (_, tap) => {
    const offset = tap * dilation - pad;
    const first = Math.max(0, Math.ceil(-offset / stride));
    const last = Math.min(outputs - 1, Math.floor((extent - 1 - offset) / stride));
    return outputs === 0 ? 0 : Math.max(0, last - first + 1) / outputs;
  });
}

function listed(node: Node, name: string, at: number, fallback: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' && at < attribute.value.length ? Number(attribute.value[at]) : fallback;
}
