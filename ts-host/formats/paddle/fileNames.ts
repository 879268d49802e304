// Which files of a folder are a model, found as Paddle finds them.
//
//   program                       parameters
//   NAME.pdmodel, NAME.json       NAME.pdiparams
//   __model__                     __params__ or params, else a file for each

import { OctavoError } from '../../errors.js';

/** The program among the files of a folder: `inference` before `model` before the only other one, the old layout last.
 *  @param folder - what errors call the folder, where it has a name
 *  @throws OctavoError `NOT_A_MODEL` where there is none, and where several could be meant */
export function programName(names: readonly string[], folder?: string): string {
  const usual = ['inference', 'model'].flatMap((stem) => [`${stem}.pdmodel`, `${stem}.json`]);
  const known = usual.find((name) => names.includes(name));
  if (known !== undefined) return known;
  const others = names.filter((name) => name.endsWith('.pdmodel')).sort();
  if (others.length === 0 && names.includes('__model__')) return '__model__';
  if (others.length === 1) return others[0]!;
  const message =
    others.length === 0
      ? 'a folder is a model only with a program of Paddle in it: .pdmodel, __model__ or inference.json'
      : `the folder has several programs (${others.join(', ')}): name one (modelFilename)`;
  throw new OctavoError('NOT_A_MODEL', message, folder === undefined ? {} : { file: folder });
}

/** The file of all parameters that belongs to a program; undefined where each parameter has its own. */
export function paramsName(program: string, names: readonly string[]): string | undefined {
  const stem = program.replace(/\.(pdmodel|json)$/, '');
  const wanted = stem === program ? ['__params__', 'params'] : [`${stem}.pdiparams`, '__params__'];
  return wanted.find((name) => names.includes(name));
}
