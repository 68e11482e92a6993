// The way into the portal by an account: off to the identity provider and back (ports/accounts.ts). What a sign-in waits with (state,
// nonce, PKCE verifier) lies sealed in a cookie of that browser alone, Lax because the person comes back from another site. Who is back
// gets the page with the one button, as by a link: the cookie of the visit is then set by a form of our own, and works as SameSite=Strict.
// Invariants: where people are sent and where they come back to are the configured ones, no address from a request is followed; a sign-in
// serves once, and in the browser that began it.
import type { ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Result } from '../base/result.js';
import type { Accounts, Pending } from '../ports/accounts.js';
import type { Entropy } from '../ports/entropy.js';
import { isId } from '../model/id.js';
import type { AccountRefusal } from './portal-words.js';
import { cookieIn, type PortalSessions } from './portal-session.js';
import type { Asked } from './route-table.js';

export const signInCookie = 'ethogram_me_sign_in';

/** What a provider may say in the address by which the person comes back (RFC 6749, 4.1.2; RFC 9207). */
const answered = ['code', 'state', 'iss', 'error'] as const;

type Entered<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: AccountRefusal };

export class AccountEntry {
  readonly #accounts: Accounts;
  readonly #sessions: PortalSessions;
  readonly #entropy: Entropy;
  #underWay = 0;

  constructor(accounts: Accounts, sessions: PortalSessions, entropy: Entropy) {
    this.#accounts = accounts;
    this.#sessions = sessions;
    this.#entropy = entropy;
  }

  /** Where to send the person, and the cookie to send them with. */
  async begin(): Promise<Entered<{ readonly url: string; readonly cookie: string }>> {
    const pending: Pending = { state: this.#secret(), nonce: this.#secret(), verifier: this.#secret() };
    const begun = await this.#counted(() => this.#accounts.begin(pending));
    if (!begun.ok) return begun;
    const { ticket } = this.#sessions.once('sign-in', [pending.state, pending.nonce, pending.verifier], limits.accountSignInMs);
    return { ok: true, value: { url: begun.value, cookie: ticket } };
  }

  /** Is it the answer that the sign-in of this browser waits for? Older tabs and pages elsewhere send others. */
  awaits({ headers, query }: Asked): boolean {
    const [state] = this.#sessions.open('sign-in', cookieIn(headers, signInCookie) ?? '')?.values ?? [];
    return state !== undefined && state === query('state');
  }

  /** The ticket of a link for whoever is back. */
  async finish({ headers, query }: Asked): Promise<Entered<string>> {
    const signIn = this.#sessions.open('sign-in', cookieIn(headers, signInCookie) ?? '');
    const [state, nonce, verifier] = signIn?.values ?? [];
    if (signIn === undefined || state === undefined || nonce === undefined || verifier === undefined) return refused('account_refused');
    const said = new URLSearchParams();
    for (const name of answered) {
      const value = query(name);
      if (value !== undefined) said.set(name, value);
    }
    const done = await this.#counted(() => this.#accounts.finish(said, { state, nonce, verifier }));
    if (!done.ok) return done;
    if (!isId(done.value)) return refused('account_unknown');
    // Twice at once: the provider gives a code out once, and so do we.
    if (this.#sessions.open('sign-in', cookieIn(headers, signInCookie) ?? '') === undefined) return refused('account_refused');
    if (!this.#sessions.spend(signIn)) return refused('account_unreachable');
    return { ok: true, value: this.#sessions.issue(done.value, 'account').ticket };
  }

  /** So many ask the provider at once, and no more. */
  async #counted<T>(task: () => Promise<Result<T>>): Promise<Entered<T>> {
    if (this.#underWay >= limits.accountSignInsMax) return refused('account_unreachable');
    this.#underWay += 1;
    try {
      const done = await task();
      return done.ok ? done : refused(refusalOf(done.code));
    } finally {
      this.#underWay -= 1;
    }
  }

  #secret(): string {
    return Buffer.from(this.#entropy.bytes(32)).toString('base64url');
  }
}

function refused(code: AccountRefusal): { readonly ok: false; readonly code: AccountRefusal } {
  return { ok: false, code };
}

function refusalOf(code: ErrorCode): AccountRefusal {
  return code === 'account_unreachable' || code === 'account_unknown' ? code : 'account_refused';
}
