// Sec-GPC: the browser's general objection (Global Privacy Control; the header is honoured only when it is exactly "1").
// Rules: it counts as an objection to `personalise` and `share`, unless the person granted that purpose explicitly, earlier or in this very
// event: a particular choice outweighs a general signal. It comes with every request, so it is kept only where it changes something: where
// a declared basis would else allow the purpose. Without one nothing is allowed anyhow, and keeping it would only store the id.
// A decision never keeps it: POST /v1/decide answers a request that carries it contextually, whatever was granted.
import type { IncomingHttpHeaders } from 'node:http';
import type { Engine } from '../runtime/engine.js';
import type { Purpose } from '../model/purpose.js';
import type { Choice, ConsentChange } from '../model/system-event.js';
import type { AddConsent } from './segment-batch.js';

const objectsTo: readonly Purpose[] = ['personalise', 'share'];

export function carriesObjection(headers: IncomingHttpHeaders): boolean {
  return headers['sec-gpc'] === '1';
}

export function objectionOver({ core }: Engine): AddConsent {
  return (subject, carried) => {
    const choices: { [P in Purpose]?: Choice } = { ...carried?.choices };
    let adds = false;
    for (const purpose of objectsTo) {
      if (choices[purpose] !== undefined || core.registry.declaredFor(purpose).length === 0) continue;
      if (core.gate.standingAhead(subject)?.stands[purpose]?.choice === 'granted') continue;
      choices[purpose] = 'objected';
      adds = true;
    }
    if (!adds) return carried;
    const change: ConsentChange = { choices, origin: carried === undefined ? 'gpc' : `${carried.origin}+gpc` };
    return change;
  };
}
