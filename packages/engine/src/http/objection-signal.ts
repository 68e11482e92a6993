// Sec-GPC: the browser's general objection (Global Privacy Control, https://w3c.github.io/gpc/).
//
// Reading it: a header line counts when its value is exactly the character 1. Of several lines one such is enough; any other value is as if
// the line were not there; a trailer is never looked at.
//
// What it means here (docs/gpc.md):
//  - `share` is what the signal speaks of: it takes back a grant that was given before the signal was heard. A grant given in its hearing,
//    or after it, outweighs it and is recorded as such (`signal` in consent.changed).
//  - `personalise` is a first party's own use, of which the signal does not speak where the person allowed it. Where only a declared basis
//    would allow it, the signal is an objection to it.
//  - It comes with every request, so it is kept only where it changes what holds. Without a basis nothing is allowed anyhow, and keeping it
//    would only store the id.
//  - A decision never keeps it: POST /v1/decide answers a request that carries it contextually, whatever was granted.
import type { IncomingHttpHeaders } from 'node:http';
import type { Engine } from '../runtime/engine.js';
import type { Purpose } from '../model/purpose.js';
import type { Choice, ConsentChange } from '../model/system-event.js';
import type { AddConsent } from './segment-batch.js';

const objectsTo: readonly Purpose[] = ['personalise', 'share'];

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

/** What the signal adds to the choices that a request carries. */
export function objectionOver({ core }: Engine): AddConsent {
  return (subject, carried) => {
    const stands = core.gate.standingAhead(subject)?.stands;
    const choices: { [P in Purpose]?: Choice } = { ...carried?.choices };
    const heard: Purpose[] = [];
    let adds = false;
    for (const purpose of objectsTo) {
      const said = choices[purpose];
      if (said !== undefined) {
        if (said === 'granted') heard.push(purpose);
        continue;
      }
      const stand = stands?.[purpose];
      const olderGrant = stand?.choice === 'granted' && stand.signal !== true && purpose === 'share';
      const onlyDeclared = (stand === undefined || stand.choice === 'lapsed') && core.registry.declaredFor(purpose).length > 0;
      if (!olderGrant && !onlyDeclared) continue;
      choices[purpose] = 'objected';
      heard.push(purpose);
      adds = true;
    }
    if (heard.length === 0) return carried;
    const by = carried?.origin;
    const origin = by === undefined ? 'gpc' : adds ? `${by}+gpc` : by;
    const change: ConsentChange = { ...carried, choices, origin, signal: heard };
    return change;
  };
}
