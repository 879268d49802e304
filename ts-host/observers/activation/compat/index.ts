// Systems whose numbers can be had, and the methods of each. A new one adds its file and a line here.

import { OctavoError } from '../../../errors.js';
import { nearestName } from '../../../ir/nearest.js';
import type { ExecutionEngine } from '../../../wasm/execution.js';
import { MINDSPORE } from './mindspore.js';
import type { CompatFactory, CompatObserver, CompatOptions } from './observer.js';
import { ONNXRUNTIME } from './onnxruntime.js';
import { PADDLE } from './paddle.js';

/** A system whose calibration is followed to the letter. */
export type CompatSystem = 'paddle' | 'mindspore' | 'onnxruntime';

/** Methods by name. */
type Methods = Readonly<Record<string, CompatFactory>>;

/** Methods of each system, by the names that the methods of Octavo have. */
export const COMPAT_METHODS: Readonly<Record<CompatSystem, Methods>> = {
  paddle: PADDLE,
  mindspore: MINDSPORE,
  onnxruntime: ONNXRUNTIME,
};

/** Makes the observer of one tensor. */
export type CompatMake = (engine: ExecutionEngine) => CompatObserver;

/** The method of a system.
 *  @throws OctavoError `INVALID_ARGUMENT` for a system or method there is not, with the nearest name */
export function compatMethod(system: string, method: string, options: CompatOptions = {}): CompatMake {
  const methods = member(COMPAT_METHODS, system, 'compat', 'there is no system');
  const factory = member(methods, method, 'method', `${system} has no method`);
  return (engine) => factory(engine, options);
}

function member<T>(members: Readonly<Record<string, T>>, name: string, field: string, problem: string): T {
  const found = Object.hasOwn(members, name) ? members[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(members);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? `one of ${names.join(', ')}` : `did you mean ${nearest}?`;
  throw new OctavoError('INVALID_ARGUMENT', `${problem} ${JSON.stringify(name)}: ${hint}`, { field });
}
