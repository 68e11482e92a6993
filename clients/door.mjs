// What stands between one client and the server: a proxy on a port of its own, which counts what the server accepted, can begin late (a
// dead server first) and can drop one call (a planted fault).
import { createServer, request as forward } from 'node:http';

export class Door {
  accepted = 0;
  /** Answers 304, for clients that poll with a tag. */
  unchanged = 0;
  refusals = [];
  #server = null;
  #port = 0;
  #target;
  #drops;

  constructor(target, { drops = false } = {}) {
    this.#target = new URL(target);
    this.#drops = drops;
  }

  /** Takes a port and lets it go again: nothing listens there until `open`. */
  async reserve() {
    const probe = createServer();
    await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
    this.#port = probe.address().port;
    await new Promise((resolve) => probe.close(resolve));
    return this.url;
  }

  get port() {
    return this.#port;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  async open() {
    this.#server = createServer((incoming, response) => void this.#pass(incoming, response));
    await new Promise((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = this.#server.address().port;
  }

  close() {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  async #pass(incoming, response) {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (this.#drops && incoming.method === 'POST') {
      this.#drops = false;
      response.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' }).end('{"success":true}');
      return;
    }
    const { hostname, port } = this.#target;
    const onward = forward({ hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const text = Buffer.concat(parts);
        this.#count(incoming, answer.statusCode, text.toString('utf8'));
        response.writeHead(answer.statusCode, answer.headers).end(text);
      });
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  }

  #count({ method, url }, status, text) {
    if (status === 304) this.unchanged += 1;
    if (method !== 'POST') return;
    let answer = {};
    try {
      answer = JSON.parse(text);
    } catch {
      // no JSON: nothing was accepted
    }
    const isFlag = url.startsWith('/ofrep/');
    if (isFlag && (status === 200 || status === 304)) this.accepted += 1;
    if (typeof answer.accepted === 'number') this.accepted += answer.accepted;
    const refused = answer.rejected ?? [];
    for (const { code } of refused) this.refusals.push(code);
    if (status >= 400) this.refusals.push(`${status} ${answer.error?.code ?? answer.errorCode ?? ''}`.trim());
  }
}
