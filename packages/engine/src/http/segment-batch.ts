// Segment's tracking shape to events: {batch: [...], sentAt, context}, or one event as the body. What is wrong with one event refuses that
// event with its code and a JSON pointer into it; the rest is kept.
// Invariant: nothing here depends on who the person is or what they allowed.
import { limits } from '../base/limits.js';
import { fail, ok, type Failure, type Result } from '../base/result.js';
import type { IncomingEvent } from '../collect/incoming.js';
import type { Rejection } from '../collect/sequencer.js';
import type { Properties } from '../model/event.js';
import { isPurpose } from '../model/purpose.js';
import type { Choice, ConsentChange } from '../model/system-event.js';
import { fromGa4 } from './ga4-properties.js';
import { isId } from '../model/id.js';
import { subjectOf } from './body-subject.js';
import { isObject, refusal, type JsonObject } from './json-body.js';
import { objecting } from './objection-signal.js';
import { parseTime, skewOf } from './time.js';
import type { TrackingCall } from './tracking-paths.js';

export interface SegmentBatch {
  readonly events: readonly IncomingEvent[];
  /** events[i] came as the event indices[i] of the body; null when all of them passed. */
  readonly indices: readonly number[] | null;
  readonly rejections: readonly Rejection[];
}

interface Envelope {
  readonly receivedAt: number;
  readonly skewMs: number;
  readonly consent: ConsentChange | undefined;
  readonly objects: boolean;
}

export interface SegmentRequest {
  readonly receivedAt: number;
  /** Does the request carry an objection signal? */
  readonly objects: boolean;
  /** What the path says that the body is; a batch path also takes one event that names its own type. */
  readonly call?: TrackingCall;
}

/** Parses a body. Fails with body_shape, body_too_deep, batch_too_long. */
export function parseSegmentBatch(body: unknown, request: SegmentRequest): Result<SegmentBatch> {
  if (!isObject(body)) return fail('body_shape', '');
  const { receivedAt, objects, call = 'batch' } = request;
  const { batch } = body;
  if (call !== 'batch') return one(body, call, { receivedAt, skewMs: 0, consent: undefined, objects });
  if (batch === undefined && body['type'] !== undefined)
    return one(body, body['type'], { receivedAt, skewMs: 0, consent: undefined, objects });
  if (!Array.isArray(batch)) return fail('body_shape', '/batch');
  if (batch.length > limits.batchEventsMax) return fail('batch_too_long', '/batch');
  for (const key of Object.keys(body)) {
    if (key === 'batch') continue;
    const refused =
      key === '__proto__' || key === 'constructor' || key === 'prototype' ? 'body_shape' : refusal(body[key], limits.eventBytesMax);
    if (refused !== null) return fail(refused === 'event_too_large' ? 'body_shape' : refused, key === 'context' ? '/context' : '');
  }
  const consent = carriedConsent(body['context']);
  if (consent.fault !== null) return fail('body_shape', consent.fault.field);
  const given: readonly unknown[] = batch;
  const skewMs = skewOf(body['sentAt'], receivedAt);
  const envelope: Envelope = { receivedAt, skewMs, consent: consent.change, objects };
  const events: IncomingEvent[] = [];
  const rejections: Rejection[] = [];
  let indices: number[] | null = null;
  for (let index = 0; index < given.length; index += 1) {
    const each = given[index];
    const parsed = isObject(each) ? parseEvent(each, each['type'], envelope) : notAnObject;
    if (parsed.ok) {
      indices?.push(index);
      events.push(parsed.value);
    } else {
      indices ??= Array.from({ length: index }, (_, before) => before);
      rejections.push(rejectionOf(index, parsed));
    }
  }
  return ok({ events, indices, rejections });
}

/** The events of a body that was parsed as that call, as they came. */
export function eventsIn(body: unknown, call: TrackingCall): readonly unknown[] {
  return call === 'batch' && isObject(body) && Array.isArray(body['batch']) ? body['batch'] : [body];
}

const notAnObject = fail('event_shape', '');

function one(body: JsonObject, call: unknown, envelope: Envelope): Result<SegmentBatch> {
  const parsed = parseEvent(body, call, envelope);
  if (parsed.ok) return ok({ events: [parsed.value], indices: null, rejections: [] });
  return ok({ events: [], indices: [], rejections: [rejectionOf(0, parsed)] });
}

function rejectionOf(index: number, failure: Failure): Rejection {
  return { index, code: failure.code, ...(failure.field === undefined ? {} : { field: failure.field }) };
}

/** Where a call keeps what it says, and the event type that it means; null: `event` names it. */
const calls: ReadonlyMap<unknown, { readonly type: string | null; readonly place: 'properties' | 'traits' }> = new Map([
  ['track', { type: null, place: 'properties' }],
  ['page', { type: 'page', place: 'properties' }],
  ['screen', { type: 'screen', place: 'properties' }],
  ['identify', { type: 'identify', place: 'traits' }],
  ['group', { type: 'group', place: 'traits' }],
  ['alias', { type: 'alias', place: 'properties' }],
] as const);
const none: Properties = {};

