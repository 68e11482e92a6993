// Segment's tracking shape to events: {batch: [...], sentAt, context}, or one event as the body. What is wrong with one event refuses that
// event with its code and a JSON pointer into it; the rest is kept.
// Invariant: nothing here depends on who the person is or what they allowed.
import type { ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Failure, type Result } from '../base/result.js';
import type { IncomingEvent } from '../collect/incoming.js';
import type { Rejection } from '../collect/sequencer.js';
import type { Properties } from '../model/event.js';
import { isPurpose } from '../model/purpose.js';
import type { Choice, ConsentChange } from '../model/system-event.js';
import { isId, subjectOf } from './id.js';
import { isObject, refusal, type JsonObject } from './json-body.js';
import { parseTime } from './time.js';

export interface SegmentBatch {
  /** The events as they came, for naming them in the answer. */
  readonly given: readonly unknown[];
  readonly events: readonly IncomingEvent[];
  /** events[i] came as given[indices[i]]; null when all of them passed. */
  readonly indices: readonly number[] | null;
  readonly rejections: readonly Rejection[];
}

/** What the request adds to an event's consent (an objection signal), given what the event itself carries. */
export type AddConsent = (subject: string, carried: ConsentChange | undefined) => ConsentChange | undefined;

interface Envelope {
  readonly receivedAt: number;
  readonly skewMs: number;
  readonly consent: ConsentChange | undefined;
  readonly add: AddConsent | null;
}

/** Parses a body. `receivedAt` in ms; `add` null when the request has no signal. Fails with body_shape, body_too_deep, batch_too_long. */
export function parseSegmentBatch(body: unknown, receivedAt: number, add: AddConsent | null): Result<SegmentBatch> {
  if (!isObject(body)) return fail('body_shape', '');
  const { batch } = body;
  if (batch === undefined && body['type'] !== undefined) return one(body, receivedAt, add);
  if (!Array.isArray(batch)) return fail('body_shape', '/batch');
  if (batch.length > limits.batchEventsMax) return fail('batch_too_long', '/batch');
  for (const key of Object.keys(body)) {
    if (key === 'batch') continue;
    const refused =
      key === '__proto__' || key === 'constructor' || key === 'prototype' ? 'body_shape' : refusal(body[key], limits.eventBytesMax);
    if (refused !== null) return fail(refused === 'event_too_large' ? 'body_shape' : refused, key === 'context' ? '/context' : '');
  }
  const consent = carriedConsent(body['context']);
  if (!consent.ok) return fail('body_shape', consent.field);
  const given: readonly unknown[] = batch;
  const skewMs = skewOf(body['sentAt'], receivedAt);
  const envelope: Envelope = { receivedAt, skewMs, consent: consent.value, add };
  const events: IncomingEvent[] = [];
  const rejections: Rejection[] = [];
  let indices: number[] | null = null;
  for (let index = 0; index < given.length; index += 1) {
    const parsed = parseEvent(given[index], envelope);
    if (parsed.ok) {
      indices?.push(index);
      events.push(parsed.value);
    } else {
      indices ??= Array.from({ length: index }, (_, before) => before);
      rejections.push(rejectionOf(index, parsed));
    }
  }
  return ok({ given, events, indices, rejections });
}

function one(body: JsonObject, receivedAt: number, add: AddConsent | null): Result<SegmentBatch> {
  const parsed = parseEvent(body, { receivedAt, skewMs: 0, consent: undefined, add });
  if (parsed.ok) return ok({ given: [body], events: [parsed.value], indices: null, rejections: [] });
  return ok({ given: [body], events: [], indices: [], rejections: [rejectionOf(0, parsed)] });
}

function rejectionOf(index: number, failure: Failure): Rejection {
  return { index, code: failure.code, ...(failure.field === undefined ? {} : { field: failure.field }) };
}

/** Which event type a call means. identify, group and alias exist once a type of that name is registered. */
const typeOfCall: Readonly<Record<string, string>> = {
  track: 'event',
  page: 'page',
  screen: 'page',
  identify: 'identify',
  group: 'group',
  alias: 'alias',
};
const none: Properties = {};

