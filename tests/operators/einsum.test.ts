// Einsum against onnxruntime: a list of equations with random sizes, and random equations of one to three operands.

import { type Case, exact, feed, ofRange, operatorCases, operatorRefuses, Rng, random } from './harness.js';

/** Every equation is tried with sizes of its own; `...` stands for 0 to 2 dims. */
const EQUATIONS = [
  'ij,jk->ik',
  'ij,jk',
  'bij,bjk->bik',
  'bhid,bhjd->bhij',
  'bhij,bhjd->bihd',
  'bthd,hdm->btm',
  'btm,mhd->bhtd',
  'i,i->',
  'i,j->ij',
  'ij,ij->',
  'ij,ij->ij',
  'ij->ji',
  'ij->',
  'ij->i',
  'ij->j',
  'ii->i',
  'ii->',
  'ii',
  'iij->ji',
  'iji->j',
  'ijk->kij',
  '...ij,...jk->...ik',
  '...ij->...ji',
  '...,...->...',
  '...ii->...i',
  'ij...,jk...->ik...',
  'a...b,b...c->a...c',
  'ab,bc,cd->ad',
  'ab,ac,ad->abcd',
  'abc,cd,de->abe',
  'i,i,i->i',
  'ij,k->jk',
  'aij,jb->aib',
  'bmk,bnk->mn',
  'Ab,bC->CA',
  ' i j , j k -> i k ',
] as const;

/** Operands of random sizes for an equation. */
function operandsOf(rng: Rng, equation: string, most: number): number[][] {
  const sizes = new Map<string, number>();
  const sizeOf = (label: string): number => {
    if (!sizes.has(label)) sizes.set(label, rng.int(1, most));
    return sizes.get(label)!;
  };
  const ellipsis = Array.from({ length: rng.int(0, 2) }, (_, i) => `.${i}`);
  const [left] = equation.replaceAll(' ', '').split('->') as [string];
  return left.split(',').map((term) => {
    const labels = [...term.replace('...', '.')].flatMap((label) => (label === '.' ? ellipsis : [label]));
    return labels.map(sizeOf);
  });
}

function einsumCase(
  rng: Rng,
  equation: string,
  dtype: 'float32' | 'float64' | 'int32' | 'int64',
  most: number,
): Case {
  const shapes = operandsOf(rng, equation, most);
  return {
    opset: 12 + rng.int(0, 5),
    attributes: { equation },
    inputs: shapes.map((dims) => random(rng, dtype, dims, { low: -9, high: 9 })),
  };
}

operatorCases('Einsum', {
  cases: EQUATIONS.length,
  bound: ofRange(1e-6),
  make: (rng, index) => einsumCase(rng, EQUATIONS[index]!, 'float32', 4),
});

operatorCases('Einsum', {
  title: 'as matrix products',
  cases: EQUATIONS.length,
  bound: ofRange(2e-6),
  make: (rng, index) =>
    einsumCase(rng, EQUATIONS[index]!, 'float32', EQUATIONS[index]!.length > 12 ? 11 : 24),
});

operatorCases('Einsum', {
  title: 'float64',
  cases: EQUATIONS.length,
  bound: ofRange(1e-14),
  make: (rng, index) => einsumCase(rng, EQUATIONS[index]!, 'float64', 4),
});

operatorCases('Einsum', {
  title: 'integers',
  cases: EQUATIONS.length,
  bound: exact,
  make: (rng, index) => einsumCase(rng, EQUATIONS[index]!, index % 2 ? 'int32' : 'int64', 4),
});

/** Terms of random letters without repeats, and an output of some of them. */
function randomEquation(rng: Rng): string {
  const letters = [...'abcde'];
  const some = (from: readonly string[], share: number): string[] =>
    from.filter(() => rng.float() < share).sort(() => rng.float() - 0.5);
  const terms = Array.from({ length: rng.int(1, 3) }, () => some(letters, 0.5));
  return `${terms.map((term) => term.join('')).join(',')}->${some([...new Set(terms.flat())], 0.5).join('')}`;
}

operatorCases('Einsum', {
  title: 'random equations',
  cases: 40,
  bound: ofRange(2e-6),
  make: (rng) => einsumCase(rng, randomEquation(rng), 'float32', 7),
});

operatorCases('Einsum', {
  title: 'dims of 1 stretch',
  cases: 5,
  bound: ofRange(1e-6),
  make: (rng, index) => {
    const [equation, ...shapes] = (
      [
        ['ij,jk->ik', [3, 1], [4, 2]],
        ['bij,bjk->bik', [1, 3, 4], [5, 4, 2]],
        ['...ij,...jk->...ik', [2, 1, 3, 4], [1, 5, 4, 2]],
        ['bij,bjk->bik', [1, 30, 40], [5, 40, 20]],
        ['ij,ij->ij', [3, 1], [1, 4]],
      ] as const
    )[index]!;
    return { attributes: { equation }, inputs: shapes.map((dims) => random(rng, 'float32', dims)) };
  },
});

// onnxruntime refuses ellipses of other ranks, and capitals in an implicit output: the standard allows both.
operatorCases('Einsum', {
  title: 'what onnxruntime lacks',
  cases: 2,
  bound: exact,
  make: (rng, index) => {
    const [x, y] = [random(rng, 'float32', [3, 1]), random(rng, 'float32', index === 0 ? [4] : [1, 4])];
    const [a, b] = [Array.from(x.data, Number), Array.from(y.data, Number)];
    return {
      attributes: { equation: index === 0 ? '...,...' : 'jB,BA' },
      inputs: [x, y],
      expected: [
        index === 0
          ? feed(
              'float32',
              [3, 4],
              a.flatMap((left) => b.map((right) => left * right)),
            )
          : feed(
              'float32',
              [4, 3],
              b.flatMap((right) => a.map((left) => left * right)),
            ),
      ],
    };
  },
});

const rng = new Rng(1);
const refuses = (
  why: string,
  code: 'GRAPH_INVALID' | 'SHAPE_MISMATCH' | 'UNSUPPORTED_DTYPE',
  equation: string,
  shapes: number[][],
  dtype: 'float32' | 'int8' = 'float32',
): void =>
  operatorRefuses('Einsum', why, code, {
    attributes: { equation },
    inputs: shapes.map((dims) => random(rng, dtype, dims)),
  });
refuses('too few terms', 'GRAPH_INVALID', 'ij->ji', [[2, 3], [3]]);
refuses('a digit', 'GRAPH_INVALID', 'i1->i', [[2, 3]]);
refuses('two arrows', 'GRAPH_INVALID', 'ij->i->j', [[2, 3]]);
refuses('two dots', 'GRAPH_INVALID', '..i->i', [[2, 3]]);
refuses('an unknown letter in the output', 'GRAPH_INVALID', 'ij->k', [[2, 3]]);
refuses('a letter twice in the output', 'GRAPH_INVALID', 'ij->ii', [[2, 3]]);
refuses('an ellipsis that the output lacks', 'GRAPH_INVALID', '...i->i', [[2, 3]]);
refuses('too few dims', 'SHAPE_MISMATCH', 'ijk->i', [[2, 3]]);
refuses('too many dims', 'SHAPE_MISMATCH', 'i->i', [[2, 3]]);
refuses('sizes that differ', 'SHAPE_MISMATCH', 'ij,jk->ik', [
  [2, 3],
  [4, 2],
]);
refuses('a diagonal of a rectangle', 'SHAPE_MISMATCH', 'ii->i', [[2, 3]]);
refuses('bytes', 'UNSUPPORTED_DTYPE', 'ij->ji', [[2, 3]], 'int8');
