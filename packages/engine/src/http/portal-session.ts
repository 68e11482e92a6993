// Who is at the portal: a link good once and for minutes becomes a session in a cookie, good for half an hour after the last page that was
// opened, and for a day at most. What the host issues, what an account proved and what a device signed all become such a link; the session
// remembers which (`by`). Links, sessions, challenges and what a sign-in waits with are sealed tickets (adapters/sealed-tickets.ts), so
// nothing is stored for them; what is remembered is which were used up, until they would have ended anyway.
//
// Replay is bounded: a ticket for one use serves once; after a restart of the server, which forgets what was used, older ones serve no
// more. A cookie is HttpOnly and SameSite=Strict, and every form carries a token that stands in the session alone. Whatever was issued for
// somebody before they were erased, wherever that was asked for, holds no more; nor does what a device opened, while its id is linked to
// another: whoever shares the device would see the account's page.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Tickets } from '../adapters/sealed-tickets.js';
import type { ProofKind } from '../model/request.js';
import type { Accounts } from '../ports/accounts.js';
import type { Clock } from '../ports/clock.js';
import type { Entropy } from '../ports/entropy.js';
import type { IncomingHttpHeaders } from 'node:http';

export interface PortalKeys {
  readonly tickets: Tickets;
  readonly entropy: Entropy;
  /** Absent: nobody comes in by an account. */
  readonly accounts?: Accounts | undefined;
}

export interface Session {
  readonly subject: string;
  readonly id: string;
  /** Stands in every form. */
  readonly token: string;
  /** When the person came in, and until when the session holds, ms since 1970. */
  readonly startedAt: number;
  readonly endsAt: number;
  /** How long it holds from now on. */
  readonly lastsMs: number;
  /** How the person showed who they are. */
  readonly by: ProofKind;
}

/** What is good for one use: a link, a challenge to a device, a sign-in under way. */
export type OneUse = 'link' | 'challenge' | 'sign-in';

/** A ticket for one use, opened. */
export interface Opened {
  readonly id: string;
  readonly endsAt: number;
  readonly values: readonly string[];
}

/** What the engine knows of those who come in. */
export interface PortalPeople {
  /** When somebody was last erased, ms. */
  readonly erasedAt: (subject: string) => number | undefined;
  /** Has the person other ids? */
  readonly isLinked: (subject: string) => boolean;
}

export const cookieName = 'ethogram_me';

const proofKinds: readonly ProofKind[] = ['account', 'link', 'device'];

export class PortalSessions {
  readonly #keys: PortalKeys;
  readonly #clock: Clock;
  readonly #people: PortalPeople;
  /** Stands in every ticket for one use. Not when the server started: clocks go back at times. */
  readonly #run: string;
  /** Ids of tickets that were used and of sessions that ended -> when they would have ended anyway. */
  readonly #spent = new Map<string, number>();

  constructor(keys: PortalKeys, clock: Clock, people: PortalPeople) {
    this.#keys = keys;
    this.#clock = clock;
    this.#people = people;
    this.#run = this.#newId();
  }

  /** A link's ticket for one person; `by`: how they have shown who they are. */
  issue(subject: string, by: ProofKind = 'link'): { readonly ticket: string; readonly expiresAt: number } {
    return this.once('link', [subject, by], limits.portalLinkMs);
  }

  /** Is it a link that would open a session now? Uses nothing up. */
  isGood(ticket: string): boolean {
    return this.open('link', ticket) !== undefined;
  }

