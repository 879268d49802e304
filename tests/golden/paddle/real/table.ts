// A table of what check.ts and run.py found: npx tsx tests/golden/paddle/real/table.ts FOLDER. A line a model; errors are the largest difference over the
// largest magnitude. "in Paddle": of a quantized model, Paddle's run of the written files beside our session of them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { distance, recordedRuns, sameDecisions } from './cases.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: table.ts FOLDER');

type Facts = Readonly<Record<string, unknown>>;

interface Result {
  readonly files: { readonly parameters: number; readonly paddleMs: number };
  readonly float?: Facts & {
    readonly errors?: readonly number[];
    readonly onnx?: { readonly error: number };
  };
  readonly int8?: Facts;
}

const short = (value: unknown): string =>
  typeof value === 'number'
    ? value !== 0 && value < 1e-3
      ? value.toExponential(0)
      : String(Number(value.toPrecision(3)))
    : '';

/** Of a quantized model: Paddle's outputs beside those of our session, the worst of all feeds; by versions of Paddle. */
function inPaddle(place: string): string {
  return ['2.6.2', '3.3.1']
    .map((version) => {
      const runs = recordedRuns(place, [version]);
      if (typeof runs === 'string') return runs === 'not run' ? '–' : `error: ${runs.slice(0, 40)}`;
      const found = runs.map(({ outputs, dims }, index) => {
        const ours = outputs.map((_, output) => floats(join(place, `octavo-${index}-${output}.bin`)));
        return [distance(ours, outputs), sameDecisions(ours.at(-1)!, outputs.at(-1)!, dims)] as const;
      });
      const [error, same] = [
        Math.max(...found.map(([each]) => each)),
        Math.min(...found.map(([, each]) => each)),
      ];
      return `${short(error)} (${short(100 * same)} %)`;
    })
    .join(' / ');
}

function floats(path: string): Float32Array {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

function row(name: string): string {
  const place = join(folder!, name);
  const result = JSON.parse(readFileSync(join(place, 'result.json'), 'utf8')) as Result & Facts;
  const { files, float, int8 } = result;
  const megabytes = short(files.parameters / 1e6);
  const onnx = float?.onnx?.error;
  const quantized = Object.keys(result)
    .filter((key) => existsSync(join(place, key)))
    .map((label) => {
      const facts = result[label] as Facts;
      return `${label} ${short(facts.ratio)}, ${short(facts.seconds)} s, to float ${short(facts.error)}, same ${short(facts.same)}, in Paddle ${inPaddle(join(place, label))}`;
    });
  const speed =
    int8 === undefined
      ? ''
      : `int8 ${short(int8.speed)} (${short(int8.floatMs)} to ${short(int8.int8Ms)} ms, lone ${int8.lone})`;
  const cells = [
    name,
    megabytes,
    float?.ops,
    float?.types,
    float?.errors?.map(short).join(', ') ?? float?.failed,
    short(onnx),
    speed,
  ];
  return [`| ${cells.join(' | ')} |`, ...quantized.map((line) => `    ${line}`)].join('\n');
}

for (const name of readdirSync(folder).sort())
  if (existsSync(join(folder, name, 'result.json'))) console.log(row(name));
