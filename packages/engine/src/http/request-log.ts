// The access log: one JSON line a request, without anything of the people in it: the route's template instead of the path, no ids, no
// values, no keys, no addresses.
import type { ServerResponse } from 'node:http';
import type { Clock } from '../ports/clock.js';

export type WriteLine = (line: string) => void;

export class RequestLog {
  readonly #clock: Clock;
  readonly #write: WriteLine;

  constructor(clock: Clock, write: WriteLine) {
    this.#clock = clock;
    this.#write = write;
  }

  /** Writes the line when the answer has left, or the caller has. */
  follow(method: string, template: string, response: ServerResponse): void {
    const startedMs = this.#clock.elapsedMs();
    response.once('close', () => {
      const ms = Math.round((this.#clock.elapsedMs() - startedMs) * 10) / 10;
      const status = response.writableFinished ? response.statusCode : null;
      this.#write(JSON.stringify({ at: this.#clock.now(), method: plain(method), route: template, status, ms }));
    });
  }
}

/** Methods are the caller's text too. */
function plain(method: string): string {
  return /^[A-Z]{1,10}$/.test(method) ? method : '-';
}
