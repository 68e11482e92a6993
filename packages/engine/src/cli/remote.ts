// A running server, as the command line and the demo talk to it: the public HTTP API, nothing else.
import { CodedError, errors, type ErrorCode } from '../base/errors.js';
import { UsageError } from './arguments.js';

/** A refusal by the server, under the code that it gave. */
export class RemoteRefusal extends Error {
  override readonly name = 'RemoteRefusal';
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    super(`${code}: ${errors[code].sentence}`);
    this.code = code;
  }
}

export class Remote {
  readonly url: string;
  readonly #headers: { readonly [name: string]: string };

  /** `key`: what the server asks its callers for; from the environment (ETHOGRAM_KEY) unless given. Throws UsageError. */
  constructor(url: string, key: string | undefined = process.env['ETHOGRAM_KEY']) {
    if (!/^https?:\/\/./iu.test(url)) throw new UsageError('the address of a server is like http://127.0.0.1:4040');
    this.url = url.replace(/\/+$/, '');
    this.#headers = key === undefined || key === '' ? {} : { Authorization: `Bearer ${key}` };
  }

  get<T>(path: string): Promise<T> {
    return this.#ask('GET', path, undefined);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#ask('POST', path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.#ask('DELETE', path, undefined);
  }

  /** The answer, in the shape that the caller knows the route to give. Throws RemoteRefusal, or CodedError server_unreachable. */
  async #ask<T>(method: string, path: string, body: unknown): Promise<T> {
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(this.url + path, {
        method,
        headers: this.#headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      answer = await response.json();
    } catch {
      throw new CodedError('server_unreachable');
    }
    if (!response.ok) throw new RemoteRefusal(codeIn(answer));
    return answer as T; // the answer of our own server's route
  }
}

function codeIn(answer: unknown): ErrorCode {
  const error: unknown = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : undefined;
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && isCode(code) ? code : 'internal';
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(errors, code);
}
