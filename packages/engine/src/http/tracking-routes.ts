// The hot way in: every path to which tracking clients send (tracking-paths.ts), on plain node:http. In this order: may a body of that size
// come in now, is the key known, read, unpack, parse, hand over, answer. What is refused is refused as early as can be.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Rejects } from '../access/rejects.js';
import { codeOf, errors } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Failure, Result } from '../base/result.js';
import type { Rejection } from '../collect/sequencer.js';
import type { Clock } from '../ports/clock.js';
import type { Engine } from '../runtime/engine.js';
import type { WriteAnswer } from '../runtime/writer.js';
import type { Admission } from './admission.js';
import type { BodyReader } from './body-reader.js';
import { isId } from '../model/id.js';
import { isObject, parseJson } from './json-body.js';
import type { Caller, Keeper } from './keeper.js';
import type { Metrics } from './metrics.js';
import { carriesObjection } from './objection-signal.js';
import { cutOff, sendJson, sendRefusal } from './reply.js';
import { eventsIn, parseSegmentBatch, type SegmentBatch } from './segment-batch.js';
import type { TrackingCall } from './tracking-paths.js';
import { Turns } from './turns.js';
import { unpacked } from './unpack.js';

export interface HotParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly keeper: Keeper;
  readonly admission: Admission;
  readonly bodies: BodyReader;
  readonly rejects: Rejects;
  readonly onError: (error: unknown) => void;
  readonly metrics: Metrics;
}

/** What a body without Content-Length counts as until it is whole. */
const unannouncedBytes = 64 * 1024;

/** A body that is whole, and what is known of it. */
interface Taken {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly call: TrackingCall;
  readonly body: Buffer;
  readonly caller: Result<Caller | null>;
  /** What it counts as for admission. */
  readonly bytes: number;
  readonly sinceMs: number;
}

type Parsed = Failure | { readonly ok: true; readonly parsed: SegmentBatch; readonly key: string | null };

export class TrackingRoutes {
  readonly #parts: HotParts;
  readonly #turns: Turns;

  constructor(parts: HotParts) {
    this.#parts = parts;
    this.#turns = new Turns(parts.clock, limits.ingestTurnMs, limits.ingestDeferMsMax);
  }

  /** A connection came. */
  arrival(): void {
    this.#turns.arrival();
  }

  /** `keyInUrl`: the `writeKey` of the query, for beacons, which cannot send headers. */
  take(request: IncomingMessage, response: ServerResponse, call: TrackingCall, keyInUrl: string | null): void {
    const { keeper, admission, bodies, clock } = this.#parts;
    const announced = request.headers['content-length'];
    const bytes = announced === undefined ? unannouncedBytes : Math.min(Number(announced), limits.bodyBytesMax);
    const overloaded = (): void => admission.hold(() => sendRefusal(response, { code: 'overloaded' }));
    if (!admission.offer(bytes)) {
      // Thrown away as it comes: a piece of it that lay there until the answer is given would grow old, and old memory is dear to collect.
      request.resume();
      return overloaded();
    }
    const named = keeper.admit(request.headers, 'write');
    const caller = !named.ok && named.code === 'key_missing' && keyInUrl !== null ? keeper.admitKey(keyInUrl, 'write') : named;
    if (!caller.ok && caller.code !== 'key_missing') return this.#refuse(response, caller, null);
    bodies.read(request, limits.bodyBytesMax, (body) => {
      if (!body.ok) {
        this.#note(body, caller);
        return cutOff(request, response, clock, body);
      }
      if (!admission.enter(body.value.length)) return overloaded();
      const sinceMs = clock.elapsedMs();
      return this.#turns.run(() => this.#take({ request, response, call, body: body.value, caller, bytes: body.value.length, sinceMs }));
    });
  }

  #take(taken: Taken): void {
    const { request, response, call, body, caller, bytes, sinceMs } = taken;
    const { admission, engine, clock } = this.#parts;
    let batch: Parsed;
    try {
      batch = this.#parse(request, call, body, caller);
    } catch (error) {
      admission.leave(bytes, null);
      return this.#broken(response, error);
    }
    if (!batch.ok) {
      admission.leave(bytes, null);
      return this.#refuse(response, batch, caller);
    }
    const { parsed, key } = batch;
    engine.accept(parsed.events).then(
      (done) => {
        admission.leave(bytes, sinceMs);
        if (!done.ok) return this.#refuse(response, done, caller);
        const { metrics } = this.#parts;
        metrics.batch(clock.elapsedMs() - sinceMs, done.value.accepted, done.value.rejections);
        if (parsed.rejections.length > 0) metrics.rejected(parsed.rejections);
        sendJson(response, 200, this.#answer(parsed, done.value, key, taken));
      },
      (error: unknown) => {
        admission.leave(bytes, null);
        this.#broken(response, error);
      },
    );
  }

