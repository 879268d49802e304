// The components of a JPEG image in the engine's memory: coefficients, then samples.
//
//   one scan, baseline   coefficients of one row of units, turned into samples row by row
//   else                 all coefficients, until the last scan has been read

import { blocksToSamples, type Plane } from '../../../wasm/kernels/images/jpeg.js';
import type { Work } from '../work.js';
import { type Frame, mostFactors } from './header.js';

/** A component and where it is. */
export interface Component {
  readonly across: number;
  readonly down: number;
  /** Samples, without padding. */
  readonly width: number;
  readonly height: number;
  readonly blocksPerRow: number;
  readonly blockRows: number;
  readonly samples: number;
  readonly coefficients: number;
  /** Address of its table of steps, from its first scan on. */
  steps: number | undefined;
}

const BLOCK_BYTES = 128;

export class JpegPlanes {
  readonly components: readonly Component[];
  readonly unitsPerRow: number;
  readonly unitRows: number;
  readonly #work: Work;
  readonly #most: readonly [number, number];

  /** @param isWhole - room for the coefficients of the whole image; else for one row of units */
  constructor(work: Work, frame: Frame, isWhole: boolean) {
    const [mostAcross, mostDown] = mostFactors(frame.components);
    this.#work = work;
    this.#most = [mostAcross, mostDown];
    this.unitsPerRow = Math.ceil(frame.width / (8 * mostAcross));
    this.unitRows = Math.ceil(frame.height / (8 * mostDown));
    this.components = frame.components.map(({ across, down }) => {
      const blocksPerRow = this.unitsPerRow * across;
      const blockRows = this.unitRows * down;
      const rowsHeld = isWhole ? blockRows : down;
      const coefficients = work.alloc(blocksPerRow * rowsHeld * BLOCK_BYTES, 'coefficients of an image');
      return {
        across,
        down,
        width: Math.ceil((frame.width * across) / mostAcross),
        height: Math.ceil((frame.height * down) / mostDown),
        blocksPerRow,
        blockRows,
        samples: work.alloc(blocksPerRow * blockRows * 64, 'samples of an image'),
        coefficients,
        steps: undefined,
      };
    });
  }

  /** Blocks of the whole image. */
  static blocks(frame: Frame): number {
    const [mostAcross, mostDown] = mostFactors(frame.components);
    const units = Math.ceil(frame.width / (8 * mostAcross)) * Math.ceil(frame.height / (8 * mostDown));
    return units * frame.components.reduce((sum, { across, down }) => sum + across * down, 0);
  }

  /** Makes the coefficients of the whole image zero. */
  async clear(): Promise<void> {
    for (const { coefficients, blocksPerRow, blockRows } of this.components) {
      const rowBytes = blocksPerRow * BLOCK_BYTES;
      for (let row = 0; row < blockRows; row++) {
        const from = coefficients + row * rowBytes;
        this.#work.engine.heap.bytes.fill(0, from, from + rowBytes);
        await this.#work.turn();
      }
    }
  }

  /** Turns the coefficients of one row of units into samples. */
  finishRow(row: number): void {
    for (const component of this.components) {
      for (let y = 0; y < component.down; y++) this.#finishBlocks(component, y, row * component.down + y);
    }
  }

  /** Turns all coefficients into samples. */
  async finish(): Promise<void> {
    for (const component of this.components) {
      for (let row = 0; row < component.blockRows; row++) {
        this.#finishBlocks(component, row, row);
        await this.#work.turn();
      }
    }
  }

  #finishBlocks(component: Component, from: number, row: number): void {
    const { blocksPerRow, coefficients, samples, steps } = component;
    blocksToSamples(
      this.#work.engine,
      coefficients + from * blocksPerRow * BLOCK_BYTES,
      blocksPerRow,
      steps!,
      samples + row * blocksPerRow * 64,
      blocksPerRow * 8,
    );
  }

  freeCoefficients(): void {
    for (const { coefficients } of this.components) this.#work.free(coefficients);
  }

  freeSamples(): void {
    for (const { samples } of this.components) this.#work.free(samples);
  }

  planes(): Plane[] {
    const [mostAcross, mostDown] = this.#most;
    return this.components.map(({ samples, blocksPerRow, width, height, across, down }) => {
      const stride = blocksPerRow * 8;
      return { samples, stride, width, height, across: mostAcross / across, down: mostDown / down };
    });
  }
}
