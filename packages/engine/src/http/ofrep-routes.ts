// OFREP 0.3.0: POST /ofrep/v1/evaluate/flags/{key} and POST /ofrep/v1/evaluate/flags. Every decision point is a flag.
//
// What stands in the log afterwards (docs/ofrep.md): every flag that leaves is one decision, logged before the answer. A bulk answer is one
// decision for each point. A 304 is none: its drafts are thrown away, nobody saw anything new. Neither is an exposure: what a person really
// saw, only the client knows, and it says so by `Decision Shown`.
import { errors, statusOf, type ErrorCode } from '../base/errors.js';
import type { Draft } from '../influence/rank.js';
import type { Clock } from '../ports/clock.js';
import type { Engine } from '../runtime/engine.js';
import type { Metrics } from './metrics.js';
import { carriesObjection } from './objection-signal.js';
import { namesTag, ofrepFlag, OfrepTags, type OfrepFlag } from './ofrep-answer.js';
import { failure, parseOfrep, type OfrepFailure } from './ofrep-body.js';
import type { Refusal } from './reply.js';
import type { Asked, RouteRule, RouteTable } from './route-table.js';

export interface OfrepParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** A write key opens them, as it opens POST /v1/decide: OpenFeature's web SDK holds it in the page. */
export function addOfrep(table: RouteTable, parts: OfrepParts): void {
  const routes = new OfrepRoutes(parts);
  const rule = { needs: 'write', browser: true } as const;
  const errorsOfOne: RouteRule['errors'] = (refusal, param) => atTheDoor(refusal, param('key'));
  table.add('POST', '/ofrep/v1/evaluate/flags/:key', { ...rule, errors: errorsOfOne }, (asked) => routes.one(asked.param('key'), asked));
  table.add('POST', '/ofrep/v1/evaluate/flags', { ...rule, errors: (refusal) => atTheDoor(refusal) }, (asked) => routes.bulk(asked));
}

class OfrepRoutes {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #tags: OfrepTags;

  constructor({ engine, clock, metrics }: OfrepParts) {
    this.#engine = engine;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#tags = new OfrepTags(engine.hashKey);
  }

  /** One flag. */
  one(key: string, asked: Asked): Response {
    const ask = parseOfrep(asked.bytes, carriesObjection(asked));
    if (!ask.ok) return refuse(ask, key);
    const startedMs = this.#clock.elapsedMs();
    const draft = this.#engine.prepareRank({ ...ask.value, point: key });
    if (!draft.ok) return refuse(failureOf(draft.code), key);
    const flag = this.#emit(draft.value, startedMs);
    return flag.ok ? json(200, flag.value) : refuse(flag, key);
  }

  /** Every flag, unless If-None-Match names the tag of what would be answered. */
  bulk(asked: Asked): Response {
    const ask = parseOfrep(asked.bytes, carriesObjection(asked));
    if (!ask.ok) return refuse(ask);
    const startedMs = this.#clock.elapsedMs();
    const drafts: Draft[] = [];
    for (const point of this.#engine.health().points) {
      const draft = this.#engine.prepareRank({ ...ask.value, point });
      if (!draft.ok) return refuse(failureOf(draft.code));
      drafts.push(draft.value);
    }
    const tag = this.#tags.of(ask.value.subject, drafts);
    if (namesTag(asked.headers['if-none-match'], tag)) return new Response(null, { status: 304, headers: { ETag: tag, ...uncached } });
    const flags: OfrepFlag[] = [];
    const preparedMs = (this.#clock.elapsedMs() - startedMs) / drafts.length;
    for (const draft of drafts) {
      const flag = this.#emit(draft, this.#clock.elapsedMs() - preparedMs);
      if (!flag.ok) return refuse(flag);
      flags.push(flag.value);
    }
    return json(200, { flags }, { ETag: tag });
  }

  /** `startedMs`: when this decision began to be prepared. */
  #emit(draft: Draft, startedMs: number): { readonly ok: true; readonly value: OfrepFlag } | OfrepFailure {
    const record = this.#engine.emitRank(draft);
    if (!record.ok) return failureOf(record.code);
    this.#metrics.decided(this.#clock.elapsedMs() - startedMs, record.value.mode);
    return { ok: true, value: ofrepFlag(record.value, (item) => this.#engine.core.catalogue.titleOf(item)) };
  }
}

/** The coded errors of the engine in OpenFeature's words; the sentence is ours. */
function failureOf(code: ErrorCode): OfrepFailure & { readonly later?: boolean } {
  if (code === 'point_unknown') return failure('FLAG_NOT_FOUND', errors.point_unknown.sentence);
  const general = failure('GENERAL', `${code}: ${errors[code].sentence}`);
  return code === 'overloaded' ? { ...general, later: true } : general;
}

const statuses: Record<OfrepFailure['errorCode'], number> = {
  PARSE_ERROR: 400,
  INVALID_CONTEXT: 400,
  TARGETING_KEY_MISSING: 400,
  FLAG_NOT_FOUND: 404,
  GENERAL: 500,
};

/** The protocol knows 429 alone for "later": that is what an engine with a full queue answers here. */
function refuse({ errorCode, errorDetails, later = false }: OfrepFailure & { readonly later?: boolean }, key?: string): Response {
  const named = key === undefined ? {} : { key };
  if (later) return json(429, { ...named, errorCode, errorDetails }, { 'Retry-After': '1' });
  return json(statuses[errorCode], { ...named, errorCode, errorDetails });
}

/** What the door refuses before there is anything to evaluate, under the door's own status but for what comes later. */
function atTheDoor({ code }: Refusal, key?: string): { readonly status: number; readonly text: string } {
  const status = statusOf(code);
  const errorCode = code === 'body_packing' ? 'PARSE_ERROR' : 'GENERAL';
  const named = key === undefined ? {} : { key };
  const text = JSON.stringify({ ...named, errorCode, errorDetails: `${code}: ${errors[code].sentence}` });
  return { status: status === 503 ? 429 : status, text };
}

/** An answer to POST about one person: not for a shared cache. */
const uncached = { 'Cache-Control': 'private, no-cache' } as const;

function json(status: number, value: object, headers: { readonly [name: string]: string } = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json', ...uncached, ...headers } });
}
