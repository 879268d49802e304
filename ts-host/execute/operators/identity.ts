// Identity: its input under another name. The executor gives values their second name without asking, sequences and
// optionals included; the plan is for who asks whether the operator is there.

import type { Operator } from '../operator.js';

export const IDENTITIES: readonly Operator[] = [
  {
    opType: 'Identity',
    domain: '',
    acceptsHalf: true,
    plan: (node) => ({ outputs: [node.input(0)], alias: 0 }),
  },
];
