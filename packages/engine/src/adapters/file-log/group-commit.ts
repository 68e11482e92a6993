// Group commit: one sync runs at a time, and all who ask while it runs share the next one.
// Invariant: the promise given to a caller stands for a run that began after the call.

export class GroupCommit {
  readonly #run: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(run: () => Promise<void>) {
    this.#run = run;
  }

  /** The run in progress, if any: enough for a caller who knows that it covers all there is. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  request(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.request();
    });
    return this.#next;
  }

  #start(): Promise<void> {
    const running = this.#run().finally(() => {
      this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