  /** Uses a link up. Fails with portal_link (used, ended, not ours) and overloaded. */
  enter(ticket: string): Result<{ readonly session: Session; readonly cookie: string }> {
    const link = this.open('link', ticket);
    const [subject, said] = link?.values ?? [];
    const by = proofKinds.find((kind) => kind === said);
    if (link === undefined || subject === undefined || by === undefined) return fail('portal_link');
    if (!this.spend(link)) return fail('overloaded');
    const now = this.#clock.now();
    return ok(this.prolong({ subject, id: this.#newId(), token: this.#newId(), startedAt: now, endsAt: now, lastsMs: 0, by }));
  }

  /** The same session for a while from now on. */
  prolong(session: Session): { readonly session: Session; readonly cookie: string } {
    const { subject, id, token, startedAt, by } = session;
    const now = this.#clock.now();
    const endsAt = Math.min(now + limits.portalSessionMs, startedAt + limits.portalVisitMs);
    return {
      session: { ...session, endsAt, lastsMs: endsAt - now },
      cookie: this.#seal(['session', subject, id, token, startedAt, endsAt, by]),
    };
  }

  /** The session that the cookie of a request stands for. */
  sessionOf(headers: IncomingHttpHeaders): Session | undefined {
    const session = this.cookieOf(headers);
    if (session === undefined || this.#spent.has(session.id)) return undefined;
    return this.#holdsFor(session.subject, session.startedAt, session.by) ? session : undefined;
  }

  /** The same, also when it was ended, or its person erased or linked, meanwhile. */
  cookieOf(headers: IncomingHttpHeaders): Session | undefined {
    const held = cookieIn(headers, cookieName);
    if (held === undefined) return undefined;
    const [kind, subject, id, token, startedAt, endsAt, said] = this.#opened(held);
    const by = proofKinds.find((each) => each === said);
    if (kind !== 'session' || typeof subject !== 'string' || typeof id !== 'string' || typeof token !== 'string') return undefined;
    if (typeof startedAt !== 'number' || typeof endsAt !== 'number' || endsAt <= this.#clock.now() || by === undefined) return undefined;
    return { subject, id, token, startedAt, endsAt, lastsMs: endsAt - this.#clock.now(), by };
  }

  /** The session holds no more, whoever has its cookie. Also when no more links are taken: each session has used one up. */
  end({ id, endsAt }: Session): void {
    // No cookie of it was made later than now.
    this.#spent.set(id, Math.max(endsAt, this.#clock.now() + limits.portalSessionMs));
  }

  /** It holds after all: what it was ended for could not be done. */
  resume({ id }: Session): void {
    this.#spent.delete(id);
  }

  /** A ticket for one use that carries these values. */
  once(use: OneUse, values: readonly string[], ttlMs: number): { readonly ticket: string; readonly expiresAt: number } {
    const now = this.#clock.now();
    const expiresAt = now + ttlMs;
    return { ticket: this.#seal([use, this.#run, this.#newId(), now, expiresAt, ...values]), expiresAt };
  }

  /** Opens a ticket that was made for this use, has not ended and was not used. Uses nothing up. */
  open(use: OneUse, ticket: string): Opened | undefined {
    const [kind, run, id, issuedAt, endsAt, ...values] = this.#opened(ticket);
    if (kind !== use || typeof id !== 'string' || typeof issuedAt !== 'number' || typeof endsAt !== 'number') return undefined;
    if (run !== this.#run || endsAt <= this.#clock.now() || this.#spent.has(id)) return undefined;
    if (use === 'link' && !this.#holdsFor(String(values[0]), issuedAt, values[1])) return undefined;
    return { id, endsAt, values: values.map(String) };
  }

  /** Uses it up. false: so many are remembered that one more would push out one that still matters. */
  spend({ id, endsAt }: Pick<Opened, 'id' | 'endsAt'>): boolean {
    if (this.#spent.size >= limits.portalTicketsSpentMax) {
      const now = this.#clock.now();
      for (const [old, at] of this.#spent) if (at <= now) this.#spent.delete(old);
      if (this.#spent.size >= limits.portalTicketsSpentMax) return false;
    }
    this.#spent.set(id, endsAt);
    return true;
  }

  /** What a person's own copy of a receipt is made of, for the page that offers it. */
  sealCopy(receipt: string, salts: readonly string[]): string {
    return this.#seal(['copy', receipt, ...salts]);
  }

  /** The salts of that receipt; undefined when they were not sealed here for it. */
  openCopy(receipt: string, copy: string): readonly string[] | undefined {
    const [kind, of, ...salts] = this.#opened(copy);
    return kind === 'copy' && of === receipt ? salts.map(String) : undefined;
  }

  /** Not for whoever was erased since, nor by a device for an id that is linked to another. */
  #holdsFor(subject: string, issuedAt: number, by: unknown): boolean {
    return issuedAt > (this.#people.erasedAt(subject) ?? -1) && (by !== 'device' || !this.#people.isLinked(subject));
  }

  #seal(parts: readonly (string | number)[]): string {
    return this.#keys.tickets.seal(JSON.stringify(parts));
  }

  #opened(ticket: string): readonly unknown[] {
    const text = ticket.length > limits.headerBytesMax ? undefined : this.#keys.tickets.open(ticket);
    if (text === undefined) return [];
    const parts: unknown = JSON.parse(text); // sealed by us
    return Array.isArray(parts) ? parts : [];
  }

  #newId(): string {
    return Buffer.from(this.#keys.entropy.bytes(16)).toString('base64url');
  }
}

/** The value of a cookie of a request. */
export function cookieIn({ cookie = '' }: IncomingHttpHeaders, name: string): string | undefined {
  const held = cookie.split(/; */).find((pair) => pair.startsWith(`${name}=`));
  return held?.slice(name.length + 1);
}
