// Uniform quantization in plain TypeScript, an element at a time, straight from the definitions. It imports nothing of
// ours: one of the three truths the kernels are held against (the others: reference.wasm and tests/golden).

const f32 = Math.fround;

/** Ties to even, without Math.round, which sends -2.5 to -2. */
export function roundHalfToEven(y: number): number {
  const below = Math.floor(y);
  const rest = y - below;
  if (rest < 0.5) return below;
  if (rest > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}

export function quantizeOracle(
  x: number,
  scale: number,
  zeroPoint: number,
  qmin: number,
  qmax: number,
): number {
  const quotient = f32(x / scale);
  if (Number.isNaN(quotient)) return zeroPoint;
  if (quotient === Infinity) return qmax;
  if (quotient === -Infinity) return qmin;
  return Math.min(qmax, Math.max(qmin, roundHalfToEven(quotient) + zeroPoint));
}

export function dequantizeOracle(code: number, scale: number, zeroPoint: number): number {
  return f32(f32(code - zeroPoint) * scale);
}

interface Layout {
  readonly depth: number;
  readonly inner: number;
  readonly block: number;
  readonly scaleCount: number;
}

/** The formula of ts-host/wasm/layout.ts. */
export function scaleIndexOracle(element: number, { depth, inner, block, scaleCount }: Layout): number {
  const lane = element % inner;
  const row = Math.floor(element / inner);
  const outer = Math.floor(row / depth);
  const blocks = Math.ceil(depth / block);
  return ((outer * blocks + Math.floor((row % depth) / block)) * inner + lane) % scaleCount;
}

/** [scale, zeroPoint] of a range, as the TSDoc of scalesFromRange defines them. */
export function affineOracle(min: number, max: number, qmin: number, qmax: number): [number, number] {
  const low = Math.min(min, 0);
  const high = Math.max(max, 0);
  if (high - low === 0) return [1, qmin];
  const scale = storable((high - low) / (qmax - qmin));
  const zeroPoint = Math.min(qmax, Math.max(qmin, roundHalfToEven(qmin - low / scale)));
  return [finite(scale, Math.max(qmax - zeroPoint, zeroPoint - qmin)), zeroPoint];
}

export function symmetricOracle(min: number, max: number, qmin: number, qmax: number): [number, number] {
  const zeroPoint = qmin >= 0 ? Math.ceil((qmin + qmax) / 2) : 0;
  const reach = Math.max(Math.abs(Math.min(min, 0)), Math.max(max, 0));
  return [reach === 0 ? 1 : finite(storable(reach / (qmax - zeroPoint)), qmax - zeroPoint), zeroPoint];
}

const SMALLEST_NORMAL = 2 ** -126;
const LARGEST = 3.4028234663852886e38;

function storable(scale: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST_NORMAL, f32(scale)));
}

/** `steps` scales may not be infinite: the scale, or the largest one for which they are not. */
function finite(scale: number, steps: number): number {
  const nearest = f32(LARGEST / steps);
  const largest = f32(nearest * steps) === Infinity ? f32(nearest * (1 - 2 ** -23)) : nearest;
  return Math.min(scale, largest);
}
