// Progress: a bar that is drawn over itself on a terminal, a plain line every limits.plainProgressMs in a pipe, nothing when quiet or for
// work that is over before the first line is due.
import { limits } from '../base/limits.js';
import type { Terminal } from './terminal.js';

const redrawMs = 100;
const barColumns = 24;

export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #label: string;
  readonly #elapsedMs: () => number;
  #shownMs: number;
  #drawn = false;

  constructor(terminal: Terminal, label: string, elapsedMs: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#label = label;
    this.#elapsedMs = elapsedMs;
    this.#shownMs = elapsedMs();
  }

  /** `fraction` in 0..1; `text` is asked for only when it is shown. */
  update(fraction: number, text: () => string): void {
    const now = this.#elapsedMs();
    if (now - this.#shownMs < (this.#terminal.redraws ? redrawMs : limits.plainProgressMs)) return;
    this.#shownMs = now;
    this.#show(fraction, text());
  }

  /** Takes the bar away: what comes next stands on a line of its own. */
  end(): void {
    if (this.#drawn) this.#terminal.redraw('');
    this.#drawn = false;
  }

  #show(fraction: number, text: string): void {
    const share = Math.min(1, Math.max(0, fraction));
    const percent = `${Math.floor(share * 100)
      .toString()
      .padStart(3)}%`;
    if (!this.#terminal.redraws) {
      this.#terminal.note(`${this.#label} ${percent} ${text}`);
      return;
    }
    const full = Math.floor(share * barColumns);
    const bar = `${'█'.repeat(full)}${'░'.repeat(barColumns - full)}`;
    this.#terminal.redraw(`${this.#label} ${bar} ${percent} ${text}`.slice(0, this.#terminal.columns - 1));
    this.#drawn = true;
  }
}
