// A Sink is where files go. All of an output's files are created, then committed together: until commit()
// nothing is visible under its final name, and abort() removes whatever was begun.

/** One file being written. */
export interface SinkFile {
  /** Appends. The chunk is the caller's again once the promise resolves. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends the file. Fails when fewer or more bytes came than announced. */
  close(): Promise<void>;
}

/** Where output files go. Used for one output only, then committed or aborted. */
export interface Sink {
  /** Begins a file of exactly `byteLength` bytes. `name` is a plain file name without folders. */
  create(name: string, byteLength: number): Promise<SinkFile>;
  /** Makes all files visible. */
  commit(): Promise<void>;
  /** Removes everything begun. Safe to call at any time, also twice. */
  abort(reason?: unknown): Promise<void>;
}
