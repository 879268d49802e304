// Where the time of a run goes: the steps of each node, timed in runs of their own, beside the work that its plan counts.

import type { NodeTime } from '../../execute/program.js';
import { median } from './timing.js';

/** A node of the program: what rewriting made of the model's nodes. */
export interface LayerTime {
  readonly node: string;
  readonly opType: string;
  /** Of its first output as it is computed, channels last where the program runs so; null where that is known only while
   *  the model runs. */
  readonly dims: readonly number[] | null;
  /** Median of the runs. */
  readonly ms: number;
  /** Of the time of all layers. */
  readonly share: number;
  readonly multiplyAdds: number;
  /** 10^9 operations a second, a multiply-add being two; null where there are none. */
  readonly gops: number | null;
}

interface Layer extends Pick<LayerTime, 'node' | 'opType' | 'dims'> {
  /** Of each run: its own, and those of every turn of a loop. */
  readonly times: number[];
  readonly multiplyAdds: number[];
}

/** Adds up the times of each node, run by run. */
export class LayerTimer {
  readonly #layers = new Map<string, Layer>();
  #runs = 0;

  begin(): void {
    this.#runs++;
  }

  readonly onNode = ({ node, opType, milliseconds, multiplyAdds, outputs }: NodeTime): void => {
    const dims = outputs[0]?.dims ?? null;
    const key = JSON.stringify([node, opType, dims]);
    let layer = this.#layers.get(key);
    if (layer === undefined) {
      layer = { node, opType, dims, times: [], multiplyAdds: [] };
      this.#layers.set(key, layer);
    }
    const run = this.#runs - 1;
    layer.times[run] = (layer.times[run] ?? 0) + milliseconds;
    layer.multiplyAdds[run] = (layer.multiplyAdds[run] ?? 0) + multiplyAdds;
  };

  /** Layers in the order in which they first ran. */
  layers(): LayerTime[] {
    const timed = [...this.#layers.values()].map((layer) => {
      const each = (values: readonly number[]) =>
        Array.from({ length: this.#runs }, (_, i) => values[i] ?? 0);
      return { layer, ms: median(each(layer.times)), multiplyAdds: median(each(layer.multiplyAdds)) };
    });
    const total = timed.reduce((sum, { ms }) => sum + ms, 0);
    return timed.map(({ layer: { node, opType, dims }, ms, multiplyAdds }) => {
      const gops = multiplyAdds === 0 ? null : gopsOf(multiplyAdds, ms);
      return { node, opType, dims, ms, share: total === 0 ? 0 : ms / total, multiplyAdds, gops };
    });
  }
}

/** 10^9 operations a second. */
export function gopsOf(multiplyAdds: number, ms: number): number {
  return (2 * multiplyAdds) / (ms * 1e6);
}
