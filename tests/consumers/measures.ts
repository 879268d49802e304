// How far a quantized model's outputs are from the float model's, over all runs together and for the worst one.

import type { EngineOutput } from './run.js';

/** What a person would read off an output: the best class on the last axis, or which values pass 0.5. */
export type Decision = 'top1' | 'threshold';

export interface Measures {
  readonly output: string;
  readonly count: number;
  /** Over all runs, as one long vector. */
  readonly cosine: number;
  /** The lowest cosine of a single run. */
  readonly worstCosine: number;
  /** 10 log10(signal power / error power), in dB; Infinity when equal. */
  readonly sqnrDb: number;
  readonly maxAbsError: number;
  /** Share of decisions that are equal, in [0, 1]. */
  readonly agreement: number;
  /** Values that are NaN or infinite in the candidate and finite in the reference. */
  readonly nonFinite: number;
}

/** Compares run by run, output by output. Names, types and dims must be equal.
 *  @throws Error naming what differs. */
export function measure(
  reference: readonly (readonly EngineOutput[])[],
  candidate: readonly (readonly EngineOutput[])[],
  decision: Decision = 'top1',
): Measures[] {
  const names = reference[0]?.map((output) => output.name) ?? [];
  return names.map((name) => {
    const total = new Sums();
    let worstCosine = 1;
    for (const [run, outputs] of reference.entries()) {
      const [a, b] = pair(name, outputs, candidate[run] ?? []);
      const one = new Sums();
      one.add(a.values, b.values, a.lastDim, decision);
      worstCosine = Math.min(worstCosine, one.cosine);
      total.add(a.values, b.values, a.lastDim, decision);
    }
    return total.measures(name, worstCosine);
  });
}

interface Values {
  readonly values: Float64Array;
  readonly lastDim: number;
}

function pair(name: string, a: readonly EngineOutput[], b: readonly EngineOutput[]): [Values, Values] {
  const [x, y] = [a, b].map((outputs) => outputs.find((output) => output.name === name));
  if (x === undefined || y === undefined) throw new Error(`output ${name} is missing in one of the models`);
  if (x.dims.join() !== y.dims.join())
    throw new Error(`output ${name}: dims [${x.dims}] and [${y.dims}] differ`);
  return [toValues(x), toValues(y)];
}

function toValues(output: EngineOutput): Values {
  return { values: toNumbers(output), lastDim: Math.max(1, output.dims.at(-1) ?? 1) };
}

/** All elements as doubles.
 *  @throws Error for a type that has no numbers. */
export function toNumbers(output: EngineOutput): Float64Array {
  const { bytes, dtype } = output;
  const copy = bytes.slice().buffer;
  switch (dtype) {
    case 'float32':
      return Float64Array.from(new Float32Array(copy));
    case 'float64':
      return new Float64Array(copy);
    case 'float16':
      return Float64Array.from(new Uint16Array(copy), halfToNumber);
    case 'int32':
      return Float64Array.from(new Int32Array(copy));
    case 'int64':
      return Float64Array.from(new BigInt64Array(copy), Number);
    case 'int8':
      return Float64Array.from(new Int8Array(copy));
    case 'uint8':
    case 'bool':
      return Float64Array.from(new Uint8Array(copy));
    default:
      throw new Error(`output ${output.name} has type ${dtype}, which has no measure`);
  }
}

/** IEEE 754 binary16, from its bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

class Sums {
  #xx = 0;
  #yy = 0;
  #xy = 0;
  #ee = 0;
  #max = 0;
  #count = 0;
  #nonFinite = 0;
  #decisions = 0;
  #equal = 0;

  add(x: Float64Array, y: Float64Array, lastDim: number, decision: Decision): void {
    for (let i = 0; i < x.length; i++) {
      const a = x[i]!;
      const b = y[i]!;
      if (!Number.isFinite(b) && Number.isFinite(a)) this.#nonFinite++;
      const error = a === b ? 0 : a - b;
      this.#xx += a * a;
      this.#yy += b * b;
      this.#xy += a * b;
      this.#ee += error * error;
      this.#max = Math.max(this.#max, Math.abs(error));
    }
    this.#count += x.length;
    if (decision === 'threshold') this.#compareSides(x, y);
    else this.#compareBest(x, y, lastDim);
  }

  #compareSides(x: Float64Array, y: Float64Array): void {
    this.#decisions += x.length;
    for (let i = 0; i < x.length; i++) if (x[i]! > 0.5 === y[i]! > 0.5) this.#equal++;
  }

  #compareBest(x: Float64Array, y: Float64Array, lastDim: number): void {
    for (let at = 0; at + lastDim <= x.length; at += lastDim) {
      this.#decisions++;
      if (best(x, at, lastDim) === best(y, at, lastDim)) this.#equal++;
    }
  }

  /** 1 where both are all zero, 0 where only one is. */
  get cosine(): number {
    const norm = Math.sqrt(this.#xx) * Math.sqrt(this.#yy);
    if (norm === 0) return this.#xx === this.#yy ? 1 : 0;
    return this.#xy / norm;
  }

  measures(output: string, worstCosine: number): Measures {
    return {
      output,
      count: this.#count,
      cosine: this.cosine,
      worstCosine,
      sqnrDb: this.#ee === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(this.#xx / this.#ee),
      maxAbsError: this.#max,
      agreement: this.#decisions === 0 ? 1 : this.#equal / this.#decisions,
      nonFinite: this.#nonFinite,
    };
  }
}

function best(values: Float64Array, start: number, length: number): number {
  let index = 0;
  for (let i = 1; i < length; i++) if (values[start + i]! > values[start + index]!) index = i;
  return index;
}
