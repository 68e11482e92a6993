// Links and sessions of the portal: for one person, once, for a while.
import { expect, test } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { sealedTickets } from '../adapters/sealed-tickets.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { limits } from '../base/limits.js';
import { cookieName, PortalSessions } from './portal-session.js';

const clock = new ManualClock(1_700_000_000_000);
const entropy = new SeededEntropy(1);
const keys = { tickets: sealedTickets(new Uint8Array(32).fill(1), 'portal', entropy), entropy };
const erased = new Map<string, number>();
const open = (): PortalSessions => new PortalSessions(keys, clock, { erasedAt: (subject) => erased.get(subject), isLinked: () => false });
const withCookie = (cookie: string): { cookie: string } => ({ cookie: `a=b; ${cookieName}=${cookie}; c=d` });

function entered(sessions: PortalSessions, subject = 'ann'): string {
  const done = sessions.enter(sessions.issue(subject).ticket);
  if (!done.ok) throw new Error(done.code);
  return done.value.cookie;
}

test('a link opens one session, for the person it was issued for', () => {
  const sessions = open();
  const { ticket, expiresAt } = sessions.issue('ann');
  expect(expiresAt - clock.now()).toBe(limits.portalLinkMs);
  expect(sessions.isGood(ticket)).toBe(true);
  const first = sessions.enter(ticket);
  expect(first.ok && sessions.sessionOf(withCookie(first.value.cookie))).toMatchObject({ subject: 'ann' });
  expect([sessions.isGood(ticket), sessions.enter(ticket)]).toEqual([false, { ok: false, code: 'portal_link' }]);
});

test('a link ends, and so does a session', () => {
  const sessions = open();
  const { ticket } = sessions.issue('ann');
  const cookie = entered(sessions);
  clock.advance(limits.portalLinkMs);
  expect(sessions.enter(ticket)).toEqual({ ok: false, code: 'portal_link' });
  expect(sessions.sessionOf(withCookie(cookie))).toBeDefined();
  clock.advance(limits.portalSessionMs - limits.portalLinkMs);
  expect(sessions.sessionOf(withCookie(cookie))).toBeUndefined();
});

test('each page makes a visit longer, up to a day; ended, it is ended however long it was', () => {
  const sessions = open();
  let cookie = entered(sessions);
  const first = sessions.sessionOf(withCookie(cookie));
  const from = clock.now();
  for (;;) {
    clock.advance(limits.portalSessionMs - 1);
    const session = sessions.sessionOf(withCookie(cookie));
    if (session === undefined) break;
    expect([session.id, session.token]).toEqual([first?.id, first?.token]);
    ({ cookie } = sessions.prolong(session));
  }
  expect(clock.now() - from).toBeGreaterThanOrEqual(limits.portalVisitMs);
  expect(clock.now() - from).toBeLessThan(limits.portalVisitMs + limits.portalSessionMs);
  const other = sessions.enter(sessions.issue('ann').ticket);
  if (!other.ok) throw new Error(other.code);
  sessions.end(other.value.session);
  expect(sessions.sessionOf(withCookie(sessions.prolong(other.value.session).cookie))).toBeUndefined();
});

test('what was issued before its person was erased holds no more; what is issued after does, and so does what is of others', () => {
  const sessions = open();
  const { ticket } = sessions.issue('ann');
  const [cookie, bobs] = [entered(sessions), entered(sessions, 'bob')];
  erased.set('ann', clock.now());
  expect([sessions.sessionOf(withCookie(cookie)), sessions.isGood(ticket)]).toEqual([undefined, false]);
  expect(sessions.cookieOf(withCookie(cookie))).toMatchObject({ subject: 'ann' });
  clock.advance(1);
  expect(sessions.sessionOf(withCookie(entered(sessions)))).toMatchObject({ subject: 'ann' });
  expect(sessions.sessionOf(withCookie(bobs))).toMatchObject({ subject: 'bob' });
  erased.clear();
});

test('a session that was ended holds no more; the others of the person do', () => {
  const sessions = open();
  const [one, other] = [entered(sessions), entered(sessions)];
  const session = sessions.sessionOf(withCookie(one));
  if (session === undefined) throw new Error('no session');
  sessions.end(session);
  expect([sessions.sessionOf(withCookie(one)), sessions.sessionOf(withCookie(other))]).toEqual([undefined, expect.anything()]);
});

