// Constants of a graph that is being made: equal ones are one initializer.

import type { NameGenerator } from '../../ir/names.js';
import { bytesData, type Tensor } from '../../ir/tensor.js';

const ARRAYS = { float32: Float32Array, int32: Int32Array, int8: Int8Array, uint8: Uint8Array } as const;

export class Constants {
  readonly initializers: Map<string, Tensor>;
  readonly #fresh: NameGenerator;
  readonly #known = new Map<string, string>();

  constructor(initializers: ReadonlyMap<string, Tensor>, fresh: NameGenerator) {
    this.initializers = new Map(initializers);
    this.#fresh = fresh;
  }

  /** Name of a constant: a scalar, or a list where `values` is one. */
  of(hint: string, dtype: keyof typeof ARRAYS, values: number | ArrayLike<number>): string {
    const list = typeof values === 'number' ? [values] : Array.from(values);
    const dims = typeof values === 'number' ? [] : [list.length];
    const key = `${dtype} ${dims.join()} ${list.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { buffer } = ARRAYS[dtype].from(list);
    const name = this.add({ name: hint, dtype, dims, data: bytesData(new Uint8Array(buffer)) });
    this.#known.set(key, name);
    return name;
  }

  /** Adds a tensor under a name that is free. */
  add(tensor: Tensor): string {
    const name = this.#fresh(tensor.name);
    this.initializers.set(name, { ...tensor, name });
    return name;
  }
}
