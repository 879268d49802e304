// The file of labels that a command is given.

import { readLimited } from '../node/readLimited.js';
import { type Labels, parseLabels } from '../report/compare/labels.js';

/** Most bytes of it. */
const LIMIT = 2 ** 28;

/** @throws OctavoError as parseLabels and readLimited */
export async function readLabels(path: string, signal: AbortSignal): Promise<Labels> {
  const bytes = await readLimited(path, signal, LIMIT);
  return parseLabels(new TextDecoder().decode(bytes), path);
}
