// The dim of an operator's output that its channels lie on: steps of weights, biases and batch norms go along it.

import { PaddleAttributes, wholeNumber } from '../formats/paddle/attributes.js';
import type { PaddleOp } from '../formats/paddle/program.js';
import { isMatrixProduct } from './operators.js';

/** Of a convolution or a matrix product.
 *  @param rank - of the output, where the program tells it */
export function channelDim(op: PaddleOp, rank: number | undefined): number {
  if (isMatrixProduct(op.type)) return wholeNumber(op, 'x_num_col_dims', (rank ?? 2) - 1);
  return pictureChannelDim(op, 'data_format');
}

/** Of an operator over pictures: [N, C, H, W] unless an attribute says NHWC. */
export function pictureChannelDim(op: PaddleOp, attribute: 'data_format' | 'data_layout'): number {
  return new PaddleAttributes(op, op.type).string(attribute, 'NCHW') === 'NHWC' ? 3 : 1;
}
