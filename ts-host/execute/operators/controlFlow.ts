// If, and the list of what runs graphs.

import type { EvaluationContext, Operator } from '../operator.js';
import { evaluateLoop } from './controlFlowLoop.js';
import { evaluateScan } from './controlFlowScan.js';
import { bodyOf, readFlag } from './evaluated.js';

async function evaluateIf(node: EvaluationContext): Promise<void> {
  const chosen = readFlag(node, node.value(0), 'the condition') ? 'then_branch' : 'else_branch';
  const values = await node.runGraph(bodyOf(node, chosen, 0, node.outputCount), []);
  for (const [index, value] of values.entries()) node.assign(index, value);
}

export const CONTROL_FLOW: readonly Operator[] = [
  { opType: 'If', domain: '', acceptsHalf: true, evaluate: evaluateIf },
  { opType: 'Loop', domain: '', acceptsHalf: true, evaluate: evaluateLoop },
  { opType: 'Scan', domain: '', acceptsHalf: true, evaluate: evaluateScan },
];
