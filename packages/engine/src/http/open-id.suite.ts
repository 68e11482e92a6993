// A small OpenID provider of our own for tests, on loopback: discovery, keys, authorization code with PKCE, ID tokens signed with RS256.
// What it should get wrong is a switch. No test of its own.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const clientId = 'ethogram';
export const clientSecret = 'a:secret/with signs';

/** One for all: making one takes longer than a test. */
const keyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });

interface Asked {
  readonly challenge: string;
  readonly nonce: string;
  readonly redirectUri: string;
}

export class TestProvider {
  readonly #server: Server;
  readonly #codes = new Map<string, Asked>();
  /** Who signs in next: claims of their ID token. */
  claims: Record<string, unknown> = { sub: 'ann' };
  /** Replaces what an ID token would hold. */
  wrong: Record<string, unknown> = {};
  badSignature = false;
  down = false;
  readonly tokensAsked: { readonly authorization: string; readonly form: URLSearchParams }[] = [];
  issuer = '';

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(): Promise<TestProvider> {
    const provider = new TestProvider();
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve));
    const { port } = provider.#server.address() as AddressInfo; // it listens
    provider.issuer = `http://127.0.0.1:${port}`;
    return provider;
  }

  /** What the person's browser gets after they signed in: where it is sent back to. */
  signIn(authorizationUrl: string): URL {
    const asked = new URL(authorizationUrl).searchParams;
    const get = (name: string): string => asked.get(name) ?? '';
    if (get('response_type') !== 'code' || get('code_challenge_method') !== 'S256' || get('client_id') !== clientId)
      throw new Error(`not as it is registered: ${asked.toString()}`);
    const code = `code-${this.#codes.size}`;
    this.#codes.set(code, { challenge: get('code_challenge'), nonce: get('nonce'), redirectUri: get('redirect_uri') });
    const back = new URL(get('redirect_uri'));
    back.search = new URLSearchParams({ code, state: get('state') }).toString();
    return back;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (this.down) return send(503, {});
    const url = new URL(request.url ?? '', this.issuer);
    if (url.pathname === '/.well-known/openid-configuration') {
      return send(200, {
        issuer: this.issuer,
        authorization_endpoint: `${this.issuer}/authorize`,
        token_endpoint: `${this.issuer}/token`,
        jwks_uri: `${this.issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    }
    if (url.pathname === '/keys') return send(200, { keys: [{ ...keyPair.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256' }] });
    // A browser that is sent here signs in at once.
    if (url.pathname === '/authorize') return void response.writeHead(302, { Location: this.signIn(url.href).href }).end();
    if (url.pathname !== '/token' || request.method !== 'POST') return send(404, {});
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece);
    const form = new URLSearchParams(Buffer.concat(pieces).toString('utf8'));
    this.tokensAsked.push({ authorization: request.headers.authorization ?? '', form });
    const code = form.get('code') ?? '';
    const asked = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (asked?.challenge !== challenge || asked.redirectUri !== form.get('redirect_uri')) return send(400, { error: 'invalid_grant' });
    return send(200, { access_token: 'unused', token_type: 'Bearer', id_token: this.#idToken(asked.nonce) });
  }

  #idToken(nonce: string): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.issuer, aud: clientId, iat: now, exp: now + 3600, nonce, ...this.claims, ...this.wrong };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'RS256', kid: 'k' })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), keyPair.privateKey);
    if (this.badSignature) signature[0] = (signature[0] ?? 0) ^ 1;
    return `${signed}.${signature.toString('base64url')}`;
  }
}
