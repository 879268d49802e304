// Ranges of activations by another method than the one asked for.

import { ACTIVATION_METHODS, type ActivationMethodName } from '../observers/activation/index.js';
import type { RecoveryStep } from './step.js';

export const rangesBy = (name: ActivationMethodName): RecoveryStep => ({
  name: `ranges by ${name}`,
  level: 'best',
  async apply(draft, tools) {
    const { settings } = draft;
    if (settings.method.name === name) return 'they are chosen so already';
    const method = { ...settings.method, name, choose: ACTIVATION_METHODS[name] };
    return tools.replan(draft, { settings: { ...settings, method } });
  },
});
