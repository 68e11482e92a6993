// Who is at the portal: a link that the host issues for one person, good once and for minutes, becomes a session in a cookie, good for half
// an hour. Both are sealed tickets (adapters/sealed-tickets.ts), so nothing is stored for them; what is remembered is which links were used
// and which sessions ended, until they would have ended anyway.
//
// Replay is bounded: a link opens one session; after a restart of the server, which forgets what was used, older links open none. A cookie
// is HttpOnly and SameSite=Strict, and every form carries a token that stands in the session alone.
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Tickets } from '../adapters/sealed-tickets.js';
import type { Clock } from '../ports/clock.js';
import type { Entropy } from '../ports/entropy.js';
import type { IncomingHttpHeaders } from 'node:http';

export interface PortalKeys {
  readonly tickets: Tickets;
  readonly entropy: Entropy;
}

export interface Session {
  readonly subject: string;
  readonly id: string;
  /** Stands in every form; ms since 1970 until which the session holds. */
  readonly token: string;
  readonly endsAt: number;
}

export const cookieName = 'ethogram_me';

export class PortalSessions {
  readonly #keys: PortalKeys;
  readonly #clock: Clock;
  readonly #startedAt: number;
  /** Ids of links that were used and of sessions that ended -> when they would have ended anyway. */
  readonly #spent = new Map<string, number>();

  constructor(keys: PortalKeys, clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** A link's ticket for one person. */
  issue(subject: string): { readonly ticket: string; readonly expiresAt: number } {
    const now = this.#clock.now();
    const expiresAt = now + limits.portalLinkMs;
    return { ticket: this.#seal(['link', subject, this.#newId(), now, expiresAt]), expiresAt };
  }

  /** Is it a link that would open a session now? Uses nothing up. */
  isGood(ticket: string): boolean {
    return this.#link(ticket) !== undefined;
  }

  /** Uses a link up. Fails with portal_link (used, ended, not ours) and overloaded. */
  enter(ticket: string): Result<{ readonly session: Session; readonly cookie: string }> {
    const link = this.#link(ticket);
    if (link === undefined) return fail('portal_link');
    if (!this.#spend(link.id, link.endsAt)) return fail('overloaded');
    const endsAt = this.#clock.now() + limits.portalSessionMs;
    const session = { subject: link.subject, id: this.#newId(), token: this.#newId(), endsAt };
    return ok({ session, cookie: this.#seal(['session', session.subject, session.id, session.token, endsAt]) });
  }

  /** The session that the cookie of a request stands for. */
  sessionOf({ cookie = '' }: IncomingHttpHeaders): Session | undefined {
    const held = cookie.split(/; */).find((pair) => pair.startsWith(`${cookieName}=`));
    if (held === undefined) return undefined;
    const [kind, subject, id, token, endsAt] = this.#opened(held.slice(cookieName.length + 1));
    if (kind !== 'session' || typeof subject !== 'string' || typeof id !== 'string' || typeof token !== 'string') return undefined;
    if (typeof endsAt !== 'number' || endsAt <= this.#clock.now() || this.#spent.has(id)) return undefined;
    return { subject, id, token, endsAt };
  }

  /** The session holds no more, whoever has its cookie. */
  end({ id, endsAt }: Session): void {
    this.#spend(id, endsAt);
  }

  #link(ticket: string): { readonly subject: string; readonly id: string; readonly endsAt: number } | undefined {
    const [kind, subject, id, issuedAt, endsAt] = this.#opened(ticket);
    if (kind !== 'link' || typeof subject !== 'string' || typeof id !== 'string') return undefined;
    if (typeof issuedAt !== 'number' || typeof endsAt !== 'number') return undefined;
    if (issuedAt < this.#startedAt || endsAt <= this.#clock.now() || this.#spent.has(id)) return undefined;
    return { subject, id, endsAt };
  }

  /** false: so many are remembered that one more would push out one that still matters. */
  #spend(id: string, endsAt: number): boolean {
    if (this.#spent.size >= limits.portalTicketsSpentMax) {
      const now = this.#clock.now();
      for (const [old, at] of this.#spent) if (at <= now) this.#spent.delete(old);
      if (this.#spent.size >= limits.portalTicketsSpentMax) return false;
    }
    this.#spent.set(id, endsAt);
    return true;
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
