// Which elements share a scale, as the kernels see it. One description serves per-tensor, per-channel on any axis
// and per-block on any axis:
//
//   a tensor is seen as [outer, depth, inner]; `block` consecutive positions along depth share one scale,
//   blocks = ceil(depth / block), and element (o, d, i) uses
//
//   scaleIndex = ((o · blocks + floor(d / block)) · inner + i) mod scaleCount
//
//   [2, 3, 4] per tensor           depth 1  inner 1  block 1   scaleCount 1
//   [O, C, P] per channel, axis 1  depth P  inner 1  block P   scaleCount C     (o runs over O·C)
//   [R, C]    per channel, axis 1  depth 1  inner C  block 1   scaleCount C
//   [N, K]    blocks of B, axis 1  depth K  inner 1  block B   scaleCount N·ceil(K/B)
//   [K, N]    blocks of B, axis 0  depth K  inner N  block B   scaleCount ceil(K/B)·N

export interface ScaleLayout {
  readonly depth: number;
  readonly inner: number;
  readonly block: number;
  readonly scaleCount: number;
}
