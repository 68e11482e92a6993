// All other routes, through Hono: catalogue, consents, bases, the why of a decision, a person's profile and erasure, health.
// Bodies have been read already, by the same bounded reader as those of the hot routes.
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors } from '../base/errors.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Engine } from '../runtime/engine.js';
import { parseBasis } from './basis-body.js';
import { parseConsent } from './consent-body.js';
import { isId } from './id.js';
import { parseItems } from './item-body.js';
import { parseJson } from './json-body.js';
import { codeOf, errorHeaders, errorText, type Refusal } from './reply.js';

type Env = { Bindings: HttpBindings };
type Handler = (context: Context<Env>) => Promise<Response> | Response;

export class ColdRoutes {
  readonly #engine: Engine;
  readonly #bodies = new WeakMap<IncomingMessage, Buffer>();
  readonly #listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;

  constructor(engine: Engine, onError: (error: unknown) => void) {
    this.#engine = engine;
    const app = new Hono<Env>();
    route(app, '/v1/items', { POST: (context) => this.#items(context) });
    route(app, '/v1/consents', { POST: (context) => this.#consents(context) });
    route(app, '/v1/bases', { POST: (context) => this.#bases(context) });
    route(app, '/v1/decisions/:id', { GET: (context) => answer(this.#engine.why(context.req.param('id') ?? '')) });
    route(app, '/v1/subjects/:id', { GET: (context) => this.#subject(context), DELETE: (context) => this.#erase(context) });
    route(app, '/health', { GET: () => this.#health() });
    app.notFound(() => refuse({ code: 'not_found' }));
    app.onError((error) => {
      const code = codeOf(error);
      if (code === 'internal') onError(error);
      return refuse({ code });
    });
    // Hono would else replace the global Request and Response: not ours to change in a host's process.
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    this.#listener = async (request, response) => {
      await listener(request, response);
    };
  }

  handle(request: IncomingMessage, response: ServerResponse, body: Buffer | null): void {
    if (body !== null) this.#bodies.set(request, body);
    void this.#listener(request, response);
  }

  async #items(context: Context<Env>): Promise<Response> {
    const body = this.#body(context);
    const items = body.ok ? parseItems(body.value) : body;
    if (!items.ok) return refuse(items);
    const done = await this.#engine.upsertItems(items.value);
    return answer(done.ok ? ok({ success: true, accepted: done.value.accepted }) : done);
  }

  async #consents(context: Context<Env>): Promise<Response> {
    const body = this.#body(context);
    const consent = body.ok ? parseConsent(body.value) : body;
    if (!consent.ok) return refuse(consent);
    const done = await this.#engine.choose(consent.value.subject, consent.value.change, consent.value.occurredAt);
    return answer(done.ok ? ok({ success: true, epoch: done.value.epoch }) : done);
  }

  async #bases(context: Context<Env>): Promise<Response> {
    const body = this.#body(context);
    const basis = body.ok ? parseBasis(body.value, this.#engine.core.registry) : body;
    if (!basis.ok) return refuse(basis);
    const done = await this.#engine.declareBasis(basis.value);
    return answer(done.ok ? ok({ success: true }) : done);
  }

  #subject(context: Context<Env>): Response {
    const id = context.req.param('id');
    return answer(isId(id) ? this.#engine.profile(id) : fail('subject_unknown'));
  }

  /** Erasing somebody who is not there is a success: what was asked for holds. */
  async #erase(context: Context<Env>): Promise<Response> {
    const id = context.req.param('id');
    const { events } = isId(id) ? await this.#engine.redact([id]) : { events: 0 };
    return answer(ok({ success: true, events }));
  }

  #health(): Response {
    const health = this.#engine.health();
    return json(health.status === 'ok' ? 200 : 503, JSON.stringify(health));
  }

  #body(context: Context<Env>): Result<unknown> {
    const body = this.#bodies.get(context.env.incoming);
    return body === undefined ? fail('body_not_json') : parseJson(body);
  }
}

function route(app: Hono<Env>, path: string, handlers: { readonly [method: string]: Handler }): void {
  for (const [method, handler] of Object.entries(handlers)) app.on(method, path, handler);
  const allow = Object.keys(handlers).join(', ');
  app.all(path, () => refuse({ code: 'method_not_allowed' }, { Allow: allow }));
}

function json(status: number, text: string, headers: { readonly [name: string]: string } = {}): Response {
  return new Response(text, { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

function answer(result: Result<unknown>): Response {
  return result.ok ? json(200, JSON.stringify(result.value)) : refuse(result);
}

function refuse(refusal: Refusal, headers: { readonly [name: string]: string } = {}): Response {
  return json(errors[refusal.code].status, errorText(refusal), { ...errorHeaders(refusal.code), ...headers });
}
