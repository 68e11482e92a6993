// /me: a person's own page. Who they are is shown by a link of the host (POST /v1/subjects/ID/portal-link, a secret key), by an account
// (portal-account.ts) or by the key of a device (portal-device.ts); each becomes a session (portal-session.ts); from then on the person
// sees and steers what concerns them. No page needs a script.
//
// Every route but the entries asks for a session; every POST asks besides that it comes from a page of ours (Origin, Sec-Fetch-Site) and
// carries the session's token. What a session may do, it does to its own subject alone: no route takes the id of a person.
import { sameHash } from '../access/key-text.js';
import { CodedError, statusOf } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import { isPurpose, type Purpose } from '../model/purpose.js';
import type { Choice } from '../model/system-event.js';
import type { Clock } from '../ports/clock.js';
import type { RequestView } from '../runtime/desk.js';
import type { Engine } from '../runtime/engine.js';
import { answer } from './cold-answer.js';
import { isHere, isOwnForm } from './first-screen-guard.js';
import { isId } from '../model/id.js';
import { carriesObjection, objecting } from './objection-signal.js';
import { AccountEntry, signInCookie } from './portal-account.js';
import { choiceHtml } from './portal-choice.js';
import { planHtml } from './portal-plan.js';
import { addDeviceEntry } from './portal-device.js';
import { endedHtml, enterHtml, refusedHtml } from './portal-entry.js';
import { correctedBy, eventHtml, eventsHtml, ownEvent, type Refused } from './portal-events.js';
import { forgetHtml, receiptHtml } from './portal-forget.js';
import { decisionOf, objectable, purposeStates } from './portal-known.js';
import { meHtml } from './portal-me.js';
import type { Seen } from './portal-page.js';
import { requestHtml } from './portal-requests.js';
import { portalRights, type Forgotten, type PortalRights } from './portal-rights.js';
import { cookieIn, cookieName, PortalSessions, type PortalKeys, type PortalPeople, type Session } from './portal-session.js';
import { portalStyle } from './portal-style.js';
import { decisionHtml } from './portal-why.js';
import { languageOf, portalLanguages, type Done, type PortalLanguage } from './portal-words.js';
import type { Asked, Handler, RouteTable } from './route-table.js';

export interface PortalParts {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Absent: there is no portal. */
  readonly portal?: PortalKeys | undefined;
}

const policy = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const safe = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

/** What a page asks of whoever is in. */
type Page = (seen: Seen, asked: Asked) => Promise<Response> | Response;
/** What a form does; it has been checked. Answers with what was done, for the page that says so. */
type Act = (seen: Seen, fields: URLSearchParams, asked: Asked) => Promise<Done | Response> | Done | Response;

