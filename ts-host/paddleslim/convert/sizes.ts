// How large values are in a run: the model is planned for the sizes that its inputs are used with, and nothing is computed.

import type { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import { Executor } from '../../execute/executor.js';
import type { TensorType } from '../../execute/value.js';
import { chosenDims, type Model, type ValueInfo } from '../../ir/model.js';
import { elementCount } from '../../ir/tensor.js';
import { executionEngine } from '../../wasm/load.js';

/** Elements of values, by name, or why they are not known. */
export type Sizes = { readonly elements: ReadonlyMap<string, number> } | { readonly unknown: string };

/** Elements of some values in a run over one item.
 *  @param model - whose inputs have sizes, or tell those that the program names
 *  @throws OctavoError `MEMORY_LIMIT`, `IO_FAILED`, `ABORTED` */
export async function sizesOf(model: Model, names: readonly string[], context: RunContext): Promise<Sizes> {
  const types = model.graph.inputs.map((input) => [input, typeOfOne(input)] as const);
  const open = types.find(([, type]) => type === undefined)?.[0].name;
  if (open !== undefined) return { unknown: `the size of ${open} is open: give inputDims` };
  const known = new Map(types.map(([{ name }, type]) => [name, type!]));
  try {
    return { elements: await planned(model, known, names, context) };
  } catch (error) {
    // What the executor does not run, or not with inputs of this size, may be converted all the same.
    const isOfModel =
      error instanceof OctavoError && ['UNSUPPORTED_OP', 'SHAPE_MISMATCH'].includes(error.code);
    if (!isOfModel) throw error;
    return { unknown: error.message };
  }
}

/** One item is 1 of the first dim, where that is open. */
function typeOfOne(input: ValueInfo): TensorType | undefined {
  const dims = chosenDims(input)?.map((dim, axis) => (axis === 0 && typeof dim !== 'number' ? 1 : dim));
  const isKnown = dims?.every((dim) => typeof dim === 'number');
  return isKnown && input.dtype !== undefined ? { dtype: input.dtype, dims: dims as number[] } : undefined;
}

async function planned(
  model: Model,
  types: ReadonlyMap<string, TensorType>,
  names: readonly string[],
  context: RunContext,
): Promise<Map<string, number>> {
  const { limit, held } = context.budget;
  const engine = await executionEngine('strict', Math.max(0, limit - held));
  const executor = await Executor.create(model, engine, { watched: names }, context);
  try {
    const { nodes } = await executor.describe(types, context);
    const made = nodes.flatMap(({ values, outputs }) =>
      values.map((name, i) => [name, outputs[i]!] as const),
    );
    const asked = new Set(names);
    const all = [...types, ...made].filter(([name]) => asked.has(name));
    return new Map(all.map(([name, { dims }]) => [name, elementCount(dims, name)]));
  } finally {
    executor.dispose();
  }
}
