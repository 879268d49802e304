// Rows of cells under a head: the first column to the left, the others to the right.

import { paint } from '../../ts-host/cli/terminal.js';

export interface Column {
  readonly head: string;
  readonly width: number;
}

export class Table {
  readonly #columns: readonly Column[];

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
  }

  printHead(): void {
    console.log(paint('dim', this.#line(this.#columns.map(({ head }) => head))));
  }

  print(cells: readonly string[]): void {
    console.log(this.#line(cells));
  }

  #line(cells: readonly string[]): string {
    const padded = this.#columns.map(({ width }, i) =>
      i === 0 ? cells[i]!.padEnd(width) : cells[i]!.padStart(width),
    );
    return `  ${padded.join('  ')}`;
  }
}
