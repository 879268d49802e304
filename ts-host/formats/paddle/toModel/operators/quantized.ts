// Operators that quantize and dequantize. Every variable has the value that its codes stand for (quantized/kinds.ts), so
//
//   quantize, simulate   activation:  x ─► QuantizeLinear ─► DequantizeLinear ─► x.quantized
//                        weight:      codes ─► DequantizeLinear ─► w.quantized
//   dequantize, observe  nothing, or the weight's DequantizeLinear
//
// Codes that end at −qmax (those of the older operators, and of round_type 1) are cut off by a Clip, for ONNX's end at −128. A code may
// be another one than Paddle's where a value lies between two: QuantizeLinear divides by the step, Paddle multiplies by
// qmax / threshold; and halves go to the even neighbour, where round_type 1 has them go away from 0.

import { intAttribute } from '../../../../ir/attributes.js';
import type { Attribute } from '../../../../ir/model.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { isObserver } from '../quantized/describe.js';
import type { Codes } from '../quantized/gather.js';
import { DEQUANTIZE_LOG, QUANT_KINDS, type QuantKind, type QuantRole } from '../quantized/kinds.js';
import { codeType, linearDomain } from '../quantized/storedWeights.js';
import { qmaxOf } from '../quantized/thresholds.js';

/** The least threshold of an activation whose threshold each run tells: below it Paddle has none, either. */
const LEAST_THRESHOLD = 1e-6;
const NO_DIMS: Readonly<Record<string, Attribute>> = { keepdims: intAttribute(0) };
/** Levels of a logarithmic code, of either sign. */
const LOG_CODES = 128;
/** ONNX's number of int64. */
const INT64 = 7;

const typesOf = (...roles: QuantRole[]): string[] =>
  [...QUANT_KINDS].filter(([, { role }]) => roles.includes(role)).map(([type]) => type);

export const QUANTIZED: readonly OperatorConverter[] = [
  converter(typesOf('quantize', 'simulate'), convertQuantizer),
  converter(typesOf('dequantize'), convertDequantizer),
  converter(typesOf('observe'), (op) => pass(op, QUANT_KINDS.get(op.type)!)),
  converter(DEQUANTIZE_LOG, convertLog),
];

/** The output is the input by another name. */
function pass(op: OpScope, { input, output }: QuantKind): void {
  op.forward(output, op.input(input));
}

function convertQuantizer(op: OpScope): void {
  const kind = QUANT_KINDS.get(op.type)!;
  if (isObserver(op.attributes)) {
    pass(op, kind);
    return;
  }
  if (asWeight(op, kind)) return;
  const known = op.quantized!.activations.get(op.id)!;
  quantize(op, op.input(kind.input), known, op.output(kind.output));
}

function convertDequantizer(op: OpScope): void {
  const kind = QUANT_KINDS.get(op.type)!;
  if (isObserver(op.attributes) || !asWeight(op, kind)) pass(op, kind);
}

/** Emits the weight that an operator quantizes or dequantizes; false where that is none. */
function asWeight(op: OpScope, { input, output }: QuantKind): boolean {
  const name = op.parameter(input)?.name;
  const place = () => ({ node: op.id, output: op.output(output) });
  return name !== undefined && op.quantized!.emit(op.graph, name, place);
}

/** value → codes → what they stand for */
function quantize(op: OpScope, value: string, codes: Codes, output: string): void {
  const { bits, steps, isSymmetric } = codes;
  const dtype = codeType(bits);
  const [input, scale] = steps === undefined ? ownScale(op, value, bits) : [value, op.scalar(steps[0]!)];
  const parameters = [scale, op.scalar(0, dtype)];
  const rounded = op.value('codes');
  const fits = !isSymmetric && (bits === 8 || bits === 16);
  // What lies within the largest |x| needs no Clip.
  const clipped = fits || steps === undefined ? input : clip(op, input, codes);
  op.emitMany('QuantizeLinear', [clipped, ...parameters], [rounded], {}, linearDomain(bits));
  op.emitMany('DequantizeLinear', [rounded, ...parameters], [output], {}, linearDomain(bits));
}

/** The value between its least and its largest code. */
function clip(op: OpScope, value: string, { bits, steps, isSymmetric }: Codes): string {
  const [step, qmax] = [steps![0]!, qmaxOf(bits)];
  const least = isSymmetric ? qmax : qmax + 1;
  return op.emit('Clip', [value, op.scalar(Math.fround(-least * step)), op.scalar(Math.fround(qmax * step))]);
}

/** The largest |x|, which is the operator's OutScale, over qmax. */
function ownScale(op: OpScope, value: string, bits: number): [string, string] {
  const most = op.emit('ReduceMax', [op.emit('Abs', [value])], NO_DIMS);
  const threshold = op.emit('Max', [most, op.scalar(LEAST_THRESHOLD)]);
  op.forward('OutScale', threshold);
  return [value, op.emit('Div', [threshold, op.scalar(qmaxOf(bits))])];
}

/** Code c stands for Dict[c], and a negative one for −Dict[c + 128]. */
async function convertLog(op: OpScope): Promise<void> {
  const dict = await op.numbers('Dict');
  if (dict === undefined || dict.length > LOG_CODES) {
    throw op.unsupported(`its dictionary is no parameter of at most ${LOG_CODES} values`);
  }
  const levels = Array.from({ length: LOG_CODES }, (_, code) => dict[code] ?? 0);
  const table = op.graph.constant('float32', [2 * LOG_CODES], [...levels.map((each) => -each), ...levels]);
  const wide = op.emit('Cast', [op.input('X')], { to: intAttribute(INT64) });
  const place = op.emit('Add', [wide, op.scalar(LOG_CODES, 'int64')]);
  op.emit('Gather', [table, place], {}, op.output('Out'));
}
