// One HTTP/1.1 connection that is kept open and carries one request at a time: as little work per request as the load generator can do.
// It reads what our servers send: a status line, headers with Content-Length, a body. Anything else is an error, not guessed at.
import { connect, type Socket } from 'node:net';
import { Complaint } from './complaint.js';

export interface Answer {
  readonly status: number;
  /** Valid until the next answer on the connection. */
  readonly body: Buffer;
}

const headEnd = Buffer.from('\r\n\r\n');
const statusAt = 'HTTP/1.1 '.length;

export class Connection {
  readonly #socket: Socket;
  #got: Buffer = Buffer.alloc(0);
  #done: ((answer: Answer) => void) | null = null;
  readonly #broken: (error: Error) => void;
  #refused: ((error: Error) => void) | null = null;
  #closing = false;

  private constructor(socket: Socket, broken: (error: Error) => void) {
    this.#socket = socket;
    this.#broken = broken;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(new Complaint(1, error.message)));
    socket.on('close', () => this.#fail(new Complaint(1, 'the server closed a connection')));
  }

  /** Opens a connection to a port of this machine. `broken` is called when it ends other than by `close`. */
  static open(port: number, broken: (error: Error) => void = () => undefined): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.removeListener('error', reject);
        resolve(new Connection(socket, broken));
      });
    });
  }

  /** Sends a whole request; `request` must not change until `done` has been called. */
  send(request: Buffer, done: (answer: Answer) => void): void {
    this.#done = done;
    this.#socket.write(request);
  }

  /** As `send`, with a copy of the answer; rejects when the connection breaks. */
  ask(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#refused = reject;
      this.send(request, ({ status, body }) => resolve({ status, body: Buffer.from(body) }));
    });
  }

  /** One request on a connection of its own. */
  static async askOnce(port: number, request: Buffer): Promise<Answer> {
    const connection = await Connection.open(port);
    try {
      return await connection.ask(request);
    } finally {
      connection.close();
    }
  }

  close(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#socket.destroy();
    this.#refused?.(error);
    this.#broken(error);
  }

  #take(chunk: Buffer): void {
    const got = this.#got.length === 0 ? chunk : Buffer.concat([this.#got, chunk]);
    this.#got = got;
    const end = got.indexOf(headEnd);
    if (end < 0) return;
    const head = got.toString('latin1', 0, end + 2);
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
    if (length === undefined) return this.#fail(new Complaint(1, `an answer without Content-Length: ${head}`));
    const from = end + headEnd.length;
    const until = from + Number(length);
    if (got.length < until) return;
    this.#got = got.subarray(until);
    const done = this.#done;
    this.#done = null;
    if (done === null) return this.#fail(new Complaint(1, 'an answer that nobody asked for'));
    done({ status: Number(head.slice(statusAt, statusAt + 3)), body: got.subarray(from, until) });
  }
}

/** A whole POST request with a JSON body. */
export function postRequest(path: string, body: string): Buffer {
  const length = Buffer.byteLength(body);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
  );
}

export function getRequest(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
}
