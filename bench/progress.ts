// Progress on stderr: a bar that rewrites its line on a terminal, a plain line now and then in a pipe. Nothing of it goes to stdout.

const barCells = 24;
const ttyMs = 100;
const pipeMs = 5_000;

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export class Progress {
  readonly #label: string;
  readonly #total: number;
  readonly #startedMs = performance.now();
  #shownMs = 0;

  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
  }

  at(done: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#shownMs < (process.stderr.isTTY ? ttyMs : pipeMs)) return;
    this.#shownMs = nowMs;
    this.#show(done, process.stderr.isTTY ? '' : '\n');
  }

  end(): void {
    this.#show(this.#total, '\n');
  }

  #show(done: number, ending: string): void {
    const share = this.#total === 0 ? 1 : done / this.#total;
    const filled = Math.round(share * barCells);
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const bar = process.stderr.isTTY ? `\r[${'#'.repeat(filled)}${'.'.repeat(barCells - filled)}] ` : '';
    process.stderr.write(`${bar}${this.#label} ${(share * 100).toFixed(0)} % (${done}/${this.#total}, ${seconds.toFixed(1)} s)${ending}`);
  }
}
