// The body of POST /v1/consents: {subject, choices: {purpose: choice}, origin?, timestamp?, sentAt?}. It says what the person chose, where
// (`origin`), and when, if not now, by a clock that `sentAt` corrects as it does for events; nothing widens without a `granted` that stands
// here word for word.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import { isPurpose, type Purpose } from '../model/purpose.js';
import { choices as known, type Choice, type ConsentChange } from '../model/system-event.js';
import { isId, subjectOf } from './id.js';
import { isObject, refusal } from './json-body.js';
import { parseTime, skewOf } from './time.js';

export interface ConsentBody {
  readonly subject: string;
  readonly change: ConsentChange;
  readonly occurredAt: number | undefined;
}

/** Fails with body_shape, purpose_unknown or event_time and the place. */
export function parseConsent(body: unknown, receivedAt: number): Result<ConsentBody> {
  if (!isObject(body)) return fail('body_shape', '');
  const refused = refusal(body, limits.eventBytesMax);
  if (refused !== null) return fail(refused);
  const subject = subjectOf(body, 'body_shape');
  if (!subject.ok) return subject;
  if (subject.value === undefined) return fail('body_shape', '/subject');
  const given = body['choices'];
  if (!isObject(given)) return fail('body_shape', '/choices');
  const choices: { [P in Purpose]?: Choice } = {};
  for (const [purpose, choice] of Object.entries(given)) {
    if (!isPurpose(purpose)) return fail('purpose_unknown', '/choices');
    if (!isChoice(choice)) return fail('body_shape', `/choices/${purpose}`);
    choices[purpose] = choice;
  }
  const origin = body['origin'] ?? 'api';
  if (!isId(origin)) return fail('body_shape', '/origin');
  const { timestamp, sentAt } = body;
  const change = { choices, origin };
  if (timestamp === undefined) return ok({ subject: subject.value, change, occurredAt: undefined });
  const said = parseTime(timestamp);
  if (said === undefined) return fail('event_time', '/timestamp');
  return ok({ subject: subject.value, change, occurredAt: said + skewOf(sentAt, receivedAt) });
}

function isChoice(value: unknown): value is Choice {
  return known.some((choice) => choice === value);
}
