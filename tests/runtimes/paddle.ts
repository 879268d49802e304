// The Paddle part of the workload: programs in both of Paddle's layouts read and run, quantized as PaddleSlim does, converted to
// integers, and what each gives when it runs. Every file and every output must be the same in all runtimes.

import type * as Octavo from '../../ts-host/index.js';
import type * as Paddle from '../../ts-host/paddle.js';
import type * as PaddleSlim from '../../ts-host/paddleslim.js';

/** Files of Paddle models in base64, by model and ending. Put here when the workload is bundled, see setup/scratch.ts. */
declare const PADDLE_FILES: Readonly<Record<'residual' | 'pir' | 'words', Readonly<Record<string, string>>>>;

/** Entries of the package, as a runtime imports them. */
export interface PaddleEntries {
  readonly octavo: typeof Octavo;
  readonly paddle: typeof Paddle;
  readonly paddleslim: typeof PaddleSlim;
}

type Opened = Parameters<typeof Octavo.Session.create>[0];
type Feeds = Parameters<Octavo.Session['run']>[0];

/** What quantPostStatic is asked for: searches of ours and of Paddle's, both styles. */
const STATIC: Readonly<Record<string, object>> = {
  'static KL': { algo: 'KL' },
  'static hist fake': { algo: 'hist', onnxFormat: false, compat: 'paddle', optimizeModel: true },
  'static mse': { algo: 'mse', weight_bits: 16, activation_bits: 16 },
};

/** Bytes by what they are: files that were written, outputs of runs. */
export async function paddleResults(entries: PaddleEntries): Promise<Map<string, Uint8Array>> {
  const made = new Map<string, Uint8Array>();
  await readAndRun(entries, made);
  for (const [label, options] of Object.entries(STATIC)) await quantizeStatic(entries, label, options, made);
  const { quantPostDynamic, quantEmbedding } = entries.paddleslim;
  for (const name of ['residual', 'pir'] as const) {
    const result = await quantPostDynamic({ modelDir: filesOf(name), generateTestModel: true });
    await keepFiles(entries, `dynamic ${name}`, result, made);
    for (const file of result.testModel!.files) {
      made.set(`dynamic ${name} test ${file.name}`, await result.testModel!.bytes(file.name));
    }
  }
  for (const quantizeType of ['abs_max', 'log'] as const) {
    const config = { quantizeOpTypes: 'lookup_table_v2', lookupTableV2: { quantizeType } };
    const result = await quantEmbedding({ modelDir: filesOf('words'), config });
    await keepFiles(entries, `embedding ${quantizeType}`, result, made);
  }
  return made;
}

async function readAndRun({ octavo, paddle }: PaddleEntries, made: Map<string, Uint8Array>): Promise<void> {
  for (const name of ['residual', 'pir'] as const) {
    const { 'inference.pdiparams': params, ...programs } = filesOf(name);
    const model = await paddle.readPaddle({ model: Object.values(programs)[0]!, params: params! });
    await keepRun(octavo, name, model, made);
    made.set(`${name} onnx`, await (await paddle.toOnnx(model)).bytes());
  }
}

async function quantizeStatic(
  entries: PaddleEntries,
  label: string,
  options: object,
  made: Map<string, Uint8Array>,
): Promise<void> {
  const { octavo, paddle, paddleslim } = entries;
  const dataLoader = () => [1, 2, 3].map(sample);
  const result = await paddleslim.quantPostStatic({ modelDir: filesOf('residual'), dataLoader, ...options });
  await keepFiles(entries, label, result, made);
  await keepRun(octavo, label, result.model, made);
  const integers = await paddleslim.convert(result.model);
  made.set(`${label} converted`, await (await paddle.toOnnx(integers)).bytes());
  await keepRun(octavo, `${label} converted`, integers, made);
}

async function keepFiles(
  { octavo }: PaddleEntries,
  label: string,
  result: PaddleSlim.PaddleQuantizeResult,
  made: Map<string, Uint8Array>,
): Promise<void> {
  const sink = octavo.memorySink();
  await result.writeTo(sink);
  for (const [file, bytes] of sink.result) made.set(`${label} ${file}`, bytes);
  await result.close();
}

async function keepRun(
  { Session }: typeof Octavo,
  label: string,
  model: Opened,
  made: Map<string, Uint8Array>,
): Promise<void> {
  const session = await Session.create(model);
  try {
    const feeds: Feeds = { x: sample(4) };
    for (const [name, { data }] of Object.entries(await session.run(feeds))) {
      made.set(`${label} run ${name}`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  } finally {
    await session.dispose();
  }
}

function filesOf(name: keyof typeof PADDLE_FILES): Record<string, Uint8Array> {
  const decoded = Object.entries(PADDLE_FILES[name]).map(
    ([ending, text]) =>
      [`inference.${ending}`, Uint8Array.from(atob(text), (character) => character.charCodeAt(0))] as const,
  );
  return Object.fromEntries(decoded);
}

/** Two pictures of the size that the program is made for; Knuth's multiplicative hash, eight bits of it; exact in float32. */
function sample(seed: number): Octavo.TensorInput {
  const dims = [2, 3, 16, 16];
  const level = (index: number): number => (Math.imul(index + seed * 7919, 2654435761) >>> 20) & 255;
  return { data: Float32Array.from({ length: 2 * 3 * 16 * 16 }, (_, i) => (level(i) - 128) / 64), dims };
}
