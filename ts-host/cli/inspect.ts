// `octavo inspect`: what a model holds, for people and as JSON.

import { type InspectedValue, type Inspection, inspect } from '../api/inspect.js';
import type { InspectFlags } from './flags.js';
import { modelInput } from './input.js';
import { toJson } from './json.js';
import { megabytes, rows } from './summary.js';
import { type Environment, paint } from './terminal.js';

const OPERATORS_SHOWN = 12;
const CONSTANTS_SHOWN = 5;

export async function inspectCommand(
  model: string,
  { memoryLimit }: InspectFlags,
  { terminal, signal }: Environment,
): Promise<void> {
  const input = await modelInput(model, signal);
  try {
    const { onProgress } = terminal;
    const { external } = input;
    const found = await inspect(input.source, { external, signal, onProgress, memoryLimit });
    const json = { command: 'inspect', input: model, ...found };
    await terminal.print(terminal.json ? toJson(json) : inspectText(model, found, terminal.verbose));
  } finally {
    await input.close();
  }
}

function inspectText(model: string, found: Inspection, verbose: boolean): string {
  const { fileBytes, irVersion, producer, functions } = found;
  const lines: [string, string][] = [
    ['file', `${paint('bold', model)}, ${megabytes(fileBytes)}`],
    ['format', `ONNX, IR version ${irVersion}, ${opsetsText(found.opsets)}`],
  ];
  if (producer !== '') lines.push(['producer', producer]);
  lines.push(...column('inputs', found.inputs.map(valueText)));
  lines.push(...column('outputs', found.outputs.map(valueText)));
  lines.push(['nodes', operatorsText(found, verbose)]);
  if (functions.length > 0) lines.push(['functions', functions.join(', ')]);
  lines.push(['constants', constantsText(found)]);
  lines.push(...column('largest', largest(found, verbose)));
  return rows(lines);
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
function valueText({ name, dtype, dims }: InspectedValue): string {
  const shape = dims === undefined ? '' : ` [${dims.map((dim) => dim ?? '?').join(', ')}]`;
  return `${name}  ${dtype ?? 'not a tensor'}${shape}`;
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