function parseEvent(given: unknown, envelope: Envelope): Result<IncomingEvent> {
  if (!isObject(given)) return fail('event_shape', '');
  const refused: ErrorCode | null = refusal(given, limits.eventBytesMax);
  if (refused !== null) return fail(refused, '');
  const call = given['type'];
  const named = typeof call === 'string' && Object.hasOwn(typeOfCall, call) ? typeOfCall[call] : undefined;
  if (named === undefined) return fail('event_shape', '/type');
  const type = named === 'event' ? given['event'] : named;
  if (typeof type !== 'string' || type.length === 0) return fail('event_shape', '/event');
  const id = given['messageId'];
  if (!isId(id)) return fail('event_shape', '/messageId');
  const subject = subjectOf(given, 'event_shape');
  if (!subject.ok) return subject;
  if (subject.value === undefined) return fail('event_shape', '/userId');
  const properties = (call === 'identify' || call === 'group' ? given['traits'] : given['properties']) ?? none;
  if (!isObject(properties)) return fail('event_shape', call === 'identify' || call === 'group' ? '/traits' : '/properties');
  const occurredAt = occurred(given, envelope);
  if (occurredAt === undefined) return fail('event_time', '/timestamp');
  const { context } = given;
  const own = carriedConsent(context);
  if (!own.ok) return fail('event_shape', own.field);
  const carried = own.value ?? envelope.consent;
  const consent = envelope.add === null ? carried : envelope.add(subject.value, carried);
  const event = { id, subject: subject.value, type, occurredAt, source: sourceOf(context), properties };
  return ok(consent === undefined ? event : { ...event, consent });
}

/**
 * When it happened: the client's time, moved by how far its clock stood off when it sent (receivedAt - sentAt), never later than now.
 * A clock that is further off than limits.clockCorrectionMsMax is not believed enough to be corrected.
 */
function occurred(event: JsonObject, envelope: Envelope): number | undefined {
  const { timestamp, sentAt } = event;
  if (timestamp === undefined || timestamp === null) return envelope.receivedAt;
  const at = parseTime(timestamp);
  if (at === undefined) return undefined;
  const skewMs = sentAt === undefined ? envelope.skewMs : skewOf(sentAt, envelope.receivedAt);
  if (skewMs === 0) return at;
  const moved = at + skewMs;
  return moved > envelope.receivedAt && moved <= envelope.receivedAt + limits.clockSkewMsMax ? envelope.receivedAt : moved;
}

function skewOf(sentAt: unknown, receivedAt: number): number {
  const sent = parseTime(sentAt);
  if (sent === undefined) return 0;
  const skewMs = receivedAt - sent;
  return Math.abs(skewMs) > limits.clockCorrectionMsMax ? 0 : skewMs;
}

/** Segment's place for consent: context.consent.categoryPreferences, purpose -> boolean. Names that are no purpose of ours say nothing. */
function carriedConsent(context: unknown): Result<ConsentChange | undefined> {
  if (!isObject(context)) return ok(undefined);
  const { consent } = context;
  if (!isObject(consent)) return ok(undefined);
  const preferences = consent['categoryPreferences'];
  if (!isObject(preferences)) return ok(undefined);
  const choices: Record<string, Choice> = {};
  let some = false;
  for (const [purpose, allowed] of Object.entries(preferences)) {
    if (!isPurpose(purpose)) continue;
    if (typeof allowed !== 'boolean') return fail('body_shape', `/context/consent/categoryPreferences/${purpose}`);
    choices[purpose] = allowed ? 'granted' : 'denied';
    some = true;
  }
  return ok(some ? { choices, origin: 'context.consent' } : undefined);
}

const plainName = /^[\w@./ -]+$/;

/** The software that sent it, by Segment's context.library.name; a name of anything else than plain characters is not kept. */
function sourceOf(context: unknown): string {
  if (!isObject(context)) return 'http';
  const { library } = context;
  if (!isObject(library)) return 'http';
  const { name } = library;
  return typeof name === 'string' && name.length <= limits.sourceCharsMax && plainName.test(name) ? name : 'http';
}