export function addPortal(table: RouteTable, { engine, clock, portal }: PortalParts): void {
  const people: PortalPeople = {
    erasedAt: (subject) => engine.core.suppressions.erasedAt(subject),
    isLinked: (subject) => engine.core.identity.members(subject).length > 1,
  };
  const sessions = portal === undefined ? null : new PortalSessions(portal, clock, people);
  const open = portal === undefined || sessions === null ? null : new Portal(engine, clock, sessions, portal);
  const add = (method: 'GET' | 'POST', path: string, handler: (portal: Portal) => Handler): void =>
    table.add(method, path, { needs: 'none' }, open === null ? () => answer(fail('not_found')) : handler(open));
  table.add('POST', '/v1/subjects/:id/portal-link', { needs: 'secret' }, (asked) => open?.issue(asked) ?? answer(fail('not_found')));
  add('GET', '/me.css', () => () => new Response(portalStyle, { headers: { ...safe, 'Content-Type': 'text/css; charset=utf-8' } }));
  add('GET', '/me/enter', (me) => (asked) => me.entry(asked));
  add('POST', '/me/enter', (me) => (asked) => me.enter(asked));
  addDeviceEntry(table, engine, sessions);
  add('GET', '/me/account', (me) => (asked) => me.account(asked));
  add('GET', '/me/account/return', (me) => (asked) => me.accountReturned(asked));
  add('GET', '/me/receipts/:receipt', (me) => (asked) => me.receipt(asked));
  add('GET', '/me/receipts/:receipt/file', (me) => (asked) => me.receiptFile(asked));
  add('POST', '/me/receipts/:receipt/file', (me) => (asked) => me.receiptFile(asked));
  add('GET', '/me', (me) => me.page((seen, asked) => me.overview(seen, asked)));
  add('GET', '/me/events', (me) => me.page((seen, asked) => page(eventsHtml(seen, Number(asked.query('page') ?? 1)))));
  add('GET', '/me/event', (me) => me.page((seen, asked) => me.event(seen, asked)));
  add('GET', '/me/decisions/:id', (me) => me.page((seen, asked) => me.decision(seen, asked)));
  add('GET', '/me/forget', (me) => me.page((seen) => me.forgetting(seen)));
  add('GET', '/me/requests/:id', (me) => me.page((seen, asked) => me.request(seen, asked)));
  add('GET', '/me/choices.json', (me) => me.page((seen) => me.choicesFile(seen)));
  add('GET', '/me/download', (me) => me.page((seen) => me.download(seen)));
  add('POST', '/me/choices', (me) => me.form((seen, fields, asked) => me.choose(seen, fields, asked)));
  add('POST', '/me/objection', (me) => me.form((seen) => me.object(seen)));
  add('POST', '/me/restriction', (me) => me.form((seen, fields) => me.restrict(seen, fields)));
  add('POST', '/me/corrections', (me) => me.form((seen, fields) => me.correct(seen, fields)));
  add('POST', '/me/review', (me) => me.form((seen, fields) => me.review(seen, fields)));
  add('POST', '/me/forget', (me) => (asked) => me.forget(asked));
  add('POST', '/me/leave', (me) => me.form((seen, _fields, asked) => me.leave(seen, asked)));
}

class Portal {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #sessions: PortalSessions;
  readonly #rights: PortalRights;
  readonly #accounts: AccountEntry | null;
  /** By session, what a person is being forgotten by, and for a while after it: the form may be sent again. */
  readonly #forgetting = new Map<string, Promise<Forgotten>>();

  constructor(engine: Engine, clock: Clock, sessions: PortalSessions, { accounts, entropy }: PortalKeys) {
    this.#engine = engine;
    this.#clock = clock;
    this.#sessions = sessions;
    this.#rights = portalRights(engine);
    this.#accounts = accounts === undefined ? null : new AccountEntry(accounts, sessions, entropy);
  }

  /** For the host: a link for one person. Whether anything is known of them does not matter. */
  issue({ param }: Asked): Response {
    const subject = param('id');
    if (!isId(subject)) return answer(fail('subject_unknown'));
    const { ticket, expiresAt } = this.#sessions.issue(subject);
    return answer(ok({ path: `/me/enter?ticket=${ticket}`, expiresAt }));
  }

  entry(asked: Asked): Response {
    const ticket = asked.query('ticket') ?? '';
    const lang = langOf(asked);
    return this.#sessions.isGood(ticket) ? page(enterHtml(lang, ticket)) : this.#ended(lang);
  }

  enter(asked: Asked): Response {
    const lang = langOf(asked);
    if (!isOwnForm(asked.headers)) return this.#ended(lang);
    const done = this.#sessions.enter(fieldsOf(asked).get('ticket') ?? '');
    if (!done.ok) return done.code === 'overloaded' ? answer(done) : this.#ended(lang);
    return to(`/me?lang=${lang}`, { 'Set-Cookie': cookieOf(asked, done.value.cookie, limits.portalSessionMs) });
  }

  receipt(asked: Asked): Response {
    const id = asked.param('receipt');
    const row = this.#rights.receipt(id);
    return row === undefined ? answer(fail('not_found')) : page(receiptHtml(langOf(asked), id, row, null));
  }

