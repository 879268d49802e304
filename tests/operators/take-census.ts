// Prints how many cases each operator has.

import { countCases, operatorSuite } from './census.js';
import { answer } from './suite.js';

answer(countCases(await operatorSuite()));