/** An event; one that is refused, too, when it says whose it is and carries a choice: a refusal in it is heard all the same. */
function parseEvent(given: JsonObject, call: unknown, envelope: Envelope): Result<IncomingEvent> {
  const read = readEvent(given, call, envelope);
  const named = subjectOf(given, 'event_shape');
  const subject = named.ok ? named.value : undefined;
  if (subject === undefined) return read;
  const own = carriedConsent(given['context']);
  const carried = own.change ?? envelope.consent;
  const consent = envelope.objects ? objecting(carried) : carried;
  const fault = read.ok ? own.fault : read;
  if (fault === null) return read.ok && consent !== undefined ? ok({ ...read.value, consent }) : read;
  if (consent === undefined) return fault;
  const { messageId } = given;
  const id = isId(messageId) ? messageId : 'unnamed';
  const occurredAt = occurred(given, envelope) ?? envelope.receivedAt;
  return ok({ id, subject, type: '', occurredAt, source: 'http', properties: none, consent, fault });
}

/** What an event says beside its choices. */
function readEvent(given: JsonObject, call: unknown, envelope: Envelope): Result<IncomingEvent> {
  const refused = refusal(given, limits.eventBytesMax);
  if (refused !== null) return fail(refused, '');
  const known = calls.get(call);
  if (known === undefined) return fail('event_shape', '/type');
  const type = known.type ?? given['event'];
  if (typeof type !== 'string' || type.length === 0) return fail('event_shape', '/event');
  if (type.length > limits.idCharsMax) return fail('event_type_unknown', '/event');
  const id = given['messageId'];
  if (!isId(id)) return fail('event_shape', '/messageId');
  const subject = subjectOf(given, 'event_shape');
  if (!subject.ok) return subject;
  if (subject.value === undefined) return fail('event_shape', '/userId');
  const said = given[known.place] ?? none;
  if (!isObject(said)) return fail('event_shape', `/${known.place}`);
  const properties = known.type === null ? fromGa4(type, said) : withOwn(known.type, given, said);
  if (properties === null) return fail('event_shape', known.type === 'group' ? '/groupId' : '/previousId');
  const occurredAt = occurred(given, envelope);
  if (occurredAt === undefined) return fail('event_time', `/${timeName(given)}`);
  return ok({ id, subject: subject.value, type, occurredAt, source: sourceOf(given['context']), properties });
}

/** What stands beside the properties of a call and belongs to it; null when the one part that it cannot do without is missing. */
function withOwn(type: string, given: JsonObject, said: Properties): Properties | null {
  if (type === 'group') return isId(given['groupId']) ? { ...said, groupId: given['groupId'] } : null;
  if (type === 'alias') return isId(given['previousId']) ? { previousId: given['previousId'] } : null;
  const { name } = given;
  return type !== 'identify' && typeof name === 'string' && name.length <= limits.idCharsMax && said['name'] === undefined
    ? { ...said, name }
    : said;
}

/** Some clients of RudderStack say only `originalTimestamp`: their own server makes `timestamp` of it. */
function timeName(event: JsonObject): 'timestamp' | 'originalTimestamp' {
  return (event['timestamp'] ?? null) === null && (event['originalTimestamp'] ?? null) !== null ? 'originalTimestamp' : 'timestamp';
}

/**
 * When it happened: the client's time, moved by how far its clock stood off when it sent (receivedAt - sentAt), never later than now.
 * A clock that is further off than limits.clockCorrectionMsMax is not believed enough to be corrected.
 */
function occurred(event: JsonObject, envelope: Envelope): number | undefined {
  const { sentAt } = event;
  const said = event[timeName(event)];
  if (said === undefined || said === null) return envelope.receivedAt;
  const at = parseTime(said);
  if (at === undefined) return undefined;
  const skewMs = sentAt === undefined ? envelope.skewMs : skewOf(sentAt, envelope.receivedAt);
  if (skewMs === 0) return at;
  const moved = at + skewMs;
  return moved > envelope.receivedAt && moved <= envelope.receivedAt + limits.clockSkewMsMax ? envelope.receivedAt : moved;
}

/** Segment's place for consent: context.consent.categoryPreferences, purpose -> boolean. Names that are no purpose of ours say nothing. */
function carriedConsent(context: unknown): { readonly change: ConsentChange | undefined; readonly fault: Failure | null } {
  const consent = isObject(context) ? context['consent'] : undefined;
  const preferences = isObject(consent) ? consent['categoryPreferences'] : undefined;
  if (!isObject(preferences)) return silent;
  const choices: Record<string, Choice> = {};
  let some = false;
  let fault: Failure | null = null;
  for (const [purpose, allowed] of Object.entries(preferences)) {
    if (!isPurpose(purpose)) continue;
    if (typeof allowed !== 'boolean') {
      fault ??= fail('event_shape', `/context/consent/categoryPreferences/${purpose}`);
      continue;
    }
    choices[purpose] = allowed ? 'granted' : 'denied';
    some = true;
  }
  return { change: some ? { choices, origin: 'context.consent' } : undefined, fault };
}

const silent = { change: undefined, fault: null };

const plainName = /^[\w@./ -]+$/;

/** The software that sent it, by Segment's context.library.name; a name of anything else than plain characters is not kept. */
function sourceOf(context: unknown): string {
  if (!isObject(context)) return 'http';
  const { library } = context;
  if (!isObject(library)) return 'http';
  const { name } = library;
  return typeof name === 'string' && name.length <= limits.sourceCharsMax && plainName.test(name) ? name : 'http';
}
