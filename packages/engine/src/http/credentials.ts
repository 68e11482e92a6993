// Where callers put their key. Segment's SDKs send it as the user of Basic (some without the colon), RudderStack's too; others send Bearer
// or X-API-Key. The key in a body (`writeKey`) is read by the routes that take events.
import type { IncomingHttpHeaders } from 'node:http';

/** The header that holds the key, as it came; undefined when none does. */
export function credentialHeader(headers: IncomingHttpHeaders): string | undefined {
  const authorization = headers.authorization;
  if (authorization !== undefined && authorization !== '') return authorization;
  const key = headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? `Bearer ${key}` : undefined;
}

/** The key in such a header; '' when it holds none. */
export function keyInHeader(header: string): string {
  const space = header.indexOf(' ');
  const scheme = header.slice(0, space).toLowerCase();
  const rest = header.slice(space + 1).trim();
  if (space < 0) return header.trim();
  if (scheme === 'bearer') return rest;
  if (scheme !== 'basic') return '';
  const text = Buffer.from(rest, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return text;
  // `key:` is the rule; `:key` is what some put into the password field.
  return colon === 0 ? text.slice(1) : text.slice(0, colon);
}
