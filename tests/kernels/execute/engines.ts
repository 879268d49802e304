// The executor's engines that kernel tests run on.

import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import { executionEngine, referenceExecutionEngine } from '../../support/engine.js';

export const ENGINES: readonly (readonly [string, ExecutionEngine])[] = [
  ['simd', await executionEngine()],
  ['reference', await referenceExecutionEngine()],
];
