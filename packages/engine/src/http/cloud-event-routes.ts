// POST /v1/events: CloudEvents in, and the answer of POST /v1/batch out. One refused event refuses itself alone, under its code and place.
import { errors } from '../base/errors.js';
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
}

/** A write key opens it, as it opens POST /v1/batch. */
export function addCloudEvents(table: RouteTable, parts: CloudEventParts): void {
  const routes = new CloudEventRoutes(parts);
  table.add('POST', '/v1/events', { needs: 'write', browser: true }, async (asked) => {
    const done = await routes.accept(asked);
    if (!done.ok) parts.metrics.refused(done.code);
    return answer(done);
  });
}

class CloudEventRoutes {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #metrics: Metrics;

  constructor({ engine, clock, metrics }: CloudEventParts) {
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
      rejected: rejections.map(({ index, code, field }) => ({
        index,
        messageId: handleOf(given.value[index]),
        code,
        field: field === undefined || field === '' ? null : placeOf(field),
        hint: errors[code].hint,
      })),
    });
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
