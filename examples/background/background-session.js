// A session in a worker, asked for as one that is here: every call is a message, and its answer resolves it.

export class BackgroundSession {
  #worker;
  #waiting = new Map();
  #next = 0;

  /** @param worker - a new worker of session-worker.js */
  constructor(worker) {
    this.#worker = worker;
    const settle = ({ id, error, ...answer }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) resolve(answer);
      else reject(Object.assign(new Error(error.message), { code: error.code }));
    };
    // Node's workers give the message itself, those of the web an event.
    if (worker.on === undefined) worker.addEventListener('message', ({ data }) => settle(data));
    else worker.on('message', settle);
  }

  /** @param octavo - address of the package: import.meta.resolve('octavo')
   *  @param model - bytes of the model, which move to the worker */
  async open(octavo, model) {
    const { inputs, outputs } = await this.#ask({ octavo, model }, [model.buffer]);
    Object.assign(this, { inputs, outputs });
  }

  /** Runs asked for at once follow one another. */
  async run(feeds) {
    return (await this.#ask({ feeds })).outputs;
  }

  async close() {
    await this.#ask({ close: true });
    this.#worker.terminate();
  }

  #ask(request, buffers = []) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...request }, buffers);
    });
  }
}
