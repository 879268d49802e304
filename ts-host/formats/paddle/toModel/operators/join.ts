// Tensors put together and taken apart.

import { intAttribute } from '../../../../ir/attributes.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { positive } from '../values.js';

/** An axis that is an attribute or a parameter. One that is computed has no form in ONNX. */
export async function axisOf(op: OpScope, tensor = 'AxisTensor', fallback = 0): Promise<number> {
  if (!op.has(tensor)) return op.attributes.int('axis', fallback);
  const axis = (await op.numbers(tensor))?.[0] ?? op.constantOf(tensor)?.[0];
  if (axis === undefined) throw op.unsupported(`an axis that is computed (${tensor})`);
  return axis;
}

async function concat(op: OpScope): Promise<void> {
  const axis = intAttribute(await axisOf(op));
  op.emit('Concat', op.inputs('X'), { axis }, op.output('Out'));
}

/** Sizes of the parts; undefined where they are equal. One may be -1: what the others leave. */
function sectionsOf(op: OpScope, axis: number): readonly number[] | undefined {
  const sections = op.attributes.ints('sections', []);
  if (sections.length === 0) return undefined;
  const rest = sections.indexOf(-1);
  if (rest < 0) return sections;
  const size = op.dims('X')?.[axis] ?? -1;
  if (size < 0) throw op.unsupported('a section of -1 along an axis whose size is not known');
  const others = sections.reduce((sum, each) => sum + Math.max(each, 0), 0);
  return sections.map((each) => (each === -1 ? size - others : each));
}

async function split(op: OpScope): Promise<void> {
  if (op.has('SectionsTensorList')) throw op.unsupported('sections that are computed (SectionsTensorList)');
  const axis = positive(await axisOf(op), op.rank('X'));
  const sections = sectionsOf(op, axis);
  const inputs = [op.input('X'), sections && op.ints(sections)];
  op.emitMany('Split', inputs, op.outputs('Out'), { axis: intAttribute(axis) });
}

function stack(op: OpScope): void {
  const axis = op.attributes.int('axis', 0);
  const parts = op.inputs('X').map((part) => op.emit('Unsqueeze', [part, op.ints([axis])]));
  op.emit('Concat', parts, { axis: intAttribute(axis) }, op.output(op.wants('Y') ? 'Y' : 'Out'));
}

function unstack(output: 'Y' | 'Out'): OperatorConverter['convert'] {
  return (op) => {
    const axis = op.axis('axis', 0, op.rank('X'));
    const outputs = op.outputs(output);
    const parts = outputs.map(() => op.value('part'));
    op.emitMany('Split', [op.input('X')], parts, { axis: intAttribute(axis) });
    for (const [i, part] of parts.entries()) op.emit('Squeeze', [part, op.ints([axis])], {}, outputs[i]!);
  };
}

/** Every tensor over the grid that all of them span. */
function meshgrid(op: OpScope): void {
  const values = op.inputs('X');
  const sizes = values.map((value) => op.emit('Shape', [value]));
  const grid = sizes.length === 1 ? sizes[0]! : op.emit('Concat', sizes, { axis: intAttribute(0) });
  for (const [i, output] of op.outputs('Out').entries()) {
    const behind = Array.from({ length: values.length - 1 - i }, (_, j) => j + 1);
    const value = behind.length === 0 ? values[i]! : op.emit('Unsqueeze', [values[i]!, op.ints(behind)]);
    op.emit('Expand', [value, grid], {}, output);
  }
}

export const JOINS: readonly OperatorConverter[] = [
  converter('concat', concat),
  converter('split', split),
  converter('stack', stack),
  converter('unstack', unstack('Y')),
  converter('unbind', unstack('Out')),
  converter('meshgrid', meshgrid),
];
