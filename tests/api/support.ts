// A model of a few megabytes with a weight of every kind, and sources and sinks that watch or disturb.

import { memorySink, type Sink, type Source } from '../../ts-host/index.js';
import { conv, floats, gather, gemm, matMul, model, node, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';

const weight = (name: string, dims: readonly number[]) =>
  floats(name, dims, new Rng(name.length).normal(dims.reduce((a, b) => a * b, 1)));

/** 6.4 MB: the table alone takes more than a chunk. */
export const MODEL: Uint8Array = model({
  nodes: [
    gather('the table', 'ids', 'e', 0, 'embed'),
    matMul('e', 'matrix', 'm', 'matmul'),
    gemm('m', 'turned', 'bias', 'g', { transB: 1n }, 'gemm'),
    node('Reshape', ['g', 'shape'], ['image'], {}, { name: 'reshape' }),
    conv('image', 'kernel', undefined, 'y', {}, 'conv'),
  ],
  initializers: [
    weight('the table', [4300, 256]),
    weight('matrix', [256, 500]),
    weight('turned', [640, 500]),
    weight('bias', [640]),
    floats('shape', [1]),
    weight('kernel', [32, 64, 3, 3]),
  ],
  inputs: [value('ids', [10], 'int64')],
  outputs: [value('y')],
});

/** A source without synchronous reads, whose buffers are its own and which answers late. */
export function slowSource(bytes: Uint8Array, onRead: (count: number) => void = () => {}): Source {
  let reads = 0;
  return {
    size: bytes.byteLength,
    async read(offset, length) {
      onRead(++reads);
      if (reads % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      return bytes.slice(offset, offset + length);
    },
  };
}

/** A memory sink that says how it ended. */
export function watchedSink(): Sink & { readonly files: ReadonlyMap<string, Uint8Array>; ended: string } {
  const inner = memorySink();
  return {
    ended: '',
    create: (name, byteLength) => inner.create(name, byteLength),
    async commit() {
      await inner.commit();
      this.ended += 'committed';
    },
    async abort(reason) {
      await inner.abort(reason);
      this.ended += 'aborted';
    },
    get files() {
      return inner.result;
    },
  };
}
