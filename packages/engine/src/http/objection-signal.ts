// Sec-GPC: the browser's general objection (Global Privacy Control, https://w3c.github.io/gpc/).
//
// Reading it: a header line counts when its value is exactly the character 1. Of several lines one such is enough; any other value is as if
// the line were not there; a trailer is never looked at.
//
// What it means is found where the change is placed (consent/objection.ts). A decision never keeps it: POST /v1/decide answers a request
// that carries it contextually, whatever was granted.
import type { IncomingHttpHeaders } from 'node:http';
import { signalOrigin } from '../consent/objection.js';
import type { ConsentChange } from '../model/system-event.js';

/** The head of a request, as node:http gives it. */
export interface RequestHead {
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, a pair for each line. */
  readonly rawHeaders: readonly string[];
}

/** Does the request carry the signal? */
export function carriesObjection({ headers, rawHeaders }: RequestHead): boolean {
  const value = headers['sec-gpc'];
  if (value === undefined || value === '1') return value === '1';
  // Several lines come joined by a comma, as one line that holds a comma would: only the lines themselves tell.
  return rawHeaders.some((name, at) => at % 2 === 0 && rawHeaders[at + 1] === '1' && name.toLowerCase() === 'sec-gpc');
}

/** The choices that a request carries, if any, as made in the hearing of the signal. */
export function objecting(carried: ConsentChange | undefined): ConsentChange {
  return { ...(carried ?? { choices: {}, origin: signalOrigin }), objects: true };
}
