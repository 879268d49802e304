// A Paddle model that is quantized, in integers: what --int8 of `convert` and `bench` asks for.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelInput as AnyModel } from '../api/open.js';
import { ioWait } from '../io/wait.js';
import type { ConvertedModel } from '../paddleslim/convert/convertedModel.js';
import type { LoneOperator } from '../paddleslim/convert/loneOperators.js';
import { UsageError } from './errors.js';
import type { IntegerFlags } from './flags.js';
import type { Environment } from './terminal.js';

/** The flags that say more of --int8, as typed. */
const LONE: readonly (readonly [keyof IntegerFlags, string])[] = [
  ['opsToQuantize', '--ops-to-quantize'],
  ['opIdsToSkip', '--op-ids-to-skip'],
  ['debug', '--debug'],
];

/** @throws UsageError for flags that would be without effect */
export function checkIntegerFlags(flags: IntegerFlags): void {
  const lone = LONE.find(([key]) => flags[key] !== undefined);
  if (flags.int8 === true || lone === undefined) return;
  throw new UsageError(`${lone[1]} needs --int8`, lone[1]);
}

/** What convert() makes of a model. Operators that are alone between float ones are told on stderr.
 *  @throws UsageError for a model that is none of Paddle's; OctavoError as convert() */
export async function inIntegers(
  model: AnyModel,
  { opsToQuantize, opIdsToSkip, debug }: IntegerFlags,
  { terminal, signal }: Environment,
): Promise<ConvertedModel> {
  const { PaddleModel } = await import('../paddle/paddleModel.js');
  if (!(model instanceof PaddleModel)) {
    throw new UsageError(
      '--int8 is for Paddle models; ONNX ones are quantized by `octavo quantize`',
      '--int8',
    );
  }
  const { convert } = await import('../paddleslim/convert/convert.js');
  const write = debug === undefined ? undefined : await graphFolder(debug, signal);
  const converted = await convert(model, { opsToQuantize, opIdsToSkip, debug: write, signal });
  if (converted.lone.length > 0) terminal.note(loneText(converted.lone));
  return converted;
}

/** Integer operators between float ones, what they cost where it is known, and how to leave them in float. */
function loneText(lone: readonly LoneOperator[]): string {
  const name = ({ type, opId }: LoneOperator) => `${type}#${opId}`;
  const known = lone.flatMap((each) => {
    const { convertedElements, multiplyAdds } = each;
    if (convertedElements === undefined || multiplyAdds === undefined) return [];
    return [
      `octavo:   ${name(each)} converts ${convertedElements} elements for ${multiplyAdds} multiply-adds\n`,
    ];
  });
  const which =
    lone.length === 1 ? `${name(lone[0]!)} is alone` : `${lone.length} operators in integers are alone`;
  const ids = lone.map(({ opId }) => opId).join(',');
  return [
    `octavo: ${which} between float neighbours, which may cost more than it saves: measure with --op-ids-to-skip ${ids}\n`,
    ...known,
    ...(known.length === lone.length
      ? []
      : ['octavo:   give --input-dims with the sizes in use to see what they convert\n']),
  ].join('');
}

/** The same model with all operators in float, weights as their codes stand for. */
export async function inFloat(model: AnyModel, { signal }: Environment): Promise<ConvertedModel> {
  const { convert } = await import('../paddleslim/convert/convert.js');
  const { PaddleModel } = await import('../paddle/paddleModel.js');
  return convert(model as InstanceType<typeof PaddleModel>, { opsToQuantize: [], signal });
}

/** Writes graphs into a folder, which is made where there is none. */
async function graphFolder(folder: string, signal: AbortSignal) {
  const wait = (what: string, path: string, make: () => Promise<unknown>): Promise<void> =>
    ioWait(what, async () => void (await make()), { signal, place: { file: path } });
  await wait('making the folder', folder, () => mkdir(folder, { recursive: true }));
  return ({ name, text }: { readonly name: string; readonly text: string }): Promise<void> => {
    const path = join(folder, name);
    return wait('writing', path, () => writeFile(path, text));
  };
}
