// A doorway for tests: a door on a free port over the engine of the rig, and the few ways in which tests come in.
import { connect } from 'node:net';
import { Rig } from '../runtime/rig.suite.js';
import type { DecideAnswer } from './decide-answer.js';
import { Door, type DoorOptions } from './door.js';

/** Everything that some route answers: a test reads what its route gives. */
export interface ReplyBody extends DecideAnswer {
  readonly accepted: number;
  readonly events: number;
  readonly subject: string;
  readonly success: boolean;
  readonly rejected: readonly {
    readonly index: number;
    readonly messageId: string | null;
    readonly code: string;
    readonly field: string | null;
    readonly hint: string;
  }[];
  readonly error: { readonly code: string };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReplyBody;
}

export class Doorway {
  readonly rig: Rig;
  readonly door: Door;
  readonly url: string;
  readonly port: number;
  readonly bugs: unknown[];

  private constructor(rig: Rig, door: Door, url: string, port: number, bugs: unknown[]) {
    this.rig = rig;
    this.door = door;
    this.url = url;
    this.port = port;
    this.bugs = bugs;
  }

  /** `options` of the door, made for the rig. */
  static async open(options: (rig: Rig) => Partial<DoorOptions> | Promise<Partial<DoorOptions>> = () => ({})): Promise<Doorway> {
    const rig = await Rig.open();
    const bugs: unknown[] = [];
    const door = new Door({ engine: rig.engine, clock: rig.clock, onError: (error) => bugs.push(error), ...(await options(rig)) });
    const { url, port } = await door.listen({ port: 0 });
    return new Doorway(rig, door, url, port, bugs);
  }

  /** Sends a body as it is: text, bytes, or a value that becomes JSON. */
  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const given = body === undefined ? {} : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) };
    const response = await fetch(this.url + path, { method, headers, ...given });
    const answer: ReplyBody = JSON.parse(await response.text());
    return { status: response.status, headers: response.headers, body: answer };
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('POST', path, body, headers);
  }

  /** What the server wrote until it closed the connection, or until `until` stands in it. */
  raw(parts: readonly (string | Uint8Array)[], until?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let seen = '';
      const socket = connect(this.port, '127.0.0.1', () => {
        for (const part of parts) socket.write(part);
      });
      const done = (): void => {
        socket.destroy();
        resolve(seen);
      };
      socket.on('data', (chunk) => {
        seen += chunk.toString('utf8');
        if (until !== undefined && seen.includes(until)) done();
      });
      socket.on('close', done);
      socket.on('error', (error) => (seen === '' ? reject(error) : done()));
    });
  }

  async close(): Promise<void> {
    this.door.server.closeAllConnections();
    await this.door.close();
    await this.rig.engine.close();
  }
}

let ids = 0;

/** A view as Segment's clients send it. */
export function view(userId: string, item: string, more: object = {}): Record<string, unknown> {
  ids += 1;
  return { type: 'track', event: 'Product Viewed', userId, messageId: `v${ids}`, properties: { product_id: item }, ...more };
}
