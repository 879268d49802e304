// Groups of values that share one scale and zero point: union-find, in which the value that came first stands for its group.

export class Groups {
  readonly #parent = new Map<string, string>();
  readonly #order = new Map<string, number>();

  /** Adds a value as a group of its own. */
  add(value: string): void {
    if (this.#parent.has(value)) return;
    this.#order.set(value, this.#order.size);
    this.#parent.set(value, value);
  }

  has(value: string): boolean {
    return this.#parent.has(value);
  }

  /** The value that stands for the group of `value`. */
  find(value: string): string {
    let root = value;
    for (let up = this.#parent.get(root)!; up !== root; up = this.#parent.get(root)!) root = up;
    for (let at = value; at !== root; ) {
      const up = this.#parent.get(at)!;
      this.#parent.set(at, root);
      at = up;
    }
    return root;
  }

  union(a: string, b: string): void {
    const [x, y] = [this.find(a), this.find(b)];
    if (x === y) return;
    const first = this.#order.get(x)! < this.#order.get(y)!;
    this.#parent.set(first ? y : x, first ? x : y);
  }

  /** All values, in the order they were added. */
  values(): Iterable<string> {
    return this.#parent.keys();
  }
}
