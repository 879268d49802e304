// quantizeVariants(): the family of files that users of a library look for beside a model. One reading of the input a
// variant; they are written one after another, so memory is that of one.

import { OctavoError } from '../errors.js';
import type { Sink } from '../io/sink.js';
import type { QuantizeOptions } from '../quantize/options.js';
import type { QuantizeReport } from '../report/report.js';
import type { ModelInput } from './open.js';
import { quantize } from './quantize.js';

/** Options that make one variant. */
export type VariantOptions = Pick<
  QuantizeOptions,
  'mode' | 'bits' | 'granularity' | 'blockSize' | 'symmetric' | 'weightType' | 'observer'
>;

/** transformers.js chooses a file by its `dtype` option: q8 → _quantized, int8, uint8, q4, fp16. Its q4 is symmetric
 *  MatMulNBits of blocks of 32; its 8-bit files are dynamic. */
const TRANSFORMERS_JS: Readonly<Record<string, VariantOptions>> = {
  _quantized: { mode: 'dynamic', weightType: 'int8' },
  _int8: { mode: 'dynamic', weightType: 'int8' },
  _uint8: { mode: 'dynamic', weightType: 'uint8' },
  _q4: { mode: 'weights', bits: 4, granularity: 'block', blockSize: 32 },
  _fp16: { mode: 'fp16' },
};

/** Variant families by name: suffix of the file name and the options that make it. */
export const VARIANTS = { 'transformers.js': TRANSFORMERS_JS } as const;

export type VariantFamily = keyof typeof VARIANTS;

export interface VariantResult {
  readonly fileName: string;
  readonly report: QuantizeReport;
}

/** Writes all variants of a family: `model.onnx` becomes `model_quantized.onnx`, `model_int8.onnx` and so on, with
 *  `<file>_data` beside a model that does not fit in one file, as the library expects.
 *  @param input - Must be readable several times: bytes, a Blob or a Source, not a stream.
 *  @param makeSink - A fresh sink for every variant; each is committed before the next begins.
 *  @throws OctavoError `INVALID_ARGUMENT` for an unknown family or a stream; all that {@link quantize} throws. */
export async function quantizeVariants(
  input: ModelInput,
  family: VariantFamily,
  makeSink: () => Sink,
  options: Omit<QuantizeOptions, keyof VariantOptions | 'plan' | 'externalName'> = {},
): Promise<VariantResult[]> {
  if (!Object.hasOwn(VARIANTS, family)) {
    const known = Object.keys(VARIANTS).join(', ');
    throw new OctavoError('INVALID_ARGUMENT', `no variants ${family}; there are ${known}`, {
      field: 'variants',
    });
  }
  const isObject = typeof input === 'object' && input !== null;
  if (isObject && ('getReader' in input || 'body' in input)) {
    throw new OctavoError(
      'INVALID_ARGUMENT',
      'variants read the model several times: give bytes, a Blob or a Source',
      {
        field: 'input',
      },
    );
  }
  const { fileName = 'model.onnx' } = options;
  const dot = fileName.endsWith('.onnx') ? fileName.length - '.onnx'.length : fileName.length;
  const results: VariantResult[] = [];
  for (const [suffix, variant] of Object.entries(VARIANTS[family])) {
    const name = `${fileName.slice(0, dot)}${suffix}${fileName.slice(dot)}`;
    const result = await quantize(input, {
      ...options,
      ...variant,
      fileName: name,
      externalName: `${name}_data`,
    });
    try {
      await result.writeTo(makeSink());
    } finally {
      await result.close();
    }
    results.push({ fileName: name, report: result.report });
  }
  return results;
}
