// The body of POST /v1/consents: {subject, choices: {purpose: choice}, origin?, notice?, device?, timestamp?, sentAt?}. It says what the
// person chose, where (`origin`), which text they were shown (`notice`: {id, version, language, sha256 of the text}), with which key their
// device signs from now on (`device`), and when, if not now, by a clock that `sentAt` corrects as it does for events; nothing widens
// without a `granted` that stands here word for word.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import { isPurpose, type Purpose } from '../model/purpose.js';
import { choices as known, type Choice, type ConsentChange, type NoticeReference } from '../model/system-event.js';
import { isId } from '../model/id.js';
import { subjectOf } from './body-subject.js';
import { isObject, refusal } from './json-body.js';
import { publicKeyOf } from './requests-body.js';
import { parseTime, skewOf } from './time.js';

export interface ConsentBody {
  readonly subject: string;
  readonly change: ConsentChange;
  readonly occurredAt: number | undefined;
  /** The key of the device, which opens the portal of a new id later (portal-device.ts). */
  readonly device: string | undefined;
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
  const timestamp = body['timestamp'] ?? undefined;
  const { sentAt } = body;
  const notice = body['notice'] ?? undefined;
  if (notice !== undefined && !isNotice(notice)) return fail('body_shape', '/notice');
  const change = { choices, origin, ...(notice === undefined ? {} : { notice: referenceOf(notice) }) };
  const device = body['device'] ?? undefined;
  const key = device === undefined ? ok(undefined) : publicKeyOf(device, '/device');
  if (!key.ok) return key;
  const said = { subject: subject.value, change, device: key.value };
  if (timestamp === undefined) return ok({ ...said, occurredAt: undefined });
  const at = parseTime(timestamp);
  if (at === undefined) return fail('event_time', '/timestamp');
  return ok({ ...said, occurredAt: at + skewOf(sentAt, receivedAt) });
}

function isNotice(value: unknown): value is NoticeReference {
  if (!isObject(value)) return false;
  const { id, version, language, sha256 } = value;
  return (
    isId(id) &&
    isId(version) &&
    typeof language === 'string' &&
    /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}$/.test(language) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** Without whatever else came with it. */
function referenceOf({ id, version, language, sha256 }: NoticeReference): NoticeReference {
  return { id, version, language, sha256 };
}

function isChoice(value: unknown): value is Choice {
  return known.some((choice) => choice === value);
}
