// The rules every sink shares: plain file names, no name twice, and exactly the announced number of bytes.

import { OctavoError } from '../errors.js';

/** Counts what is written to one file against the length announced for it. */
export class LengthCheck {
  readonly name: string;
  readonly announced: number;
  #written = 0;

  constructor(name: string, announced: number) {
    if (!Number.isSafeInteger(announced) || announced < 0) {
      throw new OctavoError('INVALID_ARGUMENT', `bad file length ${announced}`, { file: name });
    }
    this.name = name;
    this.announced = announced;
  }

  /** Bytes written so far. */
  get written(): number {
    return this.#written;
  }

  /** Call before writing. @throws OctavoError `IO_FAILED` when `bytes` more would pass the announced length. */
  add(bytes: number): void {
    if (this.#written + bytes > this.announced) this.#fail(`at least ${this.#written + bytes}`);
    this.#written += bytes;
  }

  /** @throws OctavoError `IO_FAILED` when bytes are missing. */
  end(): void {
    if (this.#written !== this.announced) this.#fail(`${this.#written}`);
  }

  #fail(came: string): never {
    throw new OctavoError('IO_FAILED', `announced ${this.announced} bytes, ${came} came`, {
      file: this.name,
    });
  }
}

/** The names of one output. */
export class FileNames {
  readonly #names = new Set<string>();

  /** @throws OctavoError `INVALID_ARGUMENT` unless `name` is a plain file name not used before. */
  add(name: string): void {
    const plain = name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
    if (!plain) {
      throw new OctavoError('INVALID_ARGUMENT', `${JSON.stringify(name)} is not a plain file name`, {
        field: 'name',
      });
    }
    if (this.#names.has(name)) {
      throw new OctavoError('INVALID_ARGUMENT', 'two output files have one name', { file: name });
    }
    this.#names.add(name);
  }
}
