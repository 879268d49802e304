// How a kernel module looks from the host.

/** Exports of a kernel module: numbers in, numbers out. */
export type KernelExports = Readonly<Record<string, (...args: number[]) => number>>;
