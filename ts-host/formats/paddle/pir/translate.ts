// translatePir: the operators of a PIR program as one block of legacy operators, by rules where there are, else as they are.

import type { PaddleBlock } from '../program.js';
import { applyRule, keepOperator } from './applyRule.js';
import { PARAMETER } from './names.js';
import { ruleOf } from './operators/index.js';
import type { PirOp } from './parse.js';
import { SPECIAL } from './special.js';
import { isFeed, Translator } from './translator.js';
import type { Value } from './values.js';

export interface Translated {
  readonly block: PaddleBlock;
  /** What the numbered values became. */
  readonly values: ReadonlyMap<number, Value>;
}

/** @throws OctavoError `MALFORMED` for values that nothing makes or two make, and for operators without what they need;
 *  `UNSUPPORTED_OP` where a legacy operator has no form for an operand that is computed */
export function translatePir(ops: readonly PirOp[]): Translated {
  const translator = new Translator(ops);
  const { builder } = translator;
  for (const op of ops) {
    builder.begin(op.index);
    translate(translator, op);
  }
  return { block: builder.build(), values: builder.values };
}

function translate(translator: Translator, op: PirOp): void {
  if (op.name === PARAMETER) return;
  if (isFeed(op)) {
    translator.feed(op);
    return;
  }
  const special = SPECIAL.get(op.name);
  const rule = op.name.startsWith('pd_op.') ? ruleOf(op.name.slice('pd_op.'.length)) : undefined;
  if (special !== undefined) special(translator, op);
  else if (rule !== undefined) applyRule(translator, op, rule);
  else keepOperator(translator, op);
}
