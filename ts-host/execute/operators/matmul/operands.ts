// A batched matrix product: its operands, where they are, and what it is planned to.

import type { ContractionDType } from '../../../wasm/kernels/execute/contract.js';
import type { Pack, Step } from '../../operator.js';
import type { Address } from '../../value.js';

/** A stack of matrices in memory; strides in elements. */
export interface MatrixView {
  /** One for each batch dim; 0 repeats the matrix. */
  readonly batchStrides: readonly number[];
  readonly rowStride: number;
  readonly columnStride: number;
}

export interface Product {
  readonly dtype: ContractionDType;
  readonly batch: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** [m, k] */
  readonly a: MatrixView;
  /** [k, n] */
  readonly b: MatrixView;
  /** The input b is, if it is constant: it is then packed once. */
  readonly constantB?: number | undefined;
}

export interface ProductAddresses {
  readonly a: Address;
  /** Not looked at when b is packed. */
  readonly b: Address;
  readonly out: Address;
  /** {@link PlannedProduct.scratch} bytes, 64-byte aligned. */
  readonly scratch: Address;
  /** The pack, if {@link PlannedProduct.pack} is there. */
  readonly packed: Address;
  /** What sums of float32 start from: [m, n], its rows `rowStride` elements apart (0: one row for all). */
  readonly start?: { readonly address: Address; readonly rowStride: number } | undefined;
}

export interface PlannedProduct {
  readonly scratch: number;
  readonly pack?: Pack;
  readonly multiplyAdds: number;
  steps(at: ProductAddresses): Step[];
}
