// Einsum's equation: a label for every dim of every operand, and the labels of the output. The dims an ellipsis stands for
// get labels of their own, counted from the right, so that those of several operands broadcast.
//
//   ...ij,...jk     two operands [2, 5, 3, 4] and [5, 4, 6]     ->     [.1, .0, i, j], [.0, j, k], output [.1, .0, i, k]

import type { NodeContext } from '../../node.js';
import { describeType } from '../../value.js';

export interface Equation {
  /** Labels of the dims of every operand; a repeated one is a diagonal. */
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
  /** Sizes by label. */
  readonly sizes: ReadonlyMap<string, number>;
}

const ELLIPSIS = '...';
const TERM = /^([A-Za-z]*)(\.\.\.)?([A-Za-z]*)$/;

interface Term {
  readonly before: string[];
  readonly ellipsis: boolean;
  readonly after: string[];
}

export function readEquation(node: NodeContext): Equation {
  const text = node.string('equation').replaceAll(' ', '');
  const [left, right, ...more] = text.split('->') as [string, string?, ...string[]];
  if (more.length > 0) bad(node, 'more than one ->');
  const terms = left.split(',').map((term) => readTerm(node, term));
  if (terms.length !== node.inputCount) bad(node, `${terms.length} terms for ${node.inputCount} inputs`);
  const operands = terms.map((term, index) => labelsOf(node, term, index));
  const sizes = sizesOf(node, operands);
  const ellipsis = [...sizes.keys()].filter((label) => label.startsWith('.')).sort(byDistance);
  const hasEllipsis = terms.some((term) => term.ellipsis);
  const output =
    right === undefined
      ? [...ellipsis, ...singleLetters(terms)]
      : outputOf(node, readTerm(node, right), ellipsis, hasEllipsis, sizes);
  return { operands, output, sizes };
}

function bad(node: NodeContext, why: string): never {
  return node.fail(`equation ${JSON.stringify(node.string('equation'))}: ${why}`, 'GRAPH_INVALID');
}

function readTerm(node: NodeContext, text: string): Term {
  const found = TERM.exec(text) ?? bad(node, `${JSON.stringify(text)} is no list of letters`);
  return { before: [...found[1]!], ellipsis: found[2] === ELLIPSIS, after: [...found[3]!] };
}

/** The ellipsis' dims from the left: .2, .1, .0. */
function byDistance(a: string, b: string): number {
  return Number(b.slice(1)) - Number(a.slice(1));
}

function labelsOf(node: NodeContext, { before, ellipsis, after }: Term, index: number): string[] {
  const type = node.input(index);
  const inside = type.dims.length - before.length - after.length;
  if (inside < 0 || (inside > 0 && !ellipsis)) {
    node.fail(
      `the equation names ${before.length + after.length} dims of input ${index}, ${describeType(type)}`,
    );
  }
  const middle = Array.from({ length: inside }, (_, i) => `.${inside - 1 - i}`);
  return [...before, ...middle, ...after];
}

function sizesOf(node: NodeContext, operands: readonly (readonly string[])[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [index, labels] of operands.entries()) {
    for (const [dim, label] of labels.entries()) {
      const size = node.input(index).dims[dim]!;
      const known = sizes.get(label) ?? 1;
      if (size !== 1 && known !== 1 && size !== known) {
        const name = label.startsWith('.') ? 'the ellipsis' : label;
        node.fail(`${name} is ${known} and, in input ${index}, ${size}`);
      }
      sizes.set(label, size === 1 ? known : size);
    }
  }
  return sizes;
}

/** Letters that appear once in all terms, in the order of the alphabet, capitals first. */
function singleLetters(terms: readonly Term[]): string[] {
  const letters = terms.flatMap(({ before, after }) => [...before, ...after]);
  return letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
}

function outputOf(
  node: NodeContext,
  { before, ellipsis, after }: Term,
  inside: readonly string[],
  hasEllipsis: boolean,
  sizes: ReadonlyMap<string, number>,
): string[] {
  if (ellipsis !== hasEllipsis) bad(node, 'an ellipsis on one side of -> only');
  const letters = [...before, ...after];
  for (const letter of letters) {
    if (!sizes.has(letter)) bad(node, `${letter} is in no input`);
    if (letters.indexOf(letter) !== letters.lastIndexOf(letter))
      bad(node, `${letter} is in the output twice`);
  }
  return [...before, ...inside, ...after];
}
