// All other routes: catalogue, consents, bases, the why of a decision, a person's profile and erasure, rejects, health. Each states which
// kind of key it needs (route-table.ts). A feature that brings routes of its own adds one line in the constructor.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Rejects } from '../access/rejects.js';
import type { Key } from '../access/key-store.js';
import { codeOf, errors } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { fail, ok } from '../base/result.js';
import type { Clock } from '../ports/clock.js';
import type { Engine } from '../runtime/engine.js';
import { addArchive } from './archive-routes.js';
import { addBackups } from './backup-routes.js';
import { parseBasis } from './basis-body.js';
import { addRequests } from './requests-routes.js';
import { addPreview } from './preview-routes.js';
import { parseRestart, pointAnswer } from './point-body.js';
import { parseCorrection, parseLink, parseRestriction } from './rights-body.js';
import { addCloudEvents } from './cloud-event-routes.js';
import { answer, json, refuse } from './cold-answer.js';
import { parseConsent } from './consent-body.js';
import { addFirstScreen, type DemoSwitch } from './first-screen-routes.js';
import { isStream, sendStream } from './first-screen-stream.js';
import { isId } from '../model/id.js';
import { addLedger } from './ledger-routes.js';
import { parseItems } from './item-body.js';
import { parseJson } from './json-body.js';
import { addMetrics, type Metrics, type Vitals } from './metrics.js';
import { addOfrep } from './ofrep-routes.js';
import { carriesObjection, objecting } from './objection-signal.js';
import { addGpcSupport } from './gpc-support.js';
import { addOpenApi } from './open-api-document.js';
import { addPortal } from './portal-routes.js';
import { addPlans } from './plan-routes.js';
import type { PortalKeys } from './portal-session.js';
import { sendRefusal } from './reply.js';
import { RouteTable, type Asked, type Found } from './route-table.js';
import { rudderSourceConfig, segmentSettings } from './settings-answer.js';
import { addUnderstanding } from './understanding-routes.js';
import { isPage, unmasked } from './unmasked-answer.js';
import { unpacked } from './unpack.js';

export interface ColdParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly rejects: Rejects;
  readonly onError: (error: unknown) => void;
  readonly metrics: Metrics;
  readonly vitals?: Vitals | undefined;
  readonly demo?: DemoSwitch | undefined;
  readonly portal?: PortalKeys | undefined;
  /** Does the server ask for keys? */
  readonly hasKeys: () => boolean;
}

const empty = Buffer.alloc(0);

export class ColdRoutes {
  readonly table = new RouteTable();
  readonly #engine: Engine;
  readonly #rejects: Rejects;
  readonly #onError: (error: unknown) => void;
  readonly #clock: Clock;

