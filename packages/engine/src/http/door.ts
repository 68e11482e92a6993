// The HTTP door of one engine: a node:http server with named limits. It finds the route, checks the caller, and sends the hot routes
// straight on and the rest to the route table. Without keys it is for this machine alone; with keys every route asks for its kind.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { KeyRing } from '../access/key-ring.js';
import { Rejects } from '../access/rejects.js';
import { CodedError, type ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Clock } from '../ports/clock.js';
import type { Engine } from '../runtime/engine.js';
import { Admission } from './admission.js';
import { BodyReader } from './body-reader.js';
import { ColdRoutes, queryOf } from './cold-routes.js';
import { allowPage, answerPreflight } from './cors.js';
import type { DemoSwitch } from './first-screen-routes.js';
import { HotRoutes } from './hot-routes.js';
import { Keeper } from './keeper.js';
import { isLoopback } from './local-name.js';
import { Metrics, type Vitals } from './metrics.js';
import type { PortalKeys } from './portal-session.js';
import { cutOff, rawRefusal, sendRefusal } from './reply.js';
import { RequestLog, type WriteLine } from './request-log.js';
import type { Route } from './route-table.js';
import { trackingPaths } from './tracking-paths.js';
import { TrackingRoutes } from './tracking-routes.js';

export interface DoorOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Told of every bug that became a 500; must hold no personal data of ours. */
  readonly onError?: (error: unknown) => void;
  /** The keys that callers must show; without any the door is for this machine alone. The caller of the door watches and closes it. */
  readonly keys?: KeyRing;
  /** Origins whose pages may use the routes for browsers; `*` for all. Absent: all when there are keys, else pages of this machine. */
  readonly allowOrigins?: readonly string[];
  /** Where refusals are counted; in memory when absent. */
  readonly rejects?: Rejects;
  /** Takes a line for each request, without personal data. */
  readonly log?: WriteLine;
  /** What GET /metrics tells of the process. */
  readonly vitals?: Vitals;
  /** The synthetic world behind the button of the first screen; no button when absent. */
  readonly demo?: DemoSwitch;
  /** Seals the links and cookies of the portal; no portal when absent. */
  readonly portal?: PortalKeys;
}

export interface ListenOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** 127.0.0.1 when absent; one that other machines reach needs keys. */
  readonly host?: string;
}

const decidePrefix = '/v1/decide/';

export class Door {
  readonly server: Server;
  readonly #clock: Clock;
  readonly #keys: KeyRing | undefined;
  readonly #keeper: Keeper;
  readonly #admission: Admission;
  readonly #bodies: BodyReader;
  readonly #hot: HotRoutes;
  readonly #tracking: TrackingRoutes;
  readonly #cold: ColdRoutes;
  readonly #log: RequestLog | null;

