// Values that are the same in every run: stored in the model, told by types (Shape), or computed from other
// constants. All are lazy. A constant's bytes enter the executor's memory when a kernel reads them, as they are or
// packed, and leave it when no program needs them.
//
//   stored ── read ──┐                        ┌─► elements (small, on the host: axes, shapes)
//   given ── copy ───┼─► bytes, for a moment ─┼─► resident (a kernel reads them in every run)
//   computed ─ run ──┘                        └─► pack     (in a kernel's own order; the bytes are let go)

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { Breather } from '../io/breather.js';
import { filePlace } from '../io/wait.js';
import type { Tensor, TensorData } from '../ir/tensor.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { checksum } from '../wasm/kernels/execute/checksum.js';
import { asBytes, asElements } from './elements.js';
import type { Elements } from './node.js';
import type { Pack } from './operator.js';
import type { SavedPacks } from './savedPacks.js';
import { type Address, bytesOf, type TensorType } from './value.js';

/** Makes a computed constant: fills `bytesOf(type)` bytes at `to`. */
export type Compute = (to: Address, context: RunContext) => Promise<void>;

type Origin =
  | { readonly kind: 'stored'; readonly tensor: Tensor }
  | { readonly kind: 'given'; readonly elements: Elements }
  | { readonly kind: 'computed'; readonly compute: Compute };

/** Constants up to this size are kept on the host once read. */
const KEPT_BYTES = 64 * 1024;

/** A block of memory with the programs that need it. */
export interface Held {
  readonly address: Address;
  readonly byteLength: number;
  holders: number;
}

export class Constant {
  readonly type: TensorType;
  readonly origin: Origin;
  /** Set once known. */
  elements: Elements | undefined;
  resident: Held | undefined;
  readonly packs = new Map<string, Held>();

  constructor(type: TensorType, origin: Origin) {
    this.type = type;
    this.origin = origin;
    if (origin.kind === 'given') this.elements = origin.elements;
  }
}

/** How many bytes of a pack kernels read; undefined for one that they would not understand. */
export function readBytes(pack: Pack, address: Address): number | undefined {
  return pack.readBytes === undefined ? pack.byteLength : pack.readBytes(address);
}

/** What a program needs of constants; given back with {@link Constants.release}. */
export type Hold = { readonly constant: Constant; readonly key: string | undefined };

/** The constants of one executor, in its memory. */
export class Constants {
  readonly #engine: ExecutionEngine;
  readonly #saved: SavedPacks | undefined;

  constructor(engine: ExecutionEngine, saved?: SavedPacks) {
    this.#engine = engine;
    this.#saved = saved;
  }

  /** The elements of a constant on the host. For small ones: axes, shapes, scales. */
  async elements(constant: Constant, context: RunContext): Promise<Elements> {
    if (constant.elements !== undefined) return constant.elements;
    const byteLength = bytesOf(constant.type);
    const bytes = await this.borrow(constant, context, (address) =>
      this.#engine.heap.copyOut(address, byteLength),
    );
    return constant.elements ?? asElements(constant.type.dtype, bytes);
  }

  /** Runs `body` with the address of the constant's bytes, which are freed afterwards unless they are resident. */
  async borrow<T>(
    constant: Constant,
    context: RunContext,
    body: (address: Address) => T | Promise<T>,
  ): Promise<T> {
    if (constant.resident !== undefined) return body(constant.resident.address);
    const { heap } = this.#engine;
    const address = heap.alloc(bytesOf(constant.type), 'a weight');
    try {
      await this.#fill(constant, address, context);
      this.#keepSmall(constant, address);
      return await body(address);
    } finally {
      heap.free(address);
    }
  }

