// A target: the engine that is to run the model, and what it has integer kernels for. What is not listed stays in float there,
// so nothing is quantized for it.

import type { GraphIndex } from '../../../ir/graphIndex.js';
import type { Node } from '../../../ir/model.js';
import type { QuantTarget } from '../../../ir/plan.js';
import type { OperatorRule } from '../operators/use.js';

export type ActivationType = 'int8' | 'uint8' | 'int16' | 'uint16';

export interface Target {
  readonly name: QuantTarget;
  /** Operators with an integer form. */
  readonly operators: Readonly<Record<string, OperatorRule>>;
  /** Whether anything that is computed of one value, element by element, is looked up in a table. */
  readonly hasTables?: boolean;
  /** Operators that quantizing is for, and why they stay in float nevertheless. */
  readonly floats: Readonly<Record<string, string>>;
  /** Types whose codes it computes with; others are dequantized in front of every operator. */
  readonly integerTypes: readonly ActivationType[];
  readonly activationType: ActivationType;
  /** Whether codes lie around zero point 0. */
  readonly symmetric: boolean;
  /** Whether an integer operator must end in codes even where nobody wants them. */
  readonly endsInCodes: boolean;
  /** Whether a bias is stored as int32 codes. */
  readonly quantizesBias: boolean;
  /** Relu and Clip between an integer operator and the codes of its result vanish: when the smallest code stands for 0
   *  ('lowest': no code lies outside the bounds), whatever the codes are ('any'). */
  readonly fuses: 'lowest' | 'any';
  /** What to know about an integer product there. */
  remark?(node: Node, index: GraphIndex, choice: TargetChoice): string | undefined;
}

/** What a user may choose for a target. */
export interface TargetChoice {
  readonly activationType: ActivationType;
  readonly representation: 'qdq' | 'operator';
}
