// All rules, and the changes that need none. Every change of an operator's signature between opsets 7 and 25 is in
// one of the two lists; tests/passes compares them with tests/golden/opset-changes.json.

import { ATTRIBUTES_TO_INPUTS } from './attributes-to-inputs.js';
import { NORMALIZATION } from './normalization.js';
import { OTHER } from './other.js';
import { RESIZE } from './resize.js';
import type { Rule, RuleTable } from './rule.js';
import { SOFTMAX } from './softmax.js';
import { SPLIT } from './split.js';
import { WINDOWS } from './windows.js';

const TABLES: readonly RuleTable[] = [
  ATTRIBUTES_TO_INPUTS,
  NORMALIZATION,
  OTHER,
  RESIZE,
  SOFTMAX,
  SPLIT,
  WINDOWS,
];

interface Step {
  /** The version that brought the change. */
  readonly to: number;
  readonly rule: Rule;
}

const STEPS: ReadonlyMap<string, readonly Step[]> = new Map(
  TABLES.flatMap((table) => Object.entries(table)).map(([opType, rules]): [string, readonly Step[]] => [
    opType,
    Object.entries(rules)
      .map(([to, rule]) => ({ to: Number(to), rule }))
      .sort((a, b) => a.to - b.to),
  ]),
);

/** The first change of an operator after opset `from`, up to `target`; undefined when there is none. */
export function nextStep(opType: string, from: number, target: number): Step | undefined {
  return STEPS.get(opType)?.find(({ to }) => to > from && to <= target);
}

/** `Operator version` of every rule. */
export function ruleSteps(): readonly string[] {
  return [...STEPS].flatMap(([opType, steps]) => steps.map(({ to }) => `${opType} ${to}`));
}

/** Changes of a signature that leave older nodes as they are, by why they do. */
export const COMPATIBLE_STEPS: Readonly<Record<string, readonly string[]>> = {
  'a new optional attribute, whose default is the old behaviour': [
    'ArgMax 12',
    'ArgMin 12',
    'AveragePool 10',
    'Cast 19',
    'CastLike 19',
    'Constant 12',
    'DepthToSpace 11',
    'DequantizeLinear 13',
    'DequantizeLinear 21',
    'DequantizeLinear 23',
    'GRU 14',
    'GatherND 12',
    'LSTM 14',
    'LpPool 18',
    'MaxPool 10',
    'QuantizeLinear 13',
    'QuantizeLinear 19',
    'QuantizeLinear 21',
    'QuantizeLinear 23',
    'RNN 14',
    'Reshape 14',
    'Resize 18',
    'ScatterElements 16',
    'ScatterND 16',
    'Shape 15',
    'TopK 11',
  ],
  'a required attribute became one of several': ['Constant 11'],
  'an input became optional, or a new optional one came last': [
    'Attention 24',
    'Gemm 11',
    'OptionalHasElement 18',
    'Pad 18',
  ],
  'a new optional output came last': ['MaxPool 8'],
};