  constructor(parts: ColdParts) {
    this.#engine = parts.engine;
    this.#rejects = parts.rejects;
    this.#onError = parts.onError;
    this.#clock = parts.clock;
    const { table } = this;
    const { engine } = parts;
    // A key in the URL spares pages the preflight that a header costs, which a page that is being left has no time for.
    const pageWithKey = { needs: 'write', browser: true, keyInUrl: true } as const;
    table.add('POST', '/v1/items', { needs: 'secret' }, (asked) => this.#items(asked));
    table.add('POST', '/v1/consents', pageWithKey, (asked) => this.#consents(asked));
    table.add('POST', '/v1/bases', { needs: 'admin' }, (asked) => this.#bases(asked));
    table.add('GET', '/v1/decisions/:id', pageWithKey, (asked) => this.#why(asked));
    table.add('GET', '/v1/decisions/:id/full', { needs: 'secret' }, ({ param, key }) =>
      unmasked(
        engine,
        key,
        () => engine.whyInFull(param('id')),
        ({ decision }) => [decision.subject],
      ),
    );
    table.add('GET', '/v1/choices/:id', { needs: 'write' }, (asked) => this.#whyChoice(asked));
    table.add('GET', '/v1/points/:name', { needs: 'secret' }, ({ param }) => answer(pointAnswer(param('name'), engine)));
    table.add('POST', '/v1/points/:name/restart', { needs: 'admin' }, (asked) => this.#restartPoint(asked));
    table.add('GET', '/v1/subjects/:id', { needs: 'secret' }, (asked) => this.#subject(asked));
    table.add('DELETE', '/v1/subjects/:id', { needs: 'admin' }, ({ param }) => this.#erase(param('id')));
    table.add('POST', '/v1/subjects/:id/restriction', { needs: 'secret' }, (asked) => this.#restrict(asked));
    table.add('POST', '/v1/subjects/:id/links', { needs: 'secret' }, (asked) => this.#link(asked));
    table.add('POST', '/v1/subjects/:id/corrections', { needs: 'secret' }, (asked) => this.#correct(asked));
    table.add('GET', '/v1/event-types', { needs: 'write', browser: true }, () => this.#eventTypes());
    table.add('GET', '/v1/rejects', { needs: 'secret' }, ({ query }) => this.#listRejects(query('code'), query('limit')));
    table.add('GET', '/v1/projects/:writeKey/settings', { needs: 'write', browser: true, keyInUrl: true }, ({ param }) =>
      json(200, JSON.stringify(segmentSettings(param('writeKey')))),
    );
    for (const path of ['/sourceConfig', '/sourceConfig/']) {
      table.add('GET', path, { needs: 'write', browser: true, keyInUrl: true }, ({ query }) =>
        json(200, JSON.stringify(rudderSourceConfig(query('writeKey') ?? ''))),
      );
    }
    addPreview(table, engine);
    addArchive(table, engine);
    addBackups(table, engine);
    addRequests(table, engine);
    addUnderstanding(table, engine);
    addPlans(table, engine);
    addCloudEvents(table, parts);
    addOfrep(table, parts);
    addMetrics(table, engine, parts.metrics, parts.vitals);
    addOpenApi(table);
    addGpcSupport(table);
    addFirstScreen(table, parts);
    addLedger(table, parts);
    addPortal(table, parts);
    table.add('GET', '/health', { needs: 'none', browser: true }, () => this.#health());
  }

  /** Runs the route. The caller has been checked; `body` is as it came. */
  handle(request: IncomingMessage, response: ServerResponse, found: Found, body: Buffer, key: Key | null): void {
    void this.#answered(request, found, body, key)
      .then((reply) => send(response, reply))
      .catch((error: unknown) => {
        const code = codeOf(error);
        if (code === 'internal') this.#onError(error);
        if (!response.headersSent) sendRefusal(response, { code }, {}, found.errors);
        else response.destroy();
      });
  }

  async #answered(request: IncomingMessage, { route, param, errors: form }: Found, packed: Buffer, key: Key | null): Promise<Response> {
    const body = packed.length === 0 ? ok(empty) : unpacked(packed);
    if (!body.ok) return refuse(body, {}, form);
    const query = queryOf(request.url ?? '');
    const reply = await route.handler({
      param,
      query: (name) => query.get(name) ?? undefined,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      remoteAddress: request.socket.remoteAddress ?? '',
      json: () => parseJson(body.value),
      bytes: body.value,
      key,
    });
    return reply;
  }

  async #items({ json: bodyOf }: Asked): Promise<Response> {
    const body = bodyOf();
    const items = body.ok ? parseItems(body.value) : body;
    if (!items.ok) return refuse(items);
    const done = await this.#engine.upsertItems(items.value);
    return answer(done.ok ? ok({ success: true, accepted: done.value.accepted }) : done);
  }

  async #consents(asked: Asked): Promise<Response> {
    const body = asked.json();
    const consent = body.ok ? parseConsent(body.value, this.#clock.now()) : body;
    if (!consent.ok) return refuse(consent);
    const { subject, change: given, occurredAt, device } = consent.value;
    const change = carriesObjection(asked) ? objecting(given) : given;
    const done = await this.#engine.choose(subject, change, occurredAt);
    if (!done.ok) return answer(done);
    // A choice holds whether its key is taken or not: only the first ones of an id bring one.
    const key = device === undefined ? {} : { device: (await this.#engine.desk.register(subject, device, false)).ok };
    return answer(ok({ success: true, epoch: done.value.epoch, ...key }));
  }

  async #bases({ json: bodyOf }: Asked): Promise<Response> {
    const body = bodyOf();
    const basis = body.ok ? parseBasis(body.value, this.#engine.core.registry) : body;
    if (!basis.ok) return refuse(basis);
    const done = await this.#engine.declareBasis(basis.value);
    return answer(done.ok ? ok({ success: true }) : done);
  }

  async #restartPoint({ param, json: bodyOf }: Asked): Promise<Response> {
    const body = bodyOf();
    const wish = body.ok ? parseRestart(body.value) : body;
    if (!wish.ok) return refuse(wish);
    const done = await this.#engine.choosing.restart({ point: param('name'), ...wish.value });
    return answer(done.ok ? ok({ success: true }) : done);
  }

  #subject({ param, key }: Asked): Promise<Response> {
    const id = param('id');
    const read = () => (isId(id) ? this.#engine.profile(id) : fail('subject_unknown'));
    return unmasked(this.#engine, key, read, ({ ids }) => ids);
  }

  /** A write key is a page's, and its decision the person's own. */
  #why({ param, key }: Asked): Promise<Response> | Response {
    const read = () => this.#engine.why(param('id'));
    return isPage(key) ? answer(read()) : unmasked(this.#engine, key, read, ({ decision }) => [decision.subject]);
  }

  #whyChoice({ param, key }: Asked): Promise<Response> | Response {
    const read = () => this.#engine.whyChoice(param('id'));
    return isPage(key) ? answer(read()) : unmasked(this.#engine, key, read, ({ choice }) => [choice.subject]);
  }

  /** Erasing somebody who is not there is a success: what was asked for holds. */
  async #erase(id: string): Promise<Response> {
    if (!isId(id)) return answer(fail('subject_unknown'));
    const { receipt, events, erasedAt, deadlineAt, salts, kept } = await this.#engine.erase([id]);
    // The person's own copy: only this answer holds the salt by which they can show that it is theirs.
    const signed = this.#engine.answers.erasureReceipt(receipt, salts);
    const copy = signed.ok ? { document: signed.value } : { document: null, salts };
    const named = kept === undefined ? {} : { kept };
    return answer(ok({ success: true, events, receipt, erasedAt, deadlineAt, ...named, ...copy }));
  }

  async #restrict({ param, json: bodyOf }: Asked): Promise<Response> {
    const body = bodyOf();
    const wish = body.ok ? parseRestriction(body.value) : body;
    if (!wish.ok) return refuse(wish);
    const done = await this.#engine.restrict(param('id'), wish.value.restricted, wish.value.origin);
    return answer(done.ok ? ok({ success: true, epoch: done.value.epoch }) : done);
  }

  async #link({ param, key, json: bodyOf }: Asked): Promise<Response> {
    const body = bodyOf();
    const wish = body.ok ? parseLink(body.value) : body;
    if (!wish.ok) return refuse(wish);
    const { other, linked, evidence } = wish.value;
    // Parting what is not linked succeeds, so what is no id at all (broken percent-encoding, too long) is told here.
    if (!isId(param('id'))) return refuse({ code: 'subject_unknown' });
    const done = await this.#engine.link(param('id'), other, linked, evidence);
    if (!done.ok) return refuse(done);
    const read = () => ok({ success: true, ids: this.#engine.core.identity.members(param('id')) });
    return unmasked(this.#engine, key, read, ({ ids }) => ids);
  }

  async #correct({ param, json: bodyOf }: Asked): Promise<Response> {
    const body = bodyOf();
    const wish = body.ok ? parseCorrection(body.value) : body;
    if (!wish.ok) return refuse(wish);
    const done = await this.#engine.correct(param('id'), wish.value.id, wish.value.properties);
    return answer(done.ok ? ok({ success: true, touched: done.value.touched }) : done);
  }

  /** What may be sent: nothing about anybody. */
  #eventTypes(): Response {
    const types = this.#engine.core.registry.list().map(({ name, aliases = [], category, purposes, properties }) => ({
      name,
      aliases,
      category,
      purposes,
      properties,
    }));
    return json(200, JSON.stringify({ eventTypes: types }));
  }

  #listRejects(code: string | undefined, limit: string | undefined): Response {
    const most = limit === undefined ? 100 : Number(limit);
    if (!Number.isInteger(most) || most < 1) return refuse({ code: 'body_shape', field: '/limit' });
    const known = code === undefined || Object.hasOwn(errors, code);
    const rows = known ? this.#rejects.list(code ?? null, Math.min(most, limits.rejectKindsMax)) : [];
    return json(200, JSON.stringify({ rejects: rows }));
  }

  #health(): Response {
    const health = this.#engine.health();
    return json(health.status === 'stopped' ? 503 : 200, JSON.stringify(health));
  }
}

export function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

async function send(response: ServerResponse, reply: Response): Promise<void> {
  for (const [name, value] of reply.headers) response.setHeader(name, value);
  if (isStream(reply)) return sendStream(response, reply);
  const bytes = Buffer.from(await reply.arrayBuffer());
  response.writeHead(reply.status, reply.status === 304 || reply.status === 204 ? {} : { 'Content-Length': bytes.length });
  response.end(bytes);
}