test('a link is no session, a session no link, and neither is a text of somebody else', () => {
  const sessions = open();
  const { ticket } = sessions.issue('ann');
  const cookie = entered(sessions);
  expect(sessions.sessionOf(withCookie(ticket))).toBeUndefined();
  for (const text of [cookie, '', 'x', 'x'.repeat(100_000), `${ticket}x`])
    expect(sessions.enter(text)).toEqual({ ok: false, code: 'portal_link' });
  expect(sessions.sessionOf({})).toBeUndefined();
  expect(sessions.sessionOf({ cookie: `x${cookieName}=${cookie}` })).toBeUndefined();
});

test('after a restart, which forgets what was used, older links open nothing', () => {
  const before = open();
  const { ticket } = before.issue('ann');
  const cookie = entered(before);
  clock.advance(1);
  const after = open();
  expect(after.enter(ticket)).toEqual({ ok: false, code: 'portal_link' });
  expect(after.sessionOf(withCookie(cookie))).toBeDefined();
});

test('a clock that is set back locks nobody out, and a restart after it opens no link a second time', () => {
  const before = open();
  const from = clock.now();
  clock.set(from - 3_600_000);
  const { ticket } = before.issue('ann');
  expect(before.enter(ticket).ok).toBe(true);
  clock.set(from - 3_600_001);
  expect(open().enter(ticket)).toEqual({ ok: false, code: 'portal_link' });
  clock.set(from);
});

test('what was used is remembered for as long as it matters, and no more is taken than can be', () => {
  const sessions = open();
  for (let n = 0; n < limits.portalTicketsSpentMax; n += 1) entered(sessions);
  expect(sessions.enter(sessions.issue('ann').ticket)).toEqual({ ok: false, code: 'overloaded' });
  clock.advance(limits.portalLinkMs);
  entered(sessions);
});

test('who leaves has left, however much is remembered, and for no longer than a cookie of the visit could hold', () => {
  const sessions = open();
  const cookies = Array.from({ length: limits.portalTicketsSpentMax }, () => entered(sessions));
  for (const cookie of cookies) {
    const session = sessions.sessionOf(withCookie(cookie));
    if (session !== undefined) sessions.end(session);
  }
  expect(cookies.filter((cookie) => sessions.sessionOf(withCookie(cookie)) !== undefined)).toHaveLength(0);
  expect(sessions.enter(sessions.issue('ann').ticket)).toEqual({ ok: false, code: 'overloaded' });
  clock.advance(limits.portalSessionMs);
  expect(sessions.sessionOf(withCookie(entered(sessions)))).toBeDefined();
});

test('who leaves by an older cookie of the visit has left by the newest, for as long as that would have held', () => {
  const sessions = open();
  const older = sessions.sessionOf(withCookie(entered(sessions)));
  if (older === undefined) throw new Error('no session');
  clock.advance(limits.portalSessionMs - 1);
  const newest = sessions.prolong(older).cookie;
  sessions.end(older);
  clock.advance(1);
  // What is over is forgotten when there is no room for more.
  for (let n = 1; n < limits.portalTicketsSpentMax; n += 1) sessions.spend({ id: `${n}`, endsAt: clock.now() + 1 });
  expect(sessions.spend({ id: 'one more', endsAt: clock.now() })).toBe(false);
  expect(sessions.sessionOf(withCookie(newest))).toBeUndefined();
});

test('a ticket opens for its own use, and a copy for its own receipt', () => {
  const sessions = open();
  const challenge = sessions.once('challenge', ['ann', 'link'], limits.portalLinkMs).ticket;
  expect([sessions.open('challenge', challenge)?.values, sessions.enter(challenge).ok]).toEqual([['ann', 'link'], false]);
  const copy = sessions.sealCopy('r1', ['salt']);
  expect([sessions.openCopy('r1', copy), sessions.openCopy('r2', copy)]).toEqual([['salt'], undefined]);
  expect(sessions.openCopy('ann', entered(sessions))).toBeUndefined();
  expect(sessions.sessionOf({ cookie: `${cookieName}2=x; ${cookieName}=${entered(sessions)}` })).toBeDefined();
});
