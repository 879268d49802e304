// Loads every operator test with OCTAVO_CENSUS set, so that nothing is run, and prints how many cases operators have.

import { readdirSync } from 'node:fs';
import { countCases } from './census.js';

// At the end, when the bodies of all suites have been called.
process.on('exit', () => console.log(`\nCENSUS ${JSON.stringify(countCases())}`));

const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter(
  (file) => file.endsWith('.test.ts') && file !== 'completeness.test.ts',
);
for (const file of files) await import(new URL(file, folder).href);
