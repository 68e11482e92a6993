// The extension attribute `consent` of a CloudEvent: the choices that came with it, as `personalise=granted train=denied`. CloudEvents
// attributes are flat texts (spec 1.0.2, 3.1), so a list of pairs it is; in binary mode the header is `ce-consent`. `consentorigin`
// says where the person was asked. Both are our own, documented in docs/cloudevents.md.
import { fail, ok, type Result } from '../base/result.js';
import { isPurpose, type Purpose } from '../model/purpose.js';
import { choices as known, type Choice, type ConsentChange } from '../model/system-event.js';
import { isId } from './id.js';

/** undefined: the event carries no choice. Fails with event_shape or purpose_unknown and the place. */
export function cloudEventConsent(consent: unknown, origin: unknown): Result<ConsentChange | undefined> {
  if (origin !== undefined && !isId(origin)) return fail('event_shape', '/consentorigin');
  if (consent === undefined) return ok(undefined);
  if (typeof consent !== 'string') return fail('event_shape', '/consent');
  const choices: { [P in Purpose]?: Choice } = {};
  const pairs = consent.split(' ').filter((pair) => pair !== '');
  if (pairs.length === 0) return fail('event_shape', '/consent');
  for (const pair of pairs) {
    const [purpose, said, ...more] = pair.split('=');
    const choice = known.find((each) => each === said);
    if (choice === undefined || more.length > 0) return fail('event_shape', '/consent');
    if (!isPurpose(purpose)) return fail('purpose_unknown', '/consent');
    if (choices[purpose] !== undefined && choices[purpose] !== choice) return fail('event_shape', '/consent');
    choices[purpose] = choice;
  }
  return ok({ choices, origin: origin ?? 'cloudevents' });
}