  constructor({
    engine,
    clock,
    onError = () => undefined,
    keys,
    allowOrigins,
    rejects = new Rejects(clock),
    log,
    vitals,
    demo,
    portal,
  }: DoorOptions) {
    this.#clock = clock;
    this.#keys = keys;
    this.#keeper = new Keeper({
      clock,
      ...(keys === undefined ? {} : { keys }),
      ...(allowOrigins === undefined ? {} : { allowOrigins }),
    });
    this.#admission = new Admission(clock);
    this.#bodies = new BodyReader(clock);
    this.#log = log === undefined ? null : new RequestLog(clock, log);
    const { keeper, admission, bodies } = { keeper: this.#keeper, admission: this.#admission, bodies: this.#bodies };
    const metrics = new Metrics();
    const parts = { engine, clock, keeper, admission, bodies, rejects, onError, metrics };
    this.#hot = new HotRoutes(parts);
    this.#tracking = new TrackingRoutes(parts);
    this.#cold = new ColdRoutes({ engine, clock, rejects, onError, metrics, vitals, demo, portal, hasKeys: () => this.needsKeys });
    this.server = createServer(
      {
        maxHeaderSize: limits.headerBytesMax,
        headersTimeout: limits.headersTimeoutMs,
        requestTimeout: limits.requestTimeoutMs,
        connectionsCheckingInterval: limits.connectionsCheckMs,
        keepAliveTimeout: limits.keepAliveTimeoutMs,
        noDelay: true,
        // Refused below, with a code and a hint.
        requireHostHeader: false,
      },
      (request, response) => this.#handle(request, response),
    );
    this.server.maxConnections = limits.connectionsMax;
    this.server.on('clientError', refuseRaw);
    this.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
      cutOff(request, response, clock, { code: 'expectation_unknown' }),
    );
    this.server.on('connection', () => this.#tracking.arrival());
  }

  /** Resolves with the address that it listens on. Rejects with CodedError: listen_not_local, listen_failed. */
  async listen({
    port,
    host = '127.0.0.1',
  }: ListenOptions): Promise<{ readonly host: string; readonly port: number; readonly url: string }> {
    if (!isLoopback(host) && this.#keeper.isOpen) throw new CodedError('listen_not_local');
    await listening(this.server, port, host);
    const address = this.server.address();
    const bound = address !== null && typeof address === 'object' ? address.port : port;
    return { host, port: bound, url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}` };
  }

  /** Does every route but the public ones ask for a key? */
  get needsKeys(): boolean {
    return this.#keys?.required === true;
  }

  /** What is being worked on: for metrics and tests. Bytes of bodies, and requests refused for load so far. */
  get load(): { readonly heldBytes: number; readonly inFlightBytes: number; readonly limitBytes: number; readonly refused: number } {
    const { inFlightBytes, limitBytes, refused } = this.#admission;
    return { heldBytes: this.#bodies.heldBytes, inFlightBytes, limitBytes, refused };
  }

  /** The routes beside the two hot ones. */
  get routes(): readonly Route[] {
    return this.#cold.table.list();
  }

  /** Takes no new connection, lets requests in flight end, for limits.closeGraceMs at most. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const cancel = this.#clock.after(limits.closeGraceMs, () => this.server.closeAllConnections());
    this.#admission.close();
    this.server.closeIdleConnections();
    await closed;
    cancel();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const hosts = hostLines(request);
    if (hosts > 1 || (hosts === 0 && request.httpVersion !== '1.0'))
      return cutOff(request, response, this.#clock, { code: 'http_malformed' });
    const url = originForm(request);
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const { method = '', headers } = request;
    const refused = this.#keeper.checkOrigin(headers);
    // In the form of the route: a client of a foreign protocol reads no other.
    if (refused !== null) return sendRefusal(response, refused, {}, this.#cold.table.find(method, path)?.errors);
    const call = trackingPaths.get(path);
    if (call !== undefined || path.startsWith(decidePrefix)) {
      this.#log?.follow(method, call === undefined ? '/v1/decide/:point' : path, response);
      if (method === 'OPTIONS') return answerPreflight(this.#keeper, request, response);
      allowPage(this.#keeper, headers.origin, response);
      if (method !== 'POST') return sendRefusal(response, { code: 'method_not_allowed' }, { Allow: 'POST' });
      if (call === undefined) return this.#hot.decide(request, response, decoded(path.slice(decidePrefix.length)));
      return this.#tracking.take(request, response, call, mark < 0 ? null : queryOf(url).get('writeKey'));
    }
    return this.#other(request, response, method, path);
  }

  #other(request: IncomingMessage, response: ServerResponse, method: string, path: string): void {
    const { table } = this.#cold;
    // RFC 9110, 9.3.2: as GET, and node sends no body.
    const found = table.find(method === 'HEAD' ? 'GET' : method, path);
    this.#log?.follow(method, found?.route.template ?? '-', response);
    const forBrowsers = table.isForBrowsers(path);
    if (forBrowsers) allowPage(this.#keeper, request.headers.origin, response);
    if (found === undefined) {
      if (method === 'OPTIONS' && forBrowsers) return answerPreflight(this.#keeper, request, response);
      const allow = table.methodsOf(path);
      if (allow.length === 0) return sendRefusal(response, { code: 'not_found' });
      return sendRefusal(response, { code: 'method_not_allowed' }, { Allow: allow.join(', ') });
    }
    const { headers } = request;
    const { rule } = found.route;
    let caller = this.#keeper.admit(headers, rule.needs);
    if (!caller.ok && caller.code === 'key_missing' && rule.keyInUrl === true) {
      const given = found.param('writeKey') || queryOf(request.url ?? '').get('writeKey');
      caller = this.#keeper.admitKey(given, rule.needs);
    }
    if (!caller.ok) return sendRefusal(response, caller, {}, found.errors);
    const key = caller.value?.key ?? null;
    return this.#bodies.read(request, limits.bodyBytesMax, (body) =>
      body.ok ? this.#cold.handle(request, response, found, body.value, key) : cutOff(request, response, this.#clock, body, found.errors),
    );
  }
}

/** Throws what a door without keys would fail with if it listened there now; for whoever has nothing to open yet. */
export async function refuseListening({ port, host = '127.0.0.1' }: ListenOptions): Promise<void> {
  if (!isLoopback(host)) throw new CodedError('listen_not_local');
  const probe = createServer();
  await listening(probe, port, host);
  await new Promise((closed) => probe.close(closed));
}

async function listening(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(new CodedError('listen_failed', error.code));
    server.once('error', failed);
    server.listen({ port, host, backlog: limits.connectionsQueuedMax }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

/** Node keeps the first Host alone: what stands before us may have gone by another one, so more than one is refused (RFC 9112, 3.2). */
function hostLines({ rawHeaders }: IncomingMessage): number {
  let lines = 0;
  // Names and values in turn; the length first, since most names are told apart by it.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') lines += 1;
  }
  return lines;
}

/**
 * The target of a request as all but proxies send it. A whole URL counts as its host and its path, whatever the Host header says (RFC 9112,
 * 3.2.2).
 */
function originForm(request: IncomingMessage): string {
  const { url = '' } = request;
  const whole = url.startsWith('/') ? null : /^https?:\/\/([^/?#]*)([^#]*)/iu.exec(url);
  if (whole === null) return url;
  const [, host = '', target = ''] = whole;
  request.headers.host = host;
  request.url = target.startsWith('/') ? target : `/${target}`;
  return request.url;
}

/** Answers what never became a request, and lets go of the connection. Never 408: clients send again what is answered so, for ever. */
function refuseRaw(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const codes: Readonly<Record<string, ErrorCode>> = {
    HPE_HEADER_OVERFLOW: 'headers_too_large',
    ERR_HTTP_REQUEST_TIMEOUT: 'body_too_slow',
  };
  socket.end(rawRefusal({ code: codes[error.code ?? ''] ?? 'http_malformed' }), () => socket.destroy());
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return '';
  }
}
