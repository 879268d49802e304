// An output of Loop or Scan that grows by one piece a round: the pieces are kept, and put side by side along a new axis when
// the last one is there.

import type { EvaluationContext } from '../operator.js';
import { describeType, type TensorType, type TensorValue } from '../value.js';
import { placePiece, productOf } from './alongAxis.js';

export class Stack {
  readonly #node: EvaluationContext;
  readonly #pieces: TensorValue[] = [];

  constructor(node: EvaluationContext) {
    this.#node = node;
  }

  /** Takes over a temporary tensor.
   *  @throws OctavoError `SHAPE_MISMATCH` if it is of another type than those before */
  push(piece: TensorValue): void {
    const [first] = this.#pieces;
    if (first !== undefined && describeType(first) !== describeType(piece)) {
      const round = this.#pieces.length;
      this.#node.fail(`round ${round} makes ${describeType(piece)}, those before ${describeType(first)}`);
    }
    this.#pieces.push(piece);
  }

  /** Makes output `index` of the pieces and lets them go.
   *  @param axis - where the new axis is, counted in the output; negative from its end
   *  @param none - type of a piece where there is none */
  finish(index: number, axis: number, reversed: boolean, none: () => TensorType): void {
    const node = this.#node;
    const { dtype, dims } = this.#pieces[0] ?? none();
    const total = this.#pieces.length;
    const at = node.axis(axis, dims.length + 1);
    const out = node.allocate(index, { dtype, dims: [...dims.slice(0, at), total, ...dims.slice(at)] });
    const [outer, inner] = [productOf(dims.slice(0, at)), productOf(dims.slice(at))];
    // The newest first: they are the last ones held.
    for (let round = total - 1; round >= 0; round--) {
      const piece = this.#pieces[round]!;
      const place = reversed ? total - 1 - round : round;
      placePiece(node, dtype, { outer, inner, total, at: place, length: 1 }, piece.address, out);
      node.release(piece);
    }
  }
}
