// Running a planned node once, for a constant that others make: inputs are borrowed, the wanted output is written where
// it is wanted, everything else is scratch that goes at once.

import type { RunContext } from '../context.js';
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
    borrowAll(constants, planned, context, (inputs) => {
      const { plan } = planned;
      const { heap } = engine;
      if (plan.alias !== undefined) {
        const from = inputs.get(plan.alias)!;
        heap.bytes.copyWithin(to, from, from + bytesOf(plan.outputs[0]!));
        return;
      }
      const blocks: Address[] = [];
      const take = (byteLength: number): Address => {
        blocks.push(heap.alloc(byteLength, 'folding a constant'));
        return blocks.at(-1)!;
      };
      try {
        const outputs = plan.outputs.map((type, i) => (i === index ? to : take(bytesOf(type))));
        const packs = (plan.packs ?? []).map((pack) => {
          const address = take(pack.byteLength);
          pack.fill(inputs.get(pack.input)!, address);
          return address;
        });
        const scratch = plan.scratch === undefined ? 0 : take(plan.scratch);
        const bound = plan.bind!({
          input: (i) => inputs.get(i)!,
          output: (i) => outputs[i]!,
          pack: (i) => packs[i]!,
          scratch,
        });
        for (const step of typeof bound === 'function' ? [bound] : bound) step();
      } finally {
        for (const block of blocks) heap.free(block);
      }
    });
}

/** Runs `body` with the addresses of all inputs that the node reads or packs. */
async function borrowAll(
  constants: Constants,
  { inputs, reads, plan }: PlannedNode,
  context: RunContext,
  body: (addresses: ReadonlyMap<number, Address>) => void,
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
