// One request over HTTP: the key, a time limit, and trying again. Nothing throws but a bug of the caller.
//
// What is tried again: an answer that says later (429, 502, 503, 504), after the seconds in Retry-After, else after a pause that
// doubles; and, for calls that may be made twice, a connection that failed. All calls of Ethogram may be made twice but a decision
// (a plan is one), which would be logged twice: it is tried again only when the server has said that it did nothing, by a code of its own.
// A gateway that gave up (502, 504) knows as little of that as a connection that broke.
import type { Error as ErrorAnswer, ErrorCode } from './api.js';
import { fail, ok, type Result } from './result.js';

export interface TransportOptions {
  /** Of the server, e.g. http://127.0.0.1:4040 */
  readonly url: string;
  /** Sent as Bearer. */
  readonly key?: string | undefined;
  /** Of one attempt, from request to the end of the answer; 10 000 if absent. */
  readonly timeoutMs?: number | undefined;
  /** Attempts after the first; 3 if absent. */
  readonly retries?: number | undefined;
  readonly fetch?: typeof fetch;
  /** Waits so many ms; for tests. */
  readonly wait?: (ms: number) => Promise<void>;
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Makes the body of each attempt after the first, in the place of `body`. */
  readonly again?: () => unknown;
  readonly headers?: { readonly [name: string]: string };
  /** May be sent again when nobody knows what became of it. */
  readonly repeatable: boolean;
  /** Statuses whose body is the answer, beside 2xx. */
  readonly alsoAnswers?: readonly number[];
}

const later: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const firstPauseMs = 200;
const pauseMsMax = 30_000;

export class Transport {
  readonly #base: string;
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#base = options.url.replace(/\/+$/, '');
    this.#options = options;
  }

  /** The answer as JSON, in the shape that the caller knows the route to give. */
  async ask<T>(request: Request): Promise<Result<T>> {
    const { retries = 3, wait = pause } = this.#options;
    const { body, again = () => body } = request;
    for (let attempt = 0; ; attempt += 1) {
      const reply = await this.#once(request, attempt === 0 ? body : again());
      const more = attempt < retries;
      if (reply === null) {
        if (!more || !request.repeatable) return fail('server_unreachable');
        await wait(backOff(attempt));
        continue;
      }
      const { status, text, retryAfterMs } = reply;
      const answers = (status >= 200 && status < 300) || request.alsoAnswers?.includes(status) === true;
      const value = parsed(text);
      if (answers && value !== undefined) return ok(value as T); // the answer of our own server's route
      if (later.has(status) && more && (request.repeatable || codeIn(value) !== undefined)) {
        await wait(retryAfterMs ?? backOff(attempt));
        continue;
      }
      return failureOf(value);
    }
  }

  /** null: no answer came, or not in time. */
  async #once(
    { method, path, headers }: Request,
    body: unknown,
  ): Promise<{ status: number; text: string; retryAfterMs: number | null } | null> {
    const { key, timeoutMs = 10_000, fetch: send = fetch } = this.#options;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), timeoutMs);
    try {
      const response = await send(this.#base + path, {
        method,
        signal: stop.signal,
        headers: {
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text(), retryAfterMs: retryAfter(response.headers.get('retry-after')) };
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Seconds, or an HTTP date (RFC 9110, 10.2.3); never longer than pauseMsMax. */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), pauseMsMax);
}

/** Doubling, and somewhere in its upper half: clients that failed together do not come back together. */
function backOff(attempt: number): number {
  return Math.min(firstPauseMs * 2 ** attempt, pauseMsMax) * (0.5 + Math.random() / 2);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorIn(value: unknown): Partial<ErrorAnswer['error']> | undefined {
  const holds = typeof value === 'object' && value !== null && 'error' in value;
  return holds ? (value as Partial<ErrorAnswer>).error : undefined; // narrowed by who reads it
}

/** undefined: it is no error of Ethogram. */
function codeIn(value: unknown): ErrorCode | undefined {
  const code = errorIn(value)?.code;
  return typeof code === 'string' ? code : undefined;
}

function failureOf(value: unknown): Result<never> {
  const error = errorIn(value);
  const code = codeIn(value);
  // Something between us and the server has answered, in its own words.
  if (code === undefined) return fail('server_unreachable', undefined, 'an answer that is not of Ethogram');
  return fail(code, error?.field, error?.sentence);
}
