// Compat modes against thresholds that the systems themselves computed (observers.py), and by any cut into passes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { COMPAT_METHODS, compatMethod } from '../../ts-host/observers/activation/compat/index.js';
import { type CompatOptions, extremesOf } from '../../ts-host/observers/activation/compat/observer.js';
import type { ActivationRange } from '../../ts-host/observers/activation/method.js';
import { executionEngine } from '../support/engine.js';

interface Case {
  readonly shape: string;
  readonly system: string;
  readonly method: string;
  readonly options: CompatOptions;
  readonly threshold: readonly [number, number];
}

const golden = JSON.parse(readFileSync(new URL('observers.json', import.meta.url), 'utf8')) as {
  readonly rows: number;
  readonly length: number;
  readonly batches: number;
  readonly cases: readonly Case[];
};
const engine = await executionEngine();

/** The generator of observers.py. */
class Generator {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  uniform(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }

  bell(): number {
    return this.uniform() + this.uniform() + this.uniform() + this.uniform() - 2;
  }
}

const SHAPES: Readonly<Record<string, (g: Generator, batch: number) => number>> = {
  bell: (g) => g.bell(),
  relu: (g) => Math.max(0, g.bell()),
  tail: (g) => {
    const x = g.bell();
    return x * x * x * x * x;
  },
  offset: (g) => 3 + g.bell(),
  negative: (g) => -0.5 - g.uniform(),
  growing: (g, batch) => g.bell() * (1 + batch),
  relu6: (g) => Math.min(6, Math.max(0, 4 * g.bell())),
  constant: () => 0.75,
  zeros: () => 0,
};

function batchesOf(shape: string): Float32Array[] {
  const generator = new Generator(Object.keys(SHAPES).indexOf(shape) + 1);
  const make = SHAPES[shape]!;
  return Array.from({ length: golden.batches }, (_, batch) =>
    Float32Array.from({ length: golden.rows * golden.length }, () => make(generator, batch)),
  );
}

function thresholdOf({ shape, system, method, options }: Case): ActivationRange {
  const observer = compatMethod(system, method, options)(engine);
  const batches = batchesOf(shape).map((values) => ({
    address: engine.heap.copyIn(values),
    count: values.length,
    rows: golden.rows,
  }));
  try {
    for (let pass = 0; pass < observer.passes; pass++) {
      for (const batch of batches) observer.observe(pass, batch, extremesOf(engine, batch)!);
    }
    return observer.threshold();
  } finally {
    observer.dispose();
    for (const { address } of batches) engine.heap.free(address);
  }
}

for (const system of Object.keys(COMPAT_METHODS)) {
  describe(`compat ${system}`, () => {
    for (const each of golden.cases.filter((one) => one.system === system)) {
      const { shape, method, options, threshold } = each;
      it(`${method} ${JSON.stringify(options)} of ${shape}`, () => {
        const { min, max } = thresholdOf(each);
        near(min, threshold[0]);
        near(max, threshold[1]);
      });
    }

    it('methods -> each has golden thresholds', () => {
      const told = new Set(golden.cases.filter((one) => one.system === system).map(({ method }) => method));
      const missing = Object.keys(COMPAT_METHODS[system as 'paddle']).filter((method) => !told.has(method));
      assert.deepEqual(missing, system === 'paddle' ? ['percentile'] : []);
    });
  });
}

/** The same number, but for the last bits of float64 sums. */
function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.abs(expected), `${actual}, expected ${expected}`);
}

describe('compat observers', () => {
  it('every method -> no heap left behind, 0 before the first batch', () => {
    const held = engine.heap.held;
    for (const [system, methods] of Object.entries(COMPAT_METHODS)) {
      for (const method of Object.keys(methods)) {
        const observer = compatMethod(system, method)(engine);
        const { min, max } = observer.threshold();
        assert.ok(Number.isFinite(min) && Number.isFinite(max));
        observer.dispose();
      }
    }
    thresholdOf(golden.cases.find(({ method }) => method === 'kl')!);
    assert.equal(engine.heap.held, held);
  });

  it('an unknown system or method -> INVALID_ARGUMENT with the nearest', () => {
    const told = (system: string, method: string, message: RegExp): void =>
      assert.throws(() => compatMethod(system, method), { code: 'INVALID_ARGUMENT', message });
    told('padle', 'kl', /did you mean paddle\?/);
    told('tensorflow', 'kl', /one of paddle, mindspore, onnxruntime/);
    told('mindspore', 'mse', /mindspore has no method "mse": one of minmax/);
    told('paddle', 'toString', /paddle has no method/);
  });

  it('NaN -> no extremes', () => {
    const address = engine.heap.copyIn(Float32Array.of(1, NaN, 2));
    assert.equal(extremesOf(engine, { address, count: 3, rows: 1 }), undefined);
    engine.heap.free(address);
  });
});
