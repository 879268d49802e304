// Options as PaddleSlim names them: in its own spelling (batch_nums) or in ours (batchNums). A name that there is not is refused
// with the one that was probably meant, for an option that is passed over in silence is how models come out wrong.

import { OctavoError } from '../../errors.js';
import { nearestName } from '../../ir/nearest.js';

/** `batchNums` -> `batch_nums` */
type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : Name;

/** Options in our spelling or in PaddleSlim's. */
export type Spelled<Options> =
  | Options
  | { readonly [Name in keyof Options as SnakeCase<Name & string>]: Options[Name] };

/** `given` with every name in camel case.
 *  @param known - names there are, in camel case
 *  @param also - other names of some of them
 *  @throws OctavoError `INVALID_ARGUMENT` for a name there is not, and for one option in two spellings */
export function namedOptions(
  given: unknown,
  known: readonly string[],
  also: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new OctavoError('INVALID_ARGUMENT', 'options are an object, such as { modelDir, dataLoader }');
  }
  const named: Record<string, unknown> = {};
  for (const [spelled, value] of Object.entries(given)) {
    const camel = camelCase(spelled);
    const name = also[camel] ?? camel;
    if (!known.includes(name)) throw unknownOption(spelled, known);
    if (name in named) {
      throw new OctavoError('INVALID_ARGUMENT', `the option ${name} is given twice`, { field: spelled });
    }
    if (value !== undefined) named[name] = value;
  }
  return named;
}

function unknownOption(spelled: string, known: readonly string[]): OctavoError {
  const nearest = nearestName(camelCase(spelled), known);
  const inTheirs = spelled.includes('_');
  const shown = (name: string) => (inTheirs ? snakeCase(name) : name);
  const hint =
    nearest === undefined ? `known are ${known.map(shown).join(', ')}` : `did you mean ${shown(nearest)}?`;
  return new OctavoError('INVALID_ARGUMENT', `there is no option ${spelled}: ${hint}`, { field: spelled });
}

const camelCase = (name: string): string =>
  name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
