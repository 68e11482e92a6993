// What a person's general objection (Global Privacy Control) means where a change is placed (docs/gpc.md), by what stands there: a grant
// that was placed just before it, in the same batch or by another request, is one that it meets. It only ever narrows.
//  - `share` is what the signal speaks of: it takes back a grant that was given before the signal was heard. A grant given in its hearing,
//    or after it, outweighs it and is recorded as such (`signal` in consent.changed).
//  - `personalise` is a first party's own use, of which the signal does not speak where the person allowed it. Where only a declared basis
//    would allow it, the signal is an objection to it.
//  - It comes with every request, so it is kept only where it changes what holds. Without a basis nothing is allowed anyhow, and keeping it
//    would only store the id.
import type { Purpose } from '../model/purpose.js';
import type { Choice, ConsentChange } from '../model/system-event.js';
import type { Registry } from './registry.js';
import type { Standing } from './standing.js';

const objectsTo: readonly Purpose[] = ['personalise', 'share'];

/** Where a choice was made that came by the signal alone. */
export const signalOrigin = 'gpc';

/** The change with what its signal adds; as it is when it carries none. */
export function withObjection({ objects, ...asked }: ConsentChange, standing: Standing | undefined, registry: Registry): ConsentChange {
  if (objects !== true) return asked;
  const choices: { [P in Purpose]?: Choice } = { ...asked.choices };
  const heard: Purpose[] = [];
  let adds = false;
  for (const purpose of objectsTo) {
    const said = choices[purpose];
    if (said !== undefined) {
      if (said === 'granted') heard.push(purpose);
      continue;
    }
    const stand = standing?.stands[purpose];
    const olderGrant = stand?.choice === 'granted' && stand.signal !== true && purpose === 'share';
    const onlyDeclared = (stand === undefined || stand.choice === 'lapsed') && registry.declaredFor(purpose).length > 0;
    if (!olderGrant && !onlyDeclared) continue;
    choices[purpose] = 'objected';
    heard.push(purpose);
    adds = true;
  }
  if (heard.length === 0) return asked;
  const origin = adds && asked.origin !== signalOrigin ? `${asked.origin}+${signalOrigin}` : asked.origin;
  return { ...asked, choices, origin, signal: heard };
}
