// Child processes of a bench: started from a script beside this one, told what to do by messages, stopped in an orderly way (so that a
// profile is written and the data folder is closed).
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Complaint } from './complaint.js';

export class Child {
  readonly #process: ChildProcess;
  readonly #script: string;

  private constructor(child: ChildProcess, script: string) {
    this.#process = child;
    this.#script = script;
  }

  /** Starts `script` (a file name beside this one); `measured`: it gets a CPU profile when the environment asks for one. */
  static start(script: string, args: readonly string[], measured: boolean): Child {
    const profiles = process.env['ETHOGRAM_BENCH_PROFILE'] ?? '';
    const execArgv = measured && profiles !== '' ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [];
    const path = fileURLToPath(new URL(script, import.meta.url));
    return new Child(fork(path, [...args], { execArgv, stdio: ['ignore', 2, 2, 'ipc'] }), script);
  }

  /** The next message of the child; it fails when the child ends instead. */
  message(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Complaint(1, `${this.#script} ended with ${code ?? 'a signal'}`));
      this.#process.once('exit', ended);
      this.#process.once('message', (message: unknown) => {
        this.#process.removeListener('exit', ended);
        resolve(message);
      });
    });
  }

  /** The port that a server child says it listens on. */
  async port(): Promise<number> {
    const message = await this.message();
    if (typeof message !== 'object' || message === null || !('port' in message) || typeof message.port !== 'number') {
      throw new Complaint(1, `${this.#script} did not say its port`);
    }
    return message.port;
  }

  /** Resident memory in bytes, of a child that answers `resident`. */
  async resident(): Promise<number> {
    const answer = this.message();
    this.#process.send('resident');
    const message = await answer;
    if (typeof message !== 'object' || message === null || !('resident' in message) || typeof message.resident !== 'number')
      throw new Complaint(1, `${this.#script} did not say its memory`);
    return message.resident;
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.send('stop');
    await ended;
  }

  /** Waits for a child that ends by itself. */
  async ended(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit');
    if (this.#process.exitCode !== 0) throw new Complaint(1, `${this.#script} ended with ${this.#process.exitCode ?? 'a signal'}`);
  }
}

/** In a child: calls `stop` when the bench asks for it, or is gone. Then the process ends. */
export function whenStopped(stop: () => Promise<void>): void {
  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    void stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('message', (message) => {
    if (message === 'stop') end();
    else if (message === 'resident') tell({ resident: process.memoryUsage.rss() });
  });
  process.on('disconnect', end);
}

/** In a child: tells the bench. */
export function tell(message: object): void {
  process.send?.(message);
}
