// `npm test`: every check and every test, in one go, with one closing line.
//
//   npm test                       all of it
//   npm test -- --fast             without what needs downloads or minutes (consumers, operators, runtimes)
//   npm test -- --only suites      one part: biome tsc layers build as-pect suites consumers operators runtimes

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { counts, failed, type Outcome, sum } from './testing/outcome.js';
import { type Part, testParts } from './testing/parts.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function chosenParts(): Part[] {
  const options = { fast: { type: 'boolean' }, only: { type: 'string' } } as const;
  const { values } = parseArgs({ options });
  const parts = testParts(root);
  if (values.only !== undefined && !parts.some(({ name }) => name === values.only)) {
    throw new Error(`no part is named ${values.only}: ${parts.map(({ name }) => name).join(' ')}`);
  }
  return parts.filter(({ name, slow }) =>
    values.only !== undefined ? name === values.only : !(slow && values.fast === true),
  );
}

/** Runs a part; what it throws is a failure of the part, and the others still run. */
async function runPart(part: Part): Promise<Outcome> {
  const start = performance.now();
  console.log(`${part.name} ...`);
  const outcome = await part
    .run((line) => console.log(line))
    .catch((error: unknown) => failed(`${part.name}: ${error instanceof Error ? error.stack : error}`));
  console.log(`${part.name}: ${counts(outcome)}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return outcome;
}

const start = performance.now();
const outcomes: Outcome[] = [];
const parts = chosenParts();
// What a download throws is thrown where a part waits for it.
for (const { download } of parts) download?.().catch(() => undefined);
for (const part of parts) outcomes.push(await runPart(part));
const total = sum(outcomes);
for (const failure of total.failures) console.log(`\nFAILED ${failure}`);
console.log(`\n${((performance.now() - start) / 1000).toFixed(1)} s in all`);
for (const { name, reason } of total.skips) console.log(`skipped ${name}: ${reason}`);
console.log(counts(total));
process.exitCode = total.failures.length === 0 ? 0 : 1;
