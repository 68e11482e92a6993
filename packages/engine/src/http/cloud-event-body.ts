// CloudEvents 1.0.2 over HTTP to events, in its three modes: structured (one event as JSON), batched (a list of them) and binary
// (attributes in ce-* headers, data in the body). subject -> the person, type -> event type, source and id -> message id, time ->
// occurredAt, data -> properties. What is wrong with one event refuses that event; the rest of a batch is kept.
// Non-goals: data that is not a JSON object, data_base64, and schemas fetched from `dataschema`.
// Source: CloudEvents specification 1.0.2, HTTP protocol binding 1.0.2, JSON format 1.0.2.
import type { IncomingHttpHeaders } from 'node:http';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { IncomingEvent } from '../collect/incoming.js';
import { cloudEventConsent } from './cloud-event-consent.js';
import { isId } from '../model/id.js';
import { isObject, parseJson, refusal, type JsonObject } from './json-body.js';
import { objecting } from './objection-signal.js';
import { parseTime } from './time.js';

/** The events of a request as they came, attributes and data together, not yet looked at. Fails for the whole request. */
export function cloudEventsIn(headers: IncomingHttpHeaders, bytes: Buffer): Result<readonly unknown[]> {
  const type = mediaType(headers['content-type']);
  const structured = type.startsWith('application/cloudevents');
  if (!structured && headers['ce-specversion'] !== undefined) return binary(headers, type, bytes);
  const body = parseJson(bytes);
  if (!body.ok) return body;
  if (Array.isArray(body.value) && type !== 'application/cloudevents+json') {
    return body.value.length > limits.batchEventsMax ? fail('batch_too_long') : ok(body.value);
  }
  if (!isObject(body.value) || type === 'application/cloudevents-batch+json') return fail('body_shape', '');
  return ok([body.value]);
}

/** In binary mode an attribute is a header, percent-encoded where it is not printable ASCII; content-type is that of the data. */
function binary(headers: IncomingHttpHeaders, type: string, bytes: Buffer): Result<readonly unknown[]> {
  const event: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('ce-') || typeof value !== 'string') continue;
    event[name.slice(3)] = decoded(unquoted(value));
  }
  if (type !== '') event['datacontenttype'] = type;
  if (bytes.length === 0) return ok([event]);
  const data = parseJson(bytes);
  return data.ok ? ok([{ ...event, data: data.value }]) : data;
}

/** A quoted string of HTTP (RFC 9110, 5.6.4) is what stands between its quotes: to be taken off first (HTTP binding, 3.1.3.2). */
function unquoted(text: string): string {
  return /^"(?:[^"\\]|\\.)*"$/.test(text) ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text;
}

/** false: it cannot be read, and is refused where the attribute is one that is read; an extension that nobody knows is no matter. */
function decoded(text: string): string | false {
  try {
    return decodeURIComponent(text);
  } catch {
    return false;
  }
}

/** An attribute that is null counts as unset (JSON format 1.0.2, 2.2). */
function unlessNull(given: JsonObject): JsonObject {
  if (!Object.values(given).includes(null)) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

/**
 * One event. `receivedAt` in ms; `objects`: the request carried an objection signal. Fails with a code and a JSON pointer into the event;
 * one that says whose it is and carries a choice comes back with its fault instead: a refusal in it is heard all the same.
 */
export function parseCloudEvent(event: unknown, receivedAt: number, objects: boolean): Result<IncomingEvent> {
  if (!isObject(event)) return fail('event_shape', '');
  const given = unlessNull(event);
  const read = readEvent(given, receivedAt);
  const { subject } = given;
  if (!isId(subject)) return read;
  const own = cloudEventConsent(given['consent'], given['consentorigin']);
  const consent = objects ? objecting(own.change) : own.change;
  const fault = read.ok ? own.fault : read;
  if (fault === null) return read.ok && consent !== undefined ? ok({ ...read.value, consent }) : read;
  if (consent === undefined) return fault;
  const named = messageIdOf(given);
  const id = named.ok ? named.value : 'unnamed';
  const occurredAt = parseTime(given['time']) ?? receivedAt;
  return ok({ id, subject, type: '', occurredAt, source: 'cloudevents', properties: {}, consent, fault });
}

/** What an event says beside its choices. */
function readEvent(given: JsonObject, receivedAt: number): Result<IncomingEvent> {
  const refused = refusal(given, limits.eventBytesMax);
  if (refused !== null) return fail(refused, '');
  if (given['specversion'] !== '1.0') return fail('event_shape', '/specversion');
  const { type, subject, time } = given;
  if (!isId(type)) return fail('event_shape', '/type');
  if (!isId(subject)) return fail('event_shape', '/subject');
  const id = messageIdOf(given);
  if (!id.ok) return id;
  const properties = dataOf(given);
  if (!properties.ok) return properties;
  const occurredAt = time === undefined ? receivedAt : parseTime(time);
  if (occurredAt === undefined) return fail('event_time', '/time');
  // The source of a CloudEvent is a URI of the sender's choosing and may itself name a person: it counts for the message id and is not
  // kept.
  return ok({ id: id.value, subject, type, occurredAt, source: 'cloudevents', properties: properties.value });
}

/** source and id together name an event (spec 3.1.1). No URI holds a space, so one between them keeps two pairs apart. */
export function messageIdOf(given: JsonObject): Result<string> {
  const { source, id } = given;
  if (!isId(source) || source.includes(' ')) return fail('event_shape', '/source');
  if (!isId(id)) return fail('event_shape', '/id');
  const both = `${source} ${id}`;
  return isId(both) ? ok(both) : fail('event_shape', '/id');
}

function dataOf(given: JsonObject): Result<JsonObject> {
  if (given['data_base64'] !== undefined) return fail('event_shape', '/data_base64');
  const { data, datacontenttype } = given;
  if (data === undefined) return ok({});
  if (datacontenttype !== undefined && !isJsonType(datacontenttype)) return fail('event_shape', '/datacontenttype');
  return isObject(data) ? ok(data) : fail('event_shape', '/data');
}

function isJsonType(value: unknown): boolean {
  return typeof value === 'string' && /^[\w!#$&^.+-]+\/(?:json|[\w!#$&^.+-]+\+json)$/.test(mediaType(value));
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
