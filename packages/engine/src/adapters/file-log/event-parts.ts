// What an event of model/event-codec.ts consists of, read by the book: its text is parsed and every part looked at. What is not exactly an
// event has no parts. Where the same is to be read of millions, event-reader.ts is quicker.
import type { Buffer } from 'node:buffer';

const openList = 0x5b;
const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;

export interface Parts {
  readonly id: string;
  readonly subject: string | null;
  readonly type: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly source: string;
  readonly properties: object;
}

/** The parts of an event, if it has the form of one. */
export function partsOf(bytes: Buffer): Parts | undefined {
  const text = bytes.toString('utf8');
  if (!text.startsWith('["')) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isList(parts) || parts.length !== 7) return undefined;
  const [id, subject, type, occurredAt, receivedAt, source, properties] = parts;
  if (typeof id !== 'string' || typeof type !== 'string' || typeof source !== 'string') return undefined;
  if (subject !== null && typeof subject !== 'string') return undefined;
  if (typeof occurredAt !== 'number' || typeof receivedAt !== 'number') return undefined;
  if (!Number.isSafeInteger(occurredAt) || !Number.isSafeInteger(receivedAt)) return undefined;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return undefined;
  return { id, subject, type, occurredAt, receivedAt, source, properties };
}

/**
 * Whom an event is of, without reading on: what `partsOf` would say of an event. For grouping only; whoever stands before the third comma
 * of something that is no event may come out of it too.
 */
export function subjectOf(bytes: Buffer): string | null {
  const idEnd = bytes[0] === openList && bytes[1] === quote ? bytes.indexOf(quote, 2) : -1;
  const start = idEnd + 3;
  if (idEnd > 0 && bytes[idEnd + 1] === comma && bytes[idEnd + 2] === quote) {
    const end = bytes.indexOf(quote, start);
    // An escaped quote ends nothing; whoever has one is read by the book.
    const head = bytes.toString('latin1', 2, Math.max(2, end));
    if (end > 0 && !head.includes('\\')) return bytes.toString('utf8', start, end);
  }
  return partsOf(bytes)?.subject ?? null;
}

/**
 * The same of the event that begins at `from` of many, whose Latin-1 text is `text`: a part of that text, good for a look-up. Undefined
 * when it takes `subjectOf` to tell.
 */
export function plainSubjectIn(many: Buffer, text: string, from: number, to: number): string | undefined {
  if (many[from] !== openList || many[from + 1] !== quote) return undefined;
  let at = from + 2;
  for (; at < to && many[at] !== quote; at++) if (many[at] === backslash) return undefined;
  if (at + 3 > to || many[at + 1] !== comma || many[at + 2] !== quote) return undefined;
  const start = at + 3;
  for (at = start; at < to && many[at] !== quote; at++) if (many[at] === backslash || (many[at] ?? 0) > 127) return undefined;
  return at < to ? text.slice(start, at) : undefined;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
