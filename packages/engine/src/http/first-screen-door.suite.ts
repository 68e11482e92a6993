// A small door for tests of single groups of routes: the engine of the rig behind a route table, without keys, limits or hot routes.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ok } from '../base/result.js';
import { Rig } from '../runtime/rig.suite.js';
import { refuse } from './cold-answer.js';
import { isStream, sendStream } from './first-screen-stream.js';
import { parseJson } from './json-body.js';
import { Metrics } from './metrics.js';
import { RouteTable } from './route-table.js';

/** Whatever JSON a route answers: tests compare it as a whole. */
export type SomeBody = ReturnType<typeof JSON.parse>;

export class SmallDoor {
  readonly rig: Rig;
  readonly metrics = new Metrics();
  readonly table = new RouteTable();
  readonly #server: Server;
  url = '';

  private constructor(rig: Rig) {
    this.rig = rig;
    this.#server = createServer((request, response) => {
      void this.#answer(request)
        .then((reply) => this.#send(response, reply))
        .catch((error: unknown) => response.destroy(error instanceof Error ? error : new Error('a route threw what is no error')));
    });
  }

  async #answer(request: IncomingMessage): Promise<Response> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const found = this.table.find(request.method ?? '', url.pathname);
    if (found === undefined) return refuse({ code: 'not_found' });
    return found.route.handler({
      param: found.param,
      query: (name) => url.searchParams.get(name) ?? undefined,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      remoteAddress: request.socket.remoteAddress ?? '',
      json: () => (bytes.length === 0 ? ok({}) : parseJson(bytes)),
      bytes,
      key: null,
    });
  }

  async #send(response: ServerResponse, reply: Response): Promise<void> {
    for (const [name, value] of reply.headers) response.setHeader(name, value);
    if (isStream(reply)) return sendStream(response, reply);
    response.writeHead(reply.status).end(Buffer.from(await reply.arrayBuffer()));
  }

  static async open(add: (door: SmallDoor) => void): Promise<SmallDoor> {
    const door = new SmallDoor(await Rig.open());
    add(door);
    await new Promise<void>((resolve) => door.#server.listen(0, '127.0.0.1', resolve));
    const address = door.#server.address();
    door.url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
    return door;
  }

  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const given = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    return fetch(this.url + path, { method, headers, redirect: 'manual', ...given });
  }

  async post(
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; body: SomeBody }> {
    const response = await this.send('POST', path, body, headers);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    await this.rig.engine.close();
  }
}
