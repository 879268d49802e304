// The operators that exist with channels last only, and the two orders of a tensor's dims.
//
//   natural        [N, C, D1, …, Dk]
//   channels last  [N, D1, …, Dk, C]

import type { Node } from '../../ir/model.js';

/** The domain of operators with channels last. Only the executor's own rewrites make nodes of it. */
export const CHANNELS_LAST = 'octavo.nhwc';

/** By operator: the inputs that carry [N, C, D…]; all outputs do. */
const SPATIAL: ReadonlyMap<string, readonly number[]> = new Map([
  [':Conv', [0, 3]],
  [':ConvTranspose', [0]],
  [':MaxPool', [0]],
  [':AveragePool', [0]],
  [':LpPool', [0]],
  [':GlobalAveragePool', [0]],
  [':GlobalMaxPool', [0]],
  [':GlobalLpPool', [0]],
  [':QLinearConv', [0]],
  [':ConvInteger', [0]],
  ['com.microsoft:FusedConv', [0, 3]],
  ['com.microsoft:QLinearAveragePool', [0]],
  ['octavo:DequantizedConv', [0]],
]);

/** Whether the node is of an operator that runs with channels last only. */
export function isSpatial({ domain, opType }: Node): boolean {
  return SPATIAL.has(`${domain}:${opType}`);
}

/** Whether input `index` of a spatial node has channels. */
export function hasChannels({ domain, opType }: Node, index: number): boolean {
  return SPATIAL.get(`${domain}:${opType}`)?.includes(index) === true;
}

/** perm of the Transpose from natural to channels last: output dim i is input dim perm[i]. */
export function toChannelsLast(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
}

/** perm of the Transpose back. */
export function toNatural(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
}

/** Where dim `axis` of the natural order is with channels last. */
export function axisInChannelsLast(axis: number, rank: number): number {
  if (axis === 0) return 0;
  return axis === 1 ? rank - 1 : axis - 1;
}

/** `dims[i]` for i in `perm`. */
export function permuted<T>(dims: readonly T[], perm: readonly number[]): T[] {
  return perm.map((i) => dims[i]!);
}

/** Whether moving the channels leaves the bytes as they are: one channel, or one position. */
export function isFreeMove(dims: readonly number[]): boolean {
  return dims[1] === 1 || dims.slice(2).every((dim) => dim === 1);
}
