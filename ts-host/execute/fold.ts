// Running a planned node once, for a constant that others make: inputs are borrowed, the wanted output is written where
// it is wanted, everything else is scratch that goes at once.

import type { RunContext } from '../context.js';
import { Breather } from '../io/breather.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import type { Compute, Constant, Constants } from './constant.js';
import { type Address, bytesOf } from './value.js';
import type { PlannedNode } from './walk.js';

/** How output `index` of a node over constants is computed, when somebody needs it. */
export function computeConstant(
  engine: ExecutionEngine,
  constants: Constants,
  planned: PlannedNode,
  index: number,
): Compute {
  return (to, context) =>
    borrowAll(constants, planned, context, async (inputs) => {
      const { plan } = planned;
      const breather = Breather.of(context);
      if (plan.alias !== undefined) {
        const from = inputs.get(plan.alias)!;
        const { heap } = engine;
        return breather.move(bytesOf(plan.outputs[0]!), (start, end) =>
          heap.bytes.copyWithin(to + start, from + start, from + end),
        );
      }
      await withBlocks(engine, async (take) => {
        const outputs = plan.outputs.map((type, i) => (i === index ? to : take(bytesOf(type))));
        const packs: Address[] = [];
        for (const pack of plan.packs ?? []) {
          packs.push(take(pack.byteLength));
          await breather.run(pack.fill(inputs.get(pack.input)!, packs.at(-1)!));
        }
        const bound = plan.bind!({
          input: (i) => inputs.get(i)!,
          output: (i) => outputs[i]!,
          pack: (i) => packs[i]!,
          scratch: plan.scratch === undefined ? 0 : take(plan.scratch),
        });
        await breather.run(typeof bound === 'function' ? [bound] : bound);
      });
    });
}

/** Runs `body` with a way to allocate blocks, which are freed when it ends. */
async function withBlocks(
  { heap }: ExecutionEngine,
  body: (take: (byteLength: number) => Address) => Promise<void>,
): Promise<void> {
  const blocks: Address[] = [];
  try {
    await body((byteLength) => {
      blocks.push(heap.alloc(byteLength, 'folding a constant'));
      return blocks.at(-1)!;
    });
  } finally {
    for (const block of blocks) heap.free(block);
  }
}

/** Runs `body` with the addresses of all inputs that the node reads or packs. */
async function borrowAll(
  constants: Constants,
  { inputs, reads, plan }: PlannedNode,
  context: RunContext,
  body: (addresses: ReadonlyMap<number, Address>) => Promise<void>,
): Promise<void> {
  const wanted = [...new Set([...reads, ...(plan.packs ?? []).map(({ input }) => input)])];
  const addresses = new Map<number, Address>();
  const next = async (at: number): Promise<void> => {
    const index = wanted[at];
    if (index === undefined) return body(addresses);
    const constant: Constant = (inputs[index] as { constant: Constant }).constant;
    // The innermost borrow runs the body, so that all are there at once.
    await constants.borrow(constant, context, async (address) => {
      addresses.set(index, address);
      await next(at + 1);
    });
  };
  await next(0);
}
