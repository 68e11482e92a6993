// Has what waits the form that everything behind the sequencer relies on? Whoever comes by a parser of ours is in form; a host in the same
// process says what it likes, where its types do not hold it: an id that fits no key of the store would stop every checkpoint from then
// on, a choice that nobody knows, or a time that is no number, could be said by no dump. Asked of every event: only what is cheap.
import { limits } from '../base/limits.js';
import { fail, type Failure } from '../base/result.js';
import type { Asked } from '../model/asked.js';
import { isId } from '../model/id.js';
import { isPurpose } from '../model/purpose.js';
import { choices as known, type ConsentChange } from '../model/system-event.js';
import type { IncomingEvent } from './incoming.js';

/** null: it is in form. Else event_shape or purpose_unknown, and the place. */
export function eventFault({ id, subject, type, source, properties, consent }: Asked<IncomingEvent>): Failure | null {
  if (!isId(id)) return fail('event_shape', '/id');
  if (!isId(subject)) return fail('event_shape', '/subject');
  // Which type it is is asked later, and '' stands where there is none.
  if (typeof type !== 'string') return fail('event_shape', '/type');
  if (!isText(source)) return fail('event_shape', '/source');
  if (typeof properties !== 'object' || properties === null) return fail('event_shape', '/properties');
  return consent === undefined ? null : changeFault(consent, 'event_shape');
}

/** null: it is in form. Else body_shape, purpose_unknown or event_time, and the place. */
export function choiceFault(subject: unknown, change: unknown, occurredAt: unknown): Failure | null {
  if (!isId(subject)) return fail('body_shape', '/subject');
  if (!Number.isSafeInteger(occurredAt)) return fail('event_time', '/timestamp');
  return changeFault(change, 'body_shape');
}

function changeFault(change: unknown, code: 'event_shape' | 'body_shape'): Failure | null {
  if (!isParts(change)) return fail(code, '/consent');
  const { choices, origin, restricted }: Asked<ConsentChange> = change;
  if (!isText(origin)) return fail(code, '/origin');
  if (restricted !== undefined && typeof restricted !== 'boolean') return fail(code, '/restricted');
  if (!isParts(choices)) return fail(code, '/choices');
  for (const purpose in choices) {
    if (!isPurpose(purpose)) return fail('purpose_unknown', '/choices');
    const choice = choices[purpose];
    if (choice !== undefined && !known.some((each) => each === choice)) return fail(code, `/choices/${purpose}`);
  }
  return null;
}

function isParts(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= limits.idCharsMax && value.isWellFormed();
}
