// Reads bodies: collects chunks, stops at the limit while they stream in, joins only when there is more than one. No promise, no copy of a
// body that came in one piece. All bodies that are still coming in share one budget, and each must keep up a least speed: so neither many
// slow senders nor many large ones fill the memory. What became of a sender that is cut off in the middle: nothing, its chunks are dropped.
import type { IncomingMessage } from 'node:http';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Clock } from '../ports/clock.js';

const empty = Buffer.alloc(0);

export class BodyReader {
  readonly #clock: Clock;
  #held = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Bytes of bodies that are not whole yet. */
  get heldBytes(): number {
    return this.#held;
  }

  /**
   * Calls `done` once: with the body, or with body_too_large, body_too_slow or overloaded as soon as that is sure. Not at all when the
   * sender went away: then `gone` is called, once.
   */
  read(request: IncomingMessage, bytesMax: number, done: (body: Result<Buffer>) => void, gone?: () => void): void {
    const announced = request.headers['content-length'];
    if (announced !== undefined && Number(announced) > bytesMax) return done(fail('body_too_large'));
    const startedMs = this.#clock.elapsedMs();
    let only: Buffer | null = null;
    let several: Buffer[] | null = null;
    let bytes = 0;
    let over = false;
    const end = (): void => {
      over = true;
      this.#held -= bytes;
    };
    const refuse = (code: 'body_too_large' | 'body_too_slow' | 'overloaded'): void => {
      end();
      request.off('data', take);
      request.off('end', finish);
      request.off('close', close);
      only = null;
      several = null;
      done(fail(code));
    };
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      this.#held += chunk.length;
      if (bytes > bytesMax) return refuse('body_too_large');
      if (this.#held > limits.bodyBytesHeldMax) return refuse('overloaded');
      if (only === null) {
        only = chunk;
        return;
      }
      if (several === null) several = [only, chunk];
      else several.push(chunk);
      const tookMs = this.#clock.elapsedMs() - startedMs;
      if (tookMs > limits.bodyGraceMs && bytes * 1000 < limits.bodyBytesPerSecondMin * tookMs) refuse('body_too_slow');
    };
    const finish = (): void => {
      // The listeners may stay: nothing comes after the end but `close`.
      end();
      done(ok(several === null ? (only ?? empty) : Buffer.concat(several, bytes)));
    };
    const close = (): void => {
      if (over) return;
      end();
      gone?.();
    };
    request.on('data', take);
    request.on('end', finish);
    request.on('close', close);
  }
}
