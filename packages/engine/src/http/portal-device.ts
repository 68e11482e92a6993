// The way into the portal by the key of a device, for people without an account: a page of the host asks for a challenge, has the browser
// sign it with a key that no script can read (packages/browser/src/device.ts), and gets the path of a link. The key was registered for the
// id with its first choices (runtime/desk.ts).
//
//   signed text = "ethogram portal entry" LF origin of the page LF challenge      Ed25519 (RFC 8032), base64url
//
// Invariants: a challenge is for one id, one origin, two minutes, one use; a wrong answer uses nothing up, so nobody can use up somebody
// else's; whether an id is known is not told before its key has signed. Only an id that is linked to no other opens: with a device that
// several people use, an account's page would otherwise open to each of them.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Engine } from '../runtime/engine.js';
import { answer, refuse } from './cold-answer.js';
import { isId } from '../model/id.js';
import { isObject } from './json-body.js';
import type { PortalSessions } from './portal-session.js';
import { parsePublicKey } from './requests-body.js';
import type { Asked, RouteTable } from './route-table.js';

const signatureForm = /^[\w-]{86}$/u;

export function entryText(origin: string, challenge: string): string {
  return `ethogram portal entry\n${origin}\n${challenge}`;
}

/** `sessions` null: there is no portal. */
export function addDeviceEntry(table: RouteTable, engine: Engine, sessions: PortalSessions | null): void {
  const forPages = { needs: 'write', browser: true, keyInUrl: true } as const;
  table.add('POST', '/v1/portal/challenges', forPages, (asked) =>
    sessions === null ? refuse({ code: 'not_found' }) : answer(challengeFor(asked, sessions)),
  );
  table.add('POST', '/v1/portal/entries', forPages, (asked) =>
    sessions === null ? refuse({ code: 'not_found' }) : answer(entryOf(asked, engine, sessions)),
  );
}

function challengeFor({ json, headers }: Asked, sessions: PortalSessions): Result<object> {
  const body = json();
  if (!body.ok) return body;
  const subject = isObject(body.value) ? body.value['subject'] : undefined;
  if (!isId(subject)) return fail('body_shape', '/subject');
  const { origin } = headers;
  // Only a browser says where its page is from, and only its word binds the answer to that.
  if (origin === undefined || origin === 'null') return fail('proof_refused');
  const { ticket, expiresAt } = sessions.once('challenge', [subject, origin], limits.portalChallengeMs);
  return ok({ challenge: ticket, expiresAt });
}

function entryOf({ json, headers }: Asked, engine: Engine, sessions: PortalSessions): Result<object> {
  const body = json();
  if (!body.ok) return body;
  const key = parsePublicKey(body.value);
  if (!key.ok) return key;
  const { challenge: ticket, signature } = isObject(body.value) ? body.value : {};
  if (typeof ticket !== 'string') return fail('body_shape', '/challenge');
  if (typeof signature !== 'string' || !signatureForm.test(signature)) return fail('body_shape', '/signature');
  const asked = sessions.open('challenge', ticket);
  const [subject, origin] = asked?.values ?? [];
  if (asked === undefined || subject === undefined || origin === undefined || origin !== headers.origin) return fail('proof_refused');
  if (!engine.desk.isSignedBy(subject, key.value, entryText(origin, ticket), signature)) return fail('proof_refused');
  if (engine.core.identity.members(subject).length > 1) return fail('device_linked');
  if (!sessions.spend(asked)) return fail('overloaded');
  const { ticket: link, expiresAt } = sessions.issue(subject, 'device');
  return ok({ path: `/me/enter?ticket=${link}`, expiresAt });
}