  /** Makes the constant's bytes stay in memory, for one more program. */
  async hold(constant: Constant, context: RunContext): Promise<Address> {
    if (constant.resident === undefined) {
      const byteLength = bytesOf(constant.type);
      const address = this.#engine.heap.alloc(byteLength, 'a weight');
      await this.#fillOrFree(address, () => this.#fill(constant, address, context));
      constant.resident = { address, byteLength, holders: 0 };
    }
    constant.resident.holders++;
    return constant.resident.address;
  }

  /** As {@link hold}, packed for a kernel.
   *  @param node - that reads it */
  async holdPack(constant: Constant, pack: Pack, node: string, context: RunContext): Promise<Address> {
    let held = constant.packs.get(pack.key);
    if (held === undefined) {
      const { heap } = this.#engine;
      const address = heap.alloc(pack.byteLength, 'a packed weight');
      const saved = this.#saved?.find(node, pack);
      await this.#fillOrFree(address, () =>
        saved === undefined
          ? this.#pack(constant, pack, address, context)
          : this.#readPack(saved, pack, address, context),
      );
      held = { address, byteLength: pack.byteLength, holders: 0 };
      constant.packs.set(pack.key, held);
    }
    held.holders++;
    return held.address;
  }

  /** Gives one hold back; memory that nobody holds is freed. */
  release({ constant, key }: Hold): void {
    const held = key === undefined ? constant.resident : constant.packs.get(key);
    if (held === undefined || --held.holders > 0) return;
    this.#engine.heap.free(held.address);
    if (key === undefined) constant.resident = undefined;
    else constant.packs.delete(key);
  }

  /** A small computed constant is kept, so that a chain of shape arithmetic is run once however many read it. */
  #keepSmall(constant: Constant, address: Address): void {
    const byteLength = bytesOf(constant.type);
    if (constant.elements !== undefined || byteLength > KEPT_BYTES) return;
    constant.elements = asElements(constant.type.dtype, this.#engine.heap.copyOut(address, byteLength));
  }

  async #fillOrFree(address: Address, fill: () => Promise<void>): Promise<void> {
    try {
      await fill();
    } catch (error) {
      this.#engine.heap.free(address);
      throw error;
    }
  }

  async #fill({ origin, type, elements }: Constant, address: Address, context: RunContext): Promise<void> {
    const { heap } = this.#engine;
    if (elements !== undefined) heap.bytes.set(asBytes(elements), address);
    else if (origin.kind === 'stored') await this.#read(origin.tensor.data, address, context);
    else if (origin.kind === 'computed') await origin.compute(address, context);
    else throw new Error(`a given constant of ${type.dtype} lost its elements`);
  }

  /** Bytes that the kernel leaves out are zeros: packs go into files. */
  #pack(constant: Constant, pack: Pack, to: Address, context: RunContext): Promise<void> {
    this.#engine.heap.bytes.fill(0, to, to + pack.byteLength);
    return this.borrow(constant, context, (from) => Breather.of(context).run(pack.fill(from, to)));
  }

  /** @throws OctavoError `PACKS_INVALID` for bytes that the kernels would not understand */
  async #readPack(data: TensorData, pack: Pack, address: Address, context: RunContext): Promise<void> {
    await this.#read(data, address, context);
    if (readBytes(pack, address) === data.byteLength) return;
    throw new OctavoError('PACKS_INVALID', 'a packed weight has a form that was not asked for');
  }

  /** @throws OctavoError `PACKS_INVALID` for bytes that are not those of their checksum */
  async #read(data: TensorData, address: Address, context: RunContext): Promise<void> {
    const { heap, kernels } = this.#engine;
    let at = address;
    for await (const chunk of data.chunks(context)) {
      heap.bytes.set(chunk, at);
      at += chunk.byteLength;
      await Breather.of(context).breathe();
    }
    if (data.checksum === undefined || checksum(kernels, address, data.byteLength) === data.checksum) return;
    const place = data.slice === undefined ? {} : filePlace(data.slice.source.name, data.slice.offset);
    throw new OctavoError('PACKS_INVALID', 'the packed file is damaged: a checksum does not fit', place);
  }
}