  #broken(response: ServerResponse, error: unknown): void {
    const code = codeOf(error);
    if (code === 'internal') this.#parts.onError(error);
    sendRefusal(response, { code });
  }

  #parse(request: IncomingMessage, call: TrackingCall, packed: Buffer, caller: Result<Caller | null>): Parsed {
    const body = unpacked(packed);
    if (!body.ok) return body;
    const value = parseJson(body.value);
    if (!value.ok) return value;
    let by = caller;
    if (!by.ok) by = this.#parts.keeper.admitKey(isObject(value.value) ? value.value['writeKey'] : undefined, 'write');
    if (!by.ok) return by;
    const parsed = parseSegmentBatch(value.value, {
      receivedAt: this.#parts.clock.now(),
      objects: carriesObjection(request),
      call,
    });
    return parsed.ok ? { ok: true, parsed: parsed.value, key: by.value?.key.id ?? null } : parsed;
  }

  #refuse(response: ServerResponse, failure: Failure, caller: Result<Caller | null> | null): void {
    this.#note(failure, caller);
    sendRefusal(response, failure);
  }

  #note(failure: Failure, caller: Result<Caller | null> | null): void {
    const key = caller !== null && caller.ok ? (caller.value?.key.id ?? null) : null;
    this.#parts.metrics.refused(failure.code);
    this.#parts.rejects.note({ code: failure.code, key, ...(failure.field === undefined ? {} : { field: failure.field }) });
  }

  #answer(batch: SegmentBatch, done: WriteAnswer, key: string | null, taken: Taken): string {
    if (done.rejections.length === 0 && batch.rejections.length === 0) {
      return done.accepted === 1 ? oneAccepted : `{"success":true,"accepted":${done.accepted},"rejected":[]}`;
    }
    const { indices } = batch;
    const later = done.rejections.map((each) => inRequest(each, indices));
    const all = batch.rejections.length === 0 ? later : [...batch.rejections, ...later].sort((a, b) => a.index - b.index);
    const { registry } = this.#parts.engine.core;
    const givens = givenIn(taken);
    const rejected = all.map((each) => {
      const given = givens[each.index];
      const name = isObject(given) && typeof given['event'] === 'string' ? given['event'] : '';
      const type = registry.known(name)?.type;
      const source = sourceOf(given);
      this.#parts.rejects.note({
        ...each,
        type: type?.name ?? null,
        key,
        source,
        ...(type === undefined ? {} : { declared: (word: string) => Object.hasOwn(type.properties, word) }),
      });
      return line(given, each);
    });
    return JSON.stringify({ success: true, accepted: done.accepted, rejected });
  }
}

const oneAccepted = '{"success":true,"accepted":1,"rejected":[]}';

/**
 * The events of a body as they came, to name those that were refused. Parsed again, because few answers ask for them: all that was parsed
 * of the requests in flight would have to live until then, and every collection would copy it. The bytes lie outside of the heap.
 */
function givenIn({ body, call }: Taken): readonly unknown[] {
  const plain = unpacked(body);
  const value = plain.ok ? parseJson(plain.value) : plain;
  return value.ok ? eventsIn(value.value, call) : [];
}

/** A rejection of the engine by its place in the request; what the engine calls the type is here the event's name. */
function inRequest({ index, code, field }: Rejection, indices: readonly number[] | null): Rejection {
  const place = code === 'event_type_unknown' ? '/event' : field;
  return { index: indices?.[index] ?? index, code, ...(place === undefined ? {} : { field: place }) };
}

/** messageId is the sender's own handle of the event: the one thing of it that an answer repeats. */
function line(given: unknown, { index, code, field }: Rejection): object {
  const messageId = isObject(given) && isId(given['messageId']) ? given['messageId'] : null;
  return { index, messageId, code, field: field === undefined || field === '' ? null : field, hint: errors[code].hint };
}

function sourceOf(given: unknown): string | null {
  const context = isObject(given) ? given['context'] : undefined;
  const library = isObject(context) ? context['library'] : undefined;
  return isObject(library) && typeof library['name'] === 'string' ? library['name'] : null;
}
