// `octavo inspect`: what a model holds and what running it takes, for people and as JSON.

import { writeFile } from 'node:fs/promises';
import { describeExecution, type ProgramFacts } from '../api/describe.js';
import { type InspectedValue, type Inspection, inspect } from '../api/inspect.js';
import { openModel } from '../api/open.js';
import { RunContext } from '../context.js';
import { type ErrorCode, OctavoError } from '../errors.js';
import { ioWait } from '../io/wait.js';
import { graphToDot } from '../report/dot.js';
import { UsageError } from './errors.js';
import type { InspectFlags } from './flags.js';
import { type ModelInput, modelInput } from './input.js';
import { toJson } from './json.js';
import { STANDARD_STREAM } from './output.js';
import { megabytes, rows } from './summary.js';
import { type Environment, paint } from './terminal.js';

const OPERATORS_SHOWN = 12;
const CONSTANTS_SHOWN = 5;

export async function inspectCommand(
  model: string,
  flags: InspectFlags,
  { terminal, signal }: Environment,
): Promise<void> {
  const { memoryLimit } = flags;
  if (model === STANDARD_STREAM && (flags.shape ?? flags.dot) !== undefined) {
    throw new UsageError('--shape and --dot need a file: they read the model again', '-');
  }
  const input = await modelInput(model, signal, flags);
  try {
    const { onProgress } = terminal;
    const { external } = input;
    const found = await inspect(input.source, { external, signal, onProgress, memoryLimit });
    const execution = model === STANDARD_STREAM ? undefined : await planRun(input, found, flags, signal);
    if (flags.dot !== undefined) await writeDot(input, flags.dot, signal);
    const json = { command: 'inspect', input: model, ...found, ...(execution && { execution }) };
    await terminal.print(
      terminal.json ? toJson(json) : inspectText(model, found, execution, terminal.verbose),
    );
  } finally {
    await input.close();
  }
}

/** What a run takes, or why it cannot be told. */
type Execution = ProgramFacts | { readonly error: { readonly code: ErrorCode; readonly message: string } };

/** Weights above this are read and packed only when a shape is given. */
const PLANNED_BYTES = 2 ** 28;

async function planRun(
  { source, external }: ModelInput,
  { constantBytes }: Inspection,
  { shape, memoryLimit }: InspectFlags,
  signal: AbortSignal,
): Promise<Execution | undefined> {
  const weights = constantBytes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (shape === undefined && weights > PLANNED_BYTES) return undefined;
  const shapes = Object.fromEntries((shape ?? []).map(({ name, dims }) => [name, dims]));
  try {
    return await describeExecution(source, { external, shapes, memoryLimit, signal });
  } catch (error) {
    if (!(error instanceof OctavoError) || error.code === 'ABORTED') throw error;
    return { error: { code: error.code, message: error.message } };
  }
}

async function writeDot({ source, external }: ModelInput, path: string, signal: AbortSignal): Promise<void> {
  const opened = await openModel(source, { external }, new RunContext({ signal }));
  try {
    const text = graphToDot(opened.model.graph);
    await ioWait('writing the graph', () => writeFile(path, text), { signal, place: { file: path } });
  } finally {
    await opened.close();
  }
}

function executionText(execution: Execution | undefined, verbose: boolean): [string, string][] {
  if (execution === undefined) return [['run', 'weights are large: give --shape to plan a run']];
  if ('error' in execution) return [['run', `cannot be planned: ${execution.error.message}`]];
  const { multiplyAdds, arenaBytes, largestLiveSet, heldBytes, nodes, lateNodes } = execution;
  const lines: [string, string][] = [
    ['run', `${(multiplyAdds / 1e6).toFixed(1)} million multiply-adds in ${nodes.length} nodes`],
    [
      'memory',
      `${megabytes(arenaBytes)} for values (${megabytes(largestLiveSet)} live at once), ${megabytes(heldBytes)} of weights`,
    ],
  ];
  if (lateNodes.length > 0) lines.push(['', `${lateNodes.length} nodes have shapes that only a run tells`]);
  if (!verbose) return lines;
  const shown = nodes.map(({ id, opType, multiplyAdds: count, outputs }) => {
    const shapes = outputs.map(({ dtype, dims }) => `${dtype} [${dims.join(', ')}]`).join(', ');
    return `${opType}  ${id}  ${shapes}${count === 0 ? '' : `  ${count} multiply-adds`}`;
  });
  return [...lines, ...column('steps', shown)];
}

function inspectText(
  model: string,
  found: Inspection,
  execution: Execution | undefined,
  verbose: boolean,
): string {
  const { fileBytes, producer, functions } = found;
  const lines: [string, string][] = [
    ['file', `${paint('bold', model)}, ${megabytes(fileBytes)}`],
    ['format', `${formatText(found)}, ${opsetsText(found.opsets)}`],
  ];
  if (producer !== '') lines.push(['producer', producer]);
  lines.push(...column('inputs', found.inputs.map(valueText)));
  lines.push(...column('outputs', found.outputs.map(valueText)));
  lines.push(['nodes', operatorsText(found, verbose)]);
  if (functions.length > 0) lines.push(['functions', functions.join(', ')]);
  lines.push(['constants', constantsText(found)]);
  lines.push(...column('largest', largest(found, verbose)));
  lines.push(...executionText(execution, verbose));
  return rows(lines);
}

function formatText({ format, irVersion }: Inspection): string {
  return format === 'paddle' ? 'Paddle, as ONNX' : `ONNX, IR version ${irVersion}`;
}

/** A label on the first line only. */
function column(label: string, texts: readonly string[]): [string, string][] {
  return texts.map((text, index) => [index === 0 ? label : '', text]);
}

function opsetsText(opsets: Readonly<Record<string, number>>): string {
  const parts = Object.entries(opsets).map(([domain, version]) =>
    domain === '' ? `opset ${version}` : `${domain} ${version}`,
  );
  return parts.join(', ');
}

/** `x  float32 [N, 3, ?, ?]` */
function valueText({ name, dtype, dims, toldDims }: InspectedValue): string {
  const text = (each: NonNullable<InspectedValue['dims']>) =>
    ` [${each.map((dim) => dim ?? '?').join(', ')}]`;
  const told = toldDims === undefined ? '' : `, made as${text(toldDims)}`;
  return `${name}  ${dtype ?? 'not a tensor'}${dims === undefined ? '' : text(dims)}${told}`;
}

function operatorsText({ nodes, operators }: Inspection, verbose: boolean): string {
  const shown = verbose ? operators : operators.slice(0, OPERATORS_SHOWN);
  const names = shown.map(({ opType, count }) => `${count} ${opType}`).join(', ');
  const more = operators.length - shown.length;
  return `${nodes}: ${names}${more === 0 ? '' : ` and ${more} other operators`}`;
}

function constantsText({ constants, parameters, constantBytes }: Inspection): string {
  const types = constantBytes.map(({ dtype, bytes }) => `${megabytes(bytes)} ${dtype}`).join(', ');
  return `${constants.length} with ${parameters} elements${types === '' ? '' : `: ${types}`}`;
}

function largest({ constants }: Inspection, verbose: boolean): string[] {
  const shown = verbose ? constants : constants.slice(0, CONSTANTS_SHOWN);
  return shown.map(
    ({ name, dtype, dims, bytes }) => `${megabytes(bytes)}  ${name}  ${dtype} [${dims.join(', ')}]`,
  );
}
