// Who keeps people's accounts and can say, on their word, which account somebody has: an identity provider. One adapter: OpenID Connect
// (adapters/open-id.ts); tests hold it to a provider of their own.
import type { Result } from '../base/result.js';

/** What has to be remembered between the two halves, for that browser alone; secret. */
export interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Accounts {
  /** Where to send the person. Fails with account_unreachable. */
  begin(pending: Pending): Promise<Result<string>>;
  /**
   * The subject of whoever came back with this query, which answers `pending`. Fails with account_refused (they or the provider said no,
   * or an answer does not hold), account_unreachable, account_unknown (the claim that names the subject is missing, or is no text).
   */
  finish(query: URLSearchParams, pending: Pending): Promise<Result<string>>;
}
