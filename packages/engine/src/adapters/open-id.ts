// The Accounts port over OpenID Connect Core 1.0: authorization code flow with PKCE (RFC 7636, S256), state and nonce, the ID token's
// signature checked against the provider's keys, its issuer (RFC 9207 too, where the provider says so), audience, times and nonce. The
// protocol is oauth4webapi's, which is certified for it; here stands what this deployment asks for.
// Invariants: the redirect URI is the configured one, to the letter, whatever a request says; nothing but the subject leaves; tokens are
// dropped as soon as the claim has been read; no text of the provider or the person reaches an error or a log. Non-goals: access tokens,
// user info, sign-out at the provider.
import * as oauth from 'oauth4webapi';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Accounts, Pending } from '../ports/accounts.js';

export interface OpenIdSettings {
  /** Issuer identifier: https, or http on this very machine. */
  readonly issuer: URL;
  readonly clientId: string;
  /** Absent: a public client, which PKCE alone protects. */
  readonly clientSecret?: string | undefined;
  /** Where the provider sends people back, exactly as it is registered there. */
  readonly redirectUri: string;
  /** The claim of the ID token that is the subject here. */
  readonly claim: string;
}

export class OpenId implements Accounts {
  readonly #settings: OpenIdSettings;
  readonly #client: oauth.Client;
  readonly #authentication: oauth.ClientAuth;
  readonly #insecure: boolean;
  #found: Promise<oauth.AuthorizationServer> | null = null;

  constructor(settings: OpenIdSettings) {
    this.#settings = settings;
    this.#client = { client_id: settings.clientId };
    this.#authentication = settings.clientSecret === undefined ? oauth.None() : oauth.ClientSecretBasic(settings.clientSecret);
    this.#insecure = isOnThisMachine(settings.issuer);
  }

  async begin({ state, nonce, verifier }: Pending): Promise<Result<string>> {
    try {
      const { authorization_endpoint: endpoint } = await this.#provider();
      if (endpoint === undefined) return fail('account_unreachable');
      const url = new URL(endpoint);
      if (url.protocol !== 'https:' && !this.#insecure) return fail('account_unreachable');
      const asked = {
        client_id: this.#settings.clientId,
        redirect_uri: this.#settings.redirectUri,
        response_type: 'code',
        scope: this.#settings.claim === 'email' ? 'openid email' : 'openid',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      };
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
      return ok(url.href);
    } catch {
      return fail('account_unreachable');
    }
  }

  async finish(query: URLSearchParams, { state, nonce, verifier }: Pending): Promise<Result<string>> {
    let provider: oauth.AuthorizationServer;
    try {
      provider = await this.#provider();
    } catch {
      return fail('account_unreachable');
    }
    try {
      const answered = oauth.validateAuthResponse(provider, this.#client, query, state);
      const response = await oauth.authorizationCodeGrantRequest(
        provider,
        this.#client,
        this.#authentication,
        answered,
        this.#settings.redirectUri,
        verifier,
        this.#options(),
      );
      const tokens = await oauth.processAuthorizationCodeResponse(provider, this.#client, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      });
      await oauth.validateApplicationLevelSignature(provider, response, this.#options());
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      return claims === undefined ? fail('account_refused') : this.#subjectIn(claims);
    } catch (error) {
      return fail(isOutOfReach(error) ? 'account_unreachable' : 'account_refused');
    }
  }

  #subjectIn(claims: oauth.IDToken): Result<string> {
    const { claim } = this.#settings;
    const said: unknown = claims[claim];
    // An address that nobody checked is whatever its owner typed.
    if (claim === 'email' && claims['email_verified'] !== true) return fail('account_unknown');
    return typeof said === 'string' ? ok(said) : fail('account_unknown');
  }

  /** What the provider publishes of itself; asked once, and again after a failure. */
  #provider(): Promise<oauth.AuthorizationServer> {
    const { issuer } = this.#settings;
    this.#found ??= oauth
      .discoveryRequest(issuer, { ...this.#options(), algorithm: 'oidc' })
      .then((response) => oauth.processDiscoveryResponse(issuer, response));
    this.#found.catch(() => (this.#found = null));
    return this.#found;
  }

  /** The switch for plain HTTP is marked as deprecated so that it stands out: it is on for an issuer on this very machine alone. */
  #options(): { readonly signal: AbortSignal; readonly [oauth.allowInsecureRequests]: boolean } {
    return { signal: AbortSignal.timeout(limits.accountAnswerMs), [oauth.allowInsecureRequests]: this.#insecure };
  }
}

/** An issuer without TLS is taken on this very machine alone. */
export function isOnThisMachine({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && (hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname));
}

const troubled: ReadonlySet<unknown> = new Set([oauth.RESPONSE_IS_NOT_JSON, oauth.RESPONSE_IS_NOT_CONFORM]);

/** Of a network that failed, of a time that ran out, of a provider in trouble. */
function isOutOfReach(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return true;
  if (error instanceof oauth.OperationProcessingError) return troubled.has(error.code);
  return error instanceof TypeError;
}
