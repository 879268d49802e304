// Cast and CastLike between all types. Values that fit; what does not fit is pinned to what onnxruntime on x86-64 gives.

import { onnxCode } from '../../ts-host/ir/onnxCodes.js';
import { ELEMENT_TYPES } from '../../ts-host/wasm/kernels/execute/types.js';
import { exact, feed, numbersOf, operatorCases, operatorRefuses, random, shape } from './harness.js';

const PAIRS = ELEMENT_TYPES.flatMap((from) => ELEMENT_TYPES.map((to) => [from, to] as const));

operatorCases('Cast', {
  cases: PAIRS.length,
  bound: exact,
  make: (rng, index) => {
    const [from, to] = PAIRS[index]!;
    const range =
      to.startsWith('u') || from.startsWith('u') ? { low: 0, high: 100 } : { low: -100, high: 100 };
    const within = from === 'bool' ? {} : range;
    const x = random(rng, from, shape(rng, rng.int(0, 3), 0, 9), within);
    const brain = from === 'bfloat16' || to === 'bfloat16';
    return {
      opset: brain ? 13 : [9, 13, 19][index % 3]!,
      attributes: { to: BigInt(onnxCode(to)) },
      inputs: [x],
      // onnxruntime's JavaScript has no bfloat16 outputs.
      ...(to === 'bfloat16' ? { expected: [feed(to, x.dims, numbersOf(x))] } : {}),
    };
  },
});

operatorCases('CastLike', {
  cases: 40,
  bound: exact,
  make: (rng, index) => {
    const [from, to] = PAIRS[(index * 17) % PAIRS.length]!;
    const unsigned = to.startsWith('u') || from.startsWith('u');
    const within = from === 'bool' ? {} : { low: unsigned ? 0 : -100, high: 100 };
    const x = random(rng, from, shape(rng, rng.int(0, 3), 0, 9), within);
    const like = random(rng, to, shape(rng, rng.int(0, 2), 0, 3));
    const brain = from === 'bfloat16' || to === 'bfloat16';
    return {
      opset: [15, 19, 21][index % 3]!,
      inputs: [x, like],
      ...(brain
        ? {
            expected: [
              feed(
                to,
                x.dims,
                numbersOf(x).map((v) => (to === 'bool' ? Number(Number(v) !== 0) : v)),
              ),
            ],
          }
        : {}),
    };
  },
});

operatorRefuses('Cast', 'to a type that is none', 'UNSUPPORTED_DTYPE', {
  attributes: { to: 77n },
  inputs: [feed('float32', [1], [1])],
});
operatorRefuses('Cast', 'to complex64', 'UNSUPPORTED_DTYPE', {
  attributes: { to: 14n },
  inputs: [feed('float32', [1], [1])],
});
