// The extension attribute `consent` of a CloudEvent: the choices that came with it, as `personalise=granted train=denied`. CloudEvents
// attributes are flat texts (spec 1.0.2, 3.1), so a list of pairs it is; in binary mode the header is `ce-consent`. `consentorigin`
// says where the person was asked. Both are our own, documented in docs/cloudevents.md.
import { fail, type Failure } from '../base/result.js';
import { isPurpose, type Purpose } from '../model/purpose.js';
import { choices as known, type Choice, type ConsentChange } from '../model/system-event.js';
import { isId } from '../model/id.js';

/** What it says as far as it can be read, undefined when that is nothing; and why not all can: event_shape or purpose_unknown. */
export function cloudEventConsent(
  consent: unknown,
  origin: unknown,
): { readonly change: ConsentChange | undefined; readonly fault: Failure | null } {
  let fault = origin === undefined || isId(origin) ? null : fail('event_shape', '/consentorigin');
  if (consent === undefined) return { change: undefined, fault };
  const choices: { [P in Purpose]?: Choice } = {};
  const pairs = typeof consent === 'string' ? consent.split(' ').filter((pair) => pair !== '') : [];
  if (pairs.length === 0) return { change: undefined, fault: fault ?? fail('event_shape', '/consent') };
  for (const pair of pairs) {
    const [purpose, said, ...more] = pair.split('=');
    const choice = known.find((each) => each === said);
    if (choice === undefined || more.length > 0) fault ??= fail('event_shape', '/consent');
    else if (!isPurpose(purpose)) fault ??= fail('purpose_unknown', '/consent');
    else {
      const before = choices[purpose] ?? choice;
      if (before !== choice) fault ??= fail('event_shape', '/consent');
      // Of two that contradict one another no grant is taken.
      choices[purpose] = choice === 'granted' ? before : choice;
    }
  }
  return { change: Object.keys(choices).length === 0 ? undefined : { choices, origin: isId(origin) ? origin : 'cloudevents' }, fault };
}
