// Scratch memory of a plan, cut into named pieces: offsets while planning, addresses while binding.

const ALIGNMENT = 64;

/** Hands out 64-byte aligned offsets in the scratch of one plan. */
export class ScratchPlan {
  #size = 0;

  /** Offset of `byteLength` new bytes. */
  take(byteLength: number): number {
    const offset = this.#size;
    this.#size += Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
    return offset;
  }

  /** Bytes handed out. */
  get size(): number {
    return this.#size;
  }
}
