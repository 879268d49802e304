// readPaddleNet: program and parameters together, of whichever layout the program's first bytes tell.

import type { RunContext } from '../../context.js';
import type { Source } from '../../io/source.js';
import { readPirProgram } from './pir/readPirProgram.js';
import type { PaddleNet, PaddleProgram } from './program.js';
import { type ParameterFiles, readParameters } from './readParameters.js';
import { readProgram } from './readProgram.js';
import { paddleLayout, SNIFF_BYTES } from './sniff.js';

/** Reads a net; weights stay in their files, which must stay open. Memory for the program's structure is counted in
 *  `context.budget`, and stays counted unless the reading fails.
 *  @throws OctavoError as readProgram and readParameters */
export async function readPaddleNet(
  model: Source,
  parameters: ParameterFiles,
  context: RunContext,
): Promise<PaddleNet> {
  const { budget } = context;
  const before = budget.held;
  try {
    const program = await readAnyProgram(model, context);
    return { program, parameters: await readParameters(program, parameters, context) };
  } catch (error) {
    budget.release(budget.held - before);
    throw error;
  }
}

async function readAnyProgram(model: Source, context: RunContext): Promise<PaddleProgram> {
  const head = await model.read(0, Math.min(model.size, SNIFF_BYTES), context);
  return paddleLayout(head) === 'pir' ? readPirProgram(model, context) : readProgram(model, context);
}
