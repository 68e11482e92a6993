// The HTTP door of one engine: a node:http server with named limits, that sends the two hot routes straight on and the rest through Hono.
// It has no keys yet: whoever reaches it may do everything. So it listens on this machine only, unless told otherwise in so many words.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Clock } from '../ports/clock.js';
import type { Engine } from '../runtime/engine.js';
import { readBody } from './body-reader.js';
import { ColdRoutes } from './cold-routes.js';
import { HotRoutes } from './hot-routes.js';
import { cutOff, sendRefusal } from './reply.js';

export interface DoorOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Told of every bug that became a 500; must hold no personal data of ours. */
  readonly onError?: (error: unknown) => void;
}

export interface ListenOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** Allows an address that other machines reach. */
  readonly openToNetwork?: boolean;
}

const decidePrefix = '/v1/decide/';

export class Door {
  readonly server: Server;
  readonly #clock: Clock;
  readonly #hot: HotRoutes;
  readonly #cold: ColdRoutes;

  constructor({ engine, clock, onError = () => undefined }: DoorOptions) {
    this.#clock = clock;
    this.#hot = new HotRoutes(engine, clock, onError);
    this.#cold = new ColdRoutes(engine, onError);
    this.server = createServer(
      {
        maxHeaderSize: limits.headerBytesMax,
        headersTimeout: limits.headersTimeoutMs,
        requestTimeout: limits.requestTimeoutMs,
        connectionsCheckingInterval: limits.connectionsCheckMs,
        keepAliveTimeout: limits.keepAliveTimeoutMs,
        noDelay: true,
      },
      (request, response) => this.#handle(request, response),
    );
    this.server.maxConnections = limits.connectionsMax;
  }

  /** Resolves with the address that it listens on. Rejects with CodedError: listen_not_local, listen_failed. */
  async listen({
    port,
    host = '127.0.0.1',
    openToNetwork = false,
  }: ListenOptions): Promise<{ readonly host: string; readonly port: number; readonly url: string }> {
    if (!openToNetwork && !isLoopback(host)) throw new CodedError('listen_not_local');
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => reject(new CodedError('listen_failed', error.code)));
      this.server.listen({ port, host }, resolve);
    });
    this.server.removeAllListeners('error');
    const address = this.server.address();
    const bound = address !== null && typeof address === 'object' ? address.port : port;
    return { host, port: bound, url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}` };
  }

  /** Takes no new connection, lets requests in flight end, for limits.closeGraceMs at most. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const cancel = this.#clock.after(limits.closeGraceMs, () => this.server.closeAllConnections());
    this.server.closeIdleConnections();
    await closed;
    cancel();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    if (path === '/v1/batch') {
      if (request.method === 'POST') this.#hot.batch(request, response);
      else sendRefusal(response, { code: 'method_not_allowed' }, { Allow: 'POST' });
    } else if (path.startsWith(decidePrefix)) {
      if (request.method === 'POST') this.#hot.decide(request, response, pointOf(path));
      else sendRefusal(response, { code: 'method_not_allowed' }, { Allow: 'POST' });
    } else if (path.startsWith('/v1/batch?')) {
      request.url = '/v1/batch';
      this.#handle(request, response);
    } else {
      this.#other(request, response);
    }
  }

  #other(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST' && request.method !== 'PUT' && request.method !== 'PATCH')
      return this.#cold.handle(request, response, null);
    return readBody(request, limits.bodyBytesMax, (body) =>
      body === null ? cutOff(request, response, this.#clock) : this.#cold.handle(request, response, body),
    );
  }
}

function pointOf(path: string): string {
  const end = path.indexOf('?');
  const name = path.slice(decidePrefix.length, end < 0 ? undefined : end);
  try {
    return decodeURIComponent(name);
  } catch {
    return '';
  }
}

/** Does the address reach this machine only? */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
