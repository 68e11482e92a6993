// POST /v1/events: CloudEvents in, and the answer of POST /v1/batch out. One refused event refuses itself alone, under its code and place.
import type { Rejects } from '../access/rejects.js';
import { errors, type ErrorCode } from '../base/errors.js';
import { ok, type Result } from '../base/result.js';
import type { IncomingEvent } from '../collect/incoming.js';
import type { Rejection } from '../collect/sequencer.js';
import type { Clock } from '../ports/clock.js';
import type { Engine } from '../runtime/engine.js';
import { answer } from './cold-answer.js';
import { cloudEventsIn, parseCloudEvent } from './cloud-event-body.js';
import { isId } from '../model/id.js';
import { isObject } from './json-body.js';
import type { Metrics } from './metrics.js';
import { carriesObjection } from './objection-signal.js';
import type { Asked, RouteTable } from './route-table.js';

export interface CloudEventsAnswer {
  readonly success: true;
  readonly accepted: number;
  readonly rejected: readonly {
    readonly index: number;
    /** The `id` of the event, as it came; null where it has none that could be named. */
    readonly messageId: string | null;
    readonly code: Rejection['code'];
    readonly field: string | null;
    readonly hint: string;
  }[];
}

export interface CloudEventParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly rejects: Rejects;
}

/** A write key opens it, as it opens POST /v1/batch. */
export function addCloudEvents(table: RouteTable, parts: CloudEventParts): void {
  const routes = new CloudEventRoutes(parts);
  table.add('POST', '/v1/events', { needs: 'write', browser: true }, async (asked) => {
    const done = await routes.accept(asked);
    if (!done.ok) {
      parts.metrics.refused(done.code);
      parts.rejects.note({ ...done, key: asked.key?.id ?? null });
    }
    return answer(done);
  });
}

class CloudEventRoutes {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #rejects: Rejects;

  constructor({ engine, clock, metrics, rejects }: CloudEventParts) {
    this.#rejects = rejects;
    this.#engine = engine;
    this.#clock = clock;
    this.#metrics = metrics;
  }

  async accept(asked: Asked): Promise<Result<CloudEventsAnswer>> {
    const startedMs = this.#clock.elapsedMs();
    const given = cloudEventsIn(asked.headers, asked.bytes);
    if (!given.ok) return given;
    const objects = carriesObjection(asked);
    const receivedAt = this.#clock.now();
    const events: IncomingEvent[] = [];
    const indices: number[] = [];
    const rejections: Rejection[] = [];
    for (const [index, each] of given.value.entries()) {
      const parsed = parseCloudEvent(each, receivedAt, objects);
      if (parsed.ok) {
        indices.push(index);
        events.push(parsed.value);
      } else rejections.push({ index, code: parsed.code, ...(parsed.field === undefined ? {} : { field: parsed.field }) });
    }
    const done = await this.#engine.accept(events);
    if (!done.ok) return done;
    for (const each of done.value.rejections) rejections.push({ ...each, index: indices[each.index] ?? each.index });
    rejections.sort((a, b) => a.index - b.index);
    this.#metrics.batch(this.#clock.elapsedMs() - startedMs, done.value.accepted, rejections);
    return ok({
      success: true,
      accepted: done.value.accepted,
      rejected: rejections.map(({ index, code, field }) => {
        const event = given.value[index];
        const place = field === undefined || field === '' ? null : placeOf(field);
        this.#note(event, code, place, asked.key?.id ?? null);
        return { index, messageId: handleOf(event), code, field: place, hint: errors[code].hint };
      }),
    });
  }

  #note(event: unknown, code: ErrorCode, place: string | null, key: string | null): void {
    const name = isObject(event) && typeof event['type'] === 'string' ? event['type'] : '';
    const type = this.#engine.core.registry.known(name)?.type;
    const declared = (word: string): boolean => type !== undefined && Object.hasOwn(type.properties, word);
    this.#rejects.note({ code, type: type?.name ?? null, key, declared, ...(place === null ? {} : { field: place }) });
  }
}

function handleOf(given: unknown): string | null {
  return isObject(given) && isId(given['id']) ? given['id'] : null;
}

/** Where the engine speaks of properties and timestamp, a CloudEvent has data and time. */
function placeOf(field: string): string {
  if (field === '/timestamp') return '/time';
  return field.replace(/^\/properties(?=\/|$)/, '/data');
}
