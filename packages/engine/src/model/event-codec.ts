// How an event stands in the log: one JSON array in UTF-8, [id, subject, type, occurredAt, receivedAt, source, properties].
// JSON, because the log must be readable for decades without us; an array, because names repeated a million times are only weight.
// The purpose mask is not in here: it stands in the record header, under the header's hash.
import { assert } from '../base/assert.js';
import type { BehaviourEvent, Properties } from './event.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The text of an event; Buffer.from(text, 'utf8') are its bytes. */
export function encodeEvent(event: BehaviourEvent): string {
  return JSON.stringify([event.id, event.subject, event.type, event.occurredAt, event.receivedAt, event.source, event.properties]);
}

export function decodeEvent(bytes: Uint8Array, mask: number): BehaviourEvent {
  const parts: unknown = JSON.parse(decoder.decode(bytes));
  assert(isList(parts) && parts.length === 7, 'an event in the log has seven parts');
  const [id, subject, type, occurredAt, receivedAt, source, properties] = parts;
  assert(typeof id === 'string' && typeof type === 'string' && typeof source === 'string', 'id, type and source are texts');
  assert(subject === null || typeof subject === 'string', 'a subject is a text or null');
  assert(typeof occurredAt === 'number' && typeof receivedAt === 'number', 'times are numbers');
  assert(isProperties(properties), 'properties are an object');
  return { id, subject, type, occurredAt, receivedAt, source, properties, mask };
}

function isProperties(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