  /** The signed receipt: with the salts, if the page that answered the erasure sends them back; the one that names nobody for others. */
  receiptFile(asked: Asked): Response {
    const id = asked.param('receipt');
    const copy = fieldsOf(asked).get('copy');
    const salts = copy === null ? undefined : this.#sessions.openCopy(id, copy);
    if (copy !== null && salts === undefined) return answer(fail('receipt_unknown'));
    return fileOf(this.#rights.receiptFile(id, salts), 'erasure-receipt.json');
  }

  /** Off to the identity provider. */
  async account(asked: Asked): Promise<Response> {
    if (this.#accounts === null) return answer(fail('not_found'));
    const begun = await this.#accounts.begin();
    if (!begun.ok) return page(refusedHtml(langOf(asked), begun.code), statusOf(begun.code));
    return to(begun.value.url, { 'Set-Cookie': signInCookieOf(asked, begun.value.cookie, limits.accountSignInMs) });
  }

  /** Back from the identity provider. */
  async accountReturned(asked: Asked): Promise<Response> {
    if (this.#accounts === null) return answer(fail('not_found'));
    const lang = langOf(asked);
    const isAwaited = this.#accounts.awaits(asked);
    const done = await this.#accounts.finish(asked);
    const reply = done.ok ? page(enterHtml(lang, done.value, 'account')) : page(refusedHtml(lang, done.code), statusOf(done.code));
    if (isAwaited) reply.headers.set('Set-Cookie', signInCookieOf(asked, '', 0));
    return reply;
  }

  /** A page for whoever is in. */
  page(show: Page): Handler {
    return async (asked) => {
      const lang = langOf(asked);
      const held = this.#sessions.sessionOf(asked.headers);
      if (held === undefined) return this.#ended(lang);
      const { session, cookie: longer } = this.#sessions.prolong(held);
      const reply = await show({ engine: this.#engine, session, lang }, asked);
      reply.headers.set('Set-Cookie', cookieOf(asked, longer, session.lastsMs));
      return reply;
    };
  }

  /** A form of whoever is in; then the page that says what was done. */
  form(act: Act): Handler {
    return async (asked) => {
      const lang = langOf(asked);
      const session = this.#sessions.sessionOf(asked.headers);
      const fields = fieldsOf(asked);
      if (session === undefined || !isFormOf(session, asked)) {
        // What somebody has written is theirs, also when it came too late.
        return this.#ended(lang, isOwnForm(asked.headers) ? (fields.get('wish') ?? '').slice(0, limits.portalWishCharsMax) : '');
      }
      const done = await act({ engine: this.#engine, session, lang }, fields, asked);
      return typeof done === 'string' ? to(`/me?lang=${lang}&done=${done}`) : done;
    };
  }

  overview(seen: Seen, asked: Asked): Response {
    const done = asked.query('done');
    const signal = carriesObjection(asked);
    return page(meHtml({ ...seen, rights: this.#rights, done: isDone(done) ? done : null, signal }));
  }

  event(seen: Seen, asked: Asked): Response {
    const found = ownEvent(seen, asked.query('id') ?? '', asked.query('of') ?? '');
    return found === undefined ? to(`/me/events?lang=${seen.lang}`) : page(eventHtml(seen, found));
  }

  async decision(seen: Seen, { param }: Asked): Promise<Response> {
    const record = decisionOf(seen.engine, seen.session.subject, param('id'));
    if (record === undefined) return to(`/me?lang=${seen.lang}`);
    if (record.kind === 'rank') return page(await decisionHtml(seen, record));
    return page(record.kind === 'choose' ? choiceHtml(seen, record) : planHtml(seen, record));
  }

  async download({ session, lang }: Seen): Promise<Response> {
    try {
      return await this.#rights.archive(session.subject, { ...safe, 'Content-Disposition': 'attachment; filename="my-data.zip"' });
    } catch (error) {
      if (error instanceof CodedError && error.code === 'subject_unknown') return to(`/me?lang=${lang}&done=nothing`);
      throw error;
    }
  }

  /** One click either way: `refused` is whichever refusal undoes what holds. */
  async choose({ engine, session }: Seen, fields: URLSearchParams, asked: Asked): Promise<Done> {
    const purpose = fields.get('purpose') ?? '';
    const choice = fields.get('choice');
    if (choice !== 'granted' && choice !== 'refused') return 'failed';
    const states = purposeStates(engine, session.subject).filter((state) => purpose === 'all' || state.purpose === purpose);
    if (states.length === 0 && !isPurpose(purpose)) return 'failed';
    const choices: { [P in Purpose]?: Choice } = {};
    for (const state of states) {
      const { stand, basis } = state;
      const refusal = basis !== undefined && objectable(basis) ? 'objected' : stand?.choice === 'granted' ? 'withdrawn' : 'denied';
      const holds = stand !== undefined && stand.choice !== 'granted' && stand.choice !== 'lapsed' && basis === undefined;
      if (choice === 'granted') choices[state.purpose] = 'granted';
      else if (!holds) choices[state.purpose] = refusal;
    }
    return this.#choose(session.subject, choices, asked);
  }

  /** Objects to everything that may be objected to, and takes back every permission. */
  object({ engine, session }: Seen): Promise<Done> {
    const states = purposeStates(engine, session.subject);
    return this.#choose(session.subject, Object.fromEntries(states.map(({ purpose }) => [purpose, 'objected'])), null);
  }

  async restrict({ engine, session }: Seen, fields: URLSearchParams): Promise<Done> {
    const restricted = fields.get('restricted') === 'yes';
    const done = await engine.restrict(session.subject, restricted, 'portal');
    return done.ok ? (restricted ? 'frozen' : 'thawed') : 'failed';
  }

  async correct(seen: Seen, fields: URLSearchParams): Promise<Done | Response> {
    const found = ownEvent(seen, fields.get('id') ?? '', fields.get('of') ?? '');
    if (found === undefined) return 'failed';
    const right = correctedBy(fields, found.event, found.type);
    const again = (given: Refused): Response => page(eventHtml(seen, found, given), statusOf('event_property'));
    if (!right.ok) return again({ fields, ...right });
    const before = seen.engine.log.head;
    const done = await seen.engine.correct(fields.get('of') ?? '', found.event.id, right.value);
    if (!done.ok) return again({ fields, why: 'misfit', name: (done.field ?? '').replace('/properties/', '') });
    return done.value.position < before ? 'unchanged' : 'corrected';
  }

  async review({ engine, session }: Seen, fields: URLSearchParams): Promise<Done> {
    // A form sends ends of lines as two characters, and counts them as one.
    const wish = (fields.get('wish') ?? '').replaceAll('\r\n', '\n').trim();
    if (wish === '' || wish.length > limits.portalWishCharsMax) return 'failed';
    // A decision that is not theirs is no matter of theirs.
    const about = decisionOf(engine, session.subject, fields.get('decision') ?? '')?.id ?? null;
    const recent = this.#clock.now() - limits.portalRepeatMs;
    const isThis = (each: RequestView): boolean =>
      each.openedAt > recent && each.wish.text === wish && (each.wish.decision ?? null) === about;
    if (this.#rights.requests(session.subject).some(isThis)) return 'asked';
    const done = await this.#rights.ask(session, wish, about);
    return done.ok ? 'asked' : 'failed';
  }

  forgetting(seen: Seen): Response {
    return page(forgetHtml(seen, this.#rights.kept(seen.session.subject)));
  }

  /**
   * Erases the person and ends the visit; what is left is the receipt, with their own copy of it on the page that answers. A second click
   * takes the first one's answer from the browser: for a while the same form gets the same page again, and the cookie stays that long.
   */
  async forget(asked: Asked): Promise<Response> {
    const lang = langOf(asked);
    const session = this.#sessions.cookieOf(asked.headers);
    if (session === undefined || !isFormOf(session, asked)) return this.#ended(lang);
    const begun = this.#forgetting.get(session.id);
    if (begun === undefined && this.#sessions.sessionOf(asked.headers) === undefined) return this.#ended(lang);
    const { receipt, salts } = await (begun ?? this.#forgetOnce(session));
    const row = this.#rights.receipt(receipt);
    const reply = row === undefined ? this.#ended(lang) : page(receiptHtml(lang, receipt, row, this.#sessions.sealCopy(receipt, salts)));
    reply.headers.set('Set-Cookie', cookieOf(asked, cookieIn(asked.headers, cookieName) ?? '', limits.portalRepeatMs));
    return reply;
  }

  #forgetOnce(session: Session): Promise<Forgotten> {
    this.#sessions.end(session);
    const forgotten = this.#rights.forget(session.subject);
    this.#forgetting.set(session.id, forgotten);
    const drop = (): boolean => this.#forgetting.delete(session.id);
    forgotten.then(
      () => this.#clock.after(limits.portalRepeatMs, drop),
      () => {
        drop();
        this.#sessions.resume(session);
      },
    );
    return forgotten;
  }

  request(seen: Seen, { param }: Asked): Response {
    const found = this.#rights.requests(seen.session.subject).find(({ request }) => request === param('id'));
    return found === undefined ? to(`/me?lang=${seen.lang}`) : page(requestHtml(seen, found));
  }

  async choicesFile({ session, lang }: Seen): Promise<Response> {
    const document = await this.#rights.choices(session.subject);
    return document.ok ? fileOf(document, 'choices.json') : to(`/me?lang=${lang}&done=nothing`);
  }

  leave({ session, lang }: Seen, asked: Asked): Response {
    this.#sessions.end(session);
    const headers = { ...safe, 'Content-Type': 'text/html; charset=utf-8', 'Set-Cookie': cookieOf(asked, '', 0) };
    return new Response(endedHtml(lang, this.#accounts !== null), { headers });
  }

  #ended(lang: PortalLanguage, wrote = ''): Response {
    return page(endedHtml(lang, this.#accounts !== null, wrote), 403);
  }

  async #choose(subject: string, choices: { [P in Purpose]?: Choice }, asked: Asked | null): Promise<Done> {
    const given = { choices, origin: 'portal' };
    const change = asked !== null && carriesObjection(asked) ? objecting(given) : given;
    const done = await this.#engine.choose(subject, change);
    return done.ok ? 'chosen' : 'failed';
  }
}

/** Was this form made for that session, and sent from a page of ours? */
function isFormOf({ token }: Session, asked: Asked): boolean {
  return isOwnForm(asked.headers) && sameHash(fieldsOf(asked).get('token') ?? '', token);
}

function langOf({ query, headers }: Asked): PortalLanguage {
  return languageOf(query('lang'), headers['accept-language']);
}

function fieldsOf({ bytes }: Asked): URLSearchParams {
  return new URLSearchParams(bytes.toString('utf8'));
}

function isDone(text: string | undefined): text is Done {
  return text !== undefined && Object.hasOwn(portalLanguages.en.done, text);
}

function page(text: string, status = 200): Response {
  return new Response(text, { status, headers: { ...safe, 'Content-Type': 'text/html; charset=utf-8' } });
}

/** Exactly the bytes that were signed, to be kept as they are. */
function fileOf(document: Result<string>, name: string): Response {
  if (!document.ok) return answer(document);
  const headers = { ...safe, 'Content-Type': 'application/json', 'Content-Disposition': `attachment; filename="${name}"` };
  return new Response(document.value, { headers });
}

function to(location: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 303, headers: { ...safe, ...headers, Location: location } });
}

function cookieOf(asked: Asked, value: string, lastsMs: number): string {
  return cookie(asked, { name: cookieName, value, path: '/me', sameSite: 'Strict', lastsMs });
}

/** Lax: it has to come along when the provider sends the person back. */
function signInCookieOf(asked: Asked, value: string, lastsMs: number): string {
  return cookie(asked, { name: signInCookie, value, path: '/me/account', sameSite: 'Lax', lastsMs });
}

interface CookieParts {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly sameSite: 'Strict' | 'Lax';
  readonly lastsMs: number;
}

/** Secure, unless the browser itself is on this machine: there nothing goes over a wire, and plain HTTP is all there is. */
function cookie(asked: Asked, { name, value, path, sameSite, lastsMs }: CookieParts): string {
  const secure = isHere(asked) ? '' : '; Secure';
  return `${name}=${value}; Path=${path}; Max-Age=${Math.floor(lastsMs / 1000)}; HttpOnly; SameSite=${sameSite}${secure}`;
}
