// What the executor knows of a value while it walks a graph.

import type { Tensor } from '../ir/tensor.js';
import { Constant } from './constant.js';
import type { Elements } from './node.js';
import type { Address, NoneValue, SequenceValue, TensorType } from './value.js';

/** Memory that holds a tensor. The address is fixed when a program is bound, or when a block is taken. */
export interface Place {
  readonly address: Address;
}

/** A tensor that differs from run to run. */
export interface RunTensor {
  readonly kind: 'tensor';
  readonly type: TensorType;
  readonly place: Place;
}

export type Known =
  | { readonly kind: 'constant'; readonly constant: Constant }
  | RunTensor
  /** Values that are no tensors: at run time only. */
  | { readonly kind: 'other'; readonly value: SequenceValue | NoneValue }
  /** While compiling: its type is known at run time only. */
  | { readonly kind: 'late' };

export const LATE: Known = { kind: 'late' };

/** Type of a tensor or constant. */
export function typeOf(known: Known): TensorType | undefined {
  if (known.kind === 'constant') return known.constant.type;
  return known.kind === 'tensor' ? known.type : undefined;
}

/** A value by its two layouts: as ONNX has it, and with channels last ([N, D1..Dk, C] for [N, C, D1..Dk]). At least
 *  one is there; the other is made when somebody wants it. */
export interface Entry {
  natural?: Known;
  channelsLast?: Known;
}

/** Values by name, those of enclosing graphs behind them. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly #entries = new Map<string, Entry>();

  constructor(parent?: Scope) {
    this.parent = parent;
  }

  set(name: string, entry: Entry): void {
    if (name !== '') this.#entries.set(name, entry);
  }

  get(name: string): Entry | undefined {
    return this.#entries.get(name) ?? this.parent?.get(name);
  }

  /** Names of this scope itself. */
  names(): Iterable<string> {
    return this.#entries.keys();
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }
}

/** A tensor of the model as a value. */
export function storedConstant(tensor: Tensor): Known {
  const type = { dtype: tensor.dtype, dims: tensor.dims };
  return { kind: 'constant', constant: new Constant(type, { kind: 'stored', tensor }) };
}

/** A value known on the host. */
export function givenConstant(type: TensorType, elements: Elements): Known {
  return { kind: 'constant', constant: new Constant(type, { kind: 'given', elements }) };
}
