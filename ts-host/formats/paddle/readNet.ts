// readPaddleNet: program and parameters together, of whichever layout the program's first bytes tell.

import type { RunContext } from '../../context.js';
import type { Source } from '../../io/source.js';
import { readPirProgram } from './pir/readPirProgram.js';
import type { PaddleNet, PaddleProgram } from './program.js';
import { type ParameterFiles, readParameters } from './readParameters.js';
import { readProgram } from './readProgram.js';
import { paddleLayout, SNIFF_BYTES } from './sniff.js';

/** Reads a net; weights stay in their files, which must stay open.
 *  @throws OctavoError as readProgram and readParameters */
export async function readPaddleNet(
  model: Source,
  parameters: ParameterFiles,
  context: RunContext,
): Promise<PaddleNet> {
  const program = await readAnyProgram(model, context);
  return { program, parameters: await readParameters(program, parameters, context) };
}

async function readAnyProgram(model: Source, context: RunContext): Promise<PaddleProgram> {
  const head = await model.read(0, Math.min(model.size, SNIFF_BYTES), context);
  return paddleLayout(head) === 'pir' ? readPirProgram(model, context) : readProgram(model, context);
}
