// A small door for tests of single groups of routes: the engine of the rig behind a route table, without keys, limits or hot routes.
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { createServer, type Server } from 'node:http';
import { must } from '../base/assert.js';
import { ok } from '../base/result.js';
import { Rig } from '../runtime/rig.suite.js';
import { refuse } from './cold-answer.js';
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
    const listener = getRequestListener(
      async (request, env) => {
        const { incoming } = env as HttpBindings; // what node-server gives for node:http
        const path = must((incoming.url ?? '').split('?')[0], 'a path');
        const found = this.table.find(incoming.method ?? '', path);
        if (found === undefined) return refuse({ code: 'not_found' });
        const bytes = Buffer.from(await request.arrayBuffer());
        return found.route.handler({
          param: found.param,
          query: (name) => new URL(request.url).searchParams.get(name) ?? undefined,
          headers: incoming.headers,
          remoteAddress: incoming.socket.remoteAddress ?? '',
          json: () => (bytes.length === 0 ? ok({}) : parseJson(bytes)),
          bytes,
          key: null,
        });
      },
      { overrideGlobalObjects: false },
    );
    this.#server = createServer((request, response) => void listener(request, response));
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
