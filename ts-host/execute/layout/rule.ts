// The contract of a layout rule: how a node of some operators can run with channels last.

import type { Node } from '../../ir/model.js';
import type { Entry, Known } from '../known.js';
import type { Walk } from '../walk.js';

/** A node as it will be planned: its inputs in the order it wants them. */
export interface Form {
  readonly node: Node;
  readonly inputs: readonly (Known | undefined)[];
  /** Whether its outputs have channels last. */
  readonly channelsLast: boolean;
}

/** A node whose first inputs could run with channels last. */
export interface LayoutRequest {
  readonly walk: Walk;
  readonly node: Node;
  readonly id: string;
  readonly opset: number;
  readonly entries: readonly (Entry | undefined)[];
  /** Rank of the values with channels, at least 3. */
  readonly rank: number;
}

/** The form with channels last, or undefined when this node has none. */
export type LayoutRule = (request: LayoutRequest) => Promise<Form | undefined>;
